/** Findings: the state of each holder for who looks once, what it held, and who ended that. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/decide/finding.ts';
import { findings } from '../../src/decide/finding.ts';
import type { IdentityFacts } from '../../src/decide/plan.ts';
import type { Standing } from '../../src/domain/association.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import {
  association,
  at,
  confirmed,
  endedHistory,
  grant,
  history,
  holder,
  policy,
  span,
} from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';
import { facts } from './facts.ts';

const DELETED = recordOf({ association: span().id, at: at(-5), channel: 'trail' });

function found(more: Partial<IdentityFacts>, now = at(20)): Finding {
  const [first] = findings(facts({ holders: [holder()], revocation: undefined, ...more }), policy(), now);
  assert.ok(first !== undefined);
  return first;
}

function changedAt(seconds: number): { readonly standing: IdentityFacts['standing'] } {
  const given = association({ modifiedAt: at(seconds) });
  return { standing: known<Standing>({ kind: 'granted', association: given }, at(15)) };
}

test('stale: what it held, and who ended it, as CloudTrail tells', () => {
  const {
    state,
    grant: held,
    evidence,
    steps,
    stale,
  } = found({
    history: endedHistory(),
    told: { coverage: undefined, records: [DELETED] },
  });
  assert.equal(state, 'stale');
  assert.deepEqual(held, grant());
  assert.equal(evidence?.eventId, DELETED.evidence.eventId);
  assert.equal(stale?.reason, 'deleted');
  assert.ok(steps.length > 3);
});

test('stale by a change: only a record of a change or an end tells who', () => {
  const spans = [
    span({ grant: grant('old'), end: { notBefore: at(-10), notAfter: at(0) } }),
    span({ since: at(0) }),
  ];
  const more = { ...changedAt(0), history: history({ spans, completeFrom: at(-90_000) }) };
  const updated = recordOf({ action: 'updated', association: span().id, at: at(-1) });
  assert.equal(found({ ...more, records: [updated] }).evidence?.eventId, updated.evidence.eventId);
  assert.equal(found(more).evidence, undefined);
  assert.deepEqual(found(more).grant, grant('old'));
});

test('a revocation that is followed knows who ended it, and what', () => {
  const revocation = confirmed({ evidence: DELETED.evidence, grant: grant('followed') });
  const of = found({ revocation, history: history({ absentSince: at(0) }) });
  assert.equal(of.state, 'stale');
  assert.equal(of.evidence, undefined, 'the end of its own is not the one that is followed');
  const same = found({ revocation });
  assert.equal(same.evidence?.eventId, DELETED.evidence.eventId);
});

test('a followed end that the history has forgotten still names its grant', () => {
  const revocation = confirmed({ cause: 'superseded', grant: grant('followed') });
  const more = { ...changedAt(5), revocation, history: history({ spans: [span({ since: at(5) })] }) };
  assert.deepEqual(found(more).grant, grant('followed'));
  assert.equal(found({ ...more, revocation: { ...revocation, grant: undefined } }).grant, undefined);
});

test('undecided: who changed what is in force, near the time of its change', () => {
  const near = recordOf({ action: 'updated', at: at(-60) });
  const far = recordOf({ action: 'updated', at: at(-300) });
  const of = found({ ...changedAt(-60), history: history(), records: [near, far] });
  assert.equal(of.state, 'undecided');
  assert.equal(of.evidence?.eventId, near.evidence.eventId);
  assert.equal(found({ standing: unknown('denied', '', at(0)) }).evidence, undefined);
});

test('expired and kept', () => {
  assert.equal(found({ history: endedHistory() }, at(7 * 3600)).state, 'expired');
  assert.equal(found({ holders: [holder({ finished: true })] }).state, 'kept');
  assert.equal(found({ holders: [holder({ start: at(60) })] }, at(61)).state, 'kept');
});
