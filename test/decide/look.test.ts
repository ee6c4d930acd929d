/** Hints: when a reading answers one, when it is looked for again, and which record tells who did it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corroborate } from '../../src/decide/corroborate.ts';
import { CONSISTENT_AFTER, isAnswered, LOOK_LIFE, lookFor, lookOn } from '../../src/decide/look.ts';
import { plan } from '../../src/decide/plan.ts';
import type { Standing } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { AssociationHint } from '../../src/domain/hint.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import { sentenceOf } from '../../src/domain/sentence.ts';
import { between, minutes, seconds } from '../../src/domain/time.ts';
import type { Instant } from '../../src/domain/time.ts';
import {
  association,
  at,
  confirmed,
  endedHistory,
  grant,
  identity,
  policy,
  revocation,
} from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';
import { facts } from './facts.ts';

const ID = associationId('a-0123456789abcdefg');
const OTHER = associationId('a-other000000000000');

function none(when: Instant): Reading<Standing> {
  return known({ kind: 'none' }, when);
}

function granted(when: Instant, more: Parameters<typeof association>[0] = {}): Reading<Standing> {
  return known({ kind: 'granted', association: association(more) }, when);
}

const DELETED = recordOf({ association: ID, at: at(0) });
const CREATED = recordOf({ action: 'created', association: ID, at: at(0) });
const UPDATED = recordOf({ action: 'updated', association: ID, at: at(0) });
const NAMELESS = recordOf({ identity: identity(), at: at(0) });

type Row = readonly [name: string, hint: AssociationHint, standing: Reading<Standing>, answered: boolean];

const ROWS: readonly Row[] = [
  ['deleted, unknown: no', DELETED, unknown('failed', '', at(500)), false],
  ['deleted, none: yes', DELETED, none(at(1)), true],
  ['deleted, none but read before: no', DELETED, none(at(-1)), false],
  ['deleted, still shown: no, EKS may lag behind the record', DELETED, granted(at(5)), false],
  ['deleted, still shown after a minute: yes, the record is wrong', DELETED, granted(at(60)), true],
  [
    'deleted, another one since: yes',
    DELETED,
    granted(at(5), { id: OTHER, createdAt: at(3), modifiedAt: at(3) }),
    true,
  ],
  ['deleted, another one from before: no', DELETED, granted(at(5), { id: OTHER }), false],
  ['deleted without an id, still shown: no', NAMELESS, granted(at(5)), false],
  ['created, shown: yes', CREATED, granted(at(5), { createdAt: at(0.4), modifiedAt: at(0.4) }), true],
  ['created, not shown yet: no', CREATED, none(at(5)), false],
  ['created, not shown after a minute: yes', CREATED, none(at(61)), true],
  ['updated, shown as it was before: no', UPDATED, granted(at(5)), false],
  ['updated, shown as it is now: yes', UPDATED, granted(at(5), { modifiedAt: at(0.4) }), true],
  ['updated, another one: no', UPDATED, granted(at(5), { id: OTHER, modifiedAt: at(1) }), false],
];

for (const [name, hint, standing, answered] of ROWS) {
  test(`a hint is answered: ${name}`, () => assert.equal(isAnswered(hint, standing), answered));
}

test('an unanswered hint is looked for at growing intervals, and given up in the end', () => {
  let look = lookFor(DELETED, at(0));
  assert.equal(look.nextAt, at(0));
  const pauses: number[] = [];
  for (let now = at(0); ; ) {
    const next = lookOn(look, granted(now), now);
    if (next === undefined) break;
    pauses.push(between(now, next.nextAt) / 1000);
    now = next.nextAt;
    look = next;
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30]);
  assert.equal(LOOK_LIFE, minutes(3));
  assert.equal(CONSISTENT_AFTER, minutes(1));
});

test('while readings are unknown a hint is looked for until it is given up', () => {
  const look = { ...lookFor(DELETED, at(0)), tries: 20 };
  assert.equal(lookOn(look, unknown('denied', '', at(100)), at(100))?.nextAt, at(130));
  assert.equal(lookOn(look, unknown('denied', '', at(160)), at(160)), undefined);
});

test('an answered hint is done with', () => {
  assert.equal(lookOn(lookFor(DELETED, at(0)), none(at(1)), at(1)), undefined);
});

const CONFIRMED = confirmed();

test('the latest fitting record tells who ended the grant', () => {
  const early = recordOf({ association: ID, at: at(-30) });
  const right = recordOf({ association: ID, at: at(-3) });
  assert.deepEqual(corroborate(CONFIRMED, [right, early]).evidence, right.evidence);
  assert.deepEqual(corroborate(CONFIRMED, [early, right]).evidence, right.evidence);
});

test('who changed a grant in place is told by the record of the update', () => {
  const update = recordOf({ action: 'updated', association: ID, at: at(-3) });
  assert.equal(corroborate(CONFIRMED, [update]).evidence, undefined);
  const changed = confirmed({ cause: 'superseded' });
  assert.deepEqual(corroborate(changed, [update]).evidence, update.evidence);
  assert.match(sentenceOf(corroborate(changed, [update])), /changed by arn:/);
});

const UNFIT: readonly (readonly [string, AssociationHint])[] = [
  ['of a creation', recordOf({ action: 'created', association: ID, at: at(-3) })],
  ['of another association', recordOf({ association: OTHER, at: at(-3) })],
  ['from long before the last reading with the grant', recordOf({ association: ID, at: at(-71) })],
  ['from long after the first reading without it', recordOf({ association: ID, at: at(61) })],
];

for (const [name, record] of UNFIT) {
  test(`a record ${name} does not fit`, () => {
    assert.deepEqual(corroborate(CONFIRMED, [record]), CONFIRMED);
  });
}

test('evidence stays as it was first heard', () => {
  const first = corroborate(CONFIRMED, [recordOf({ association: ID, at: at(-3) })]);
  assert.deepEqual(corroborate(first, [recordOf({ association: ID, at: at(-2) })]), first);
});

test('a record that does not name the association fits by its time', () => {
  assert.notEqual(corroborate(CONFIRMED, [NAMELESS]).evidence, undefined);
});

test('of an end that this daemon never saw the record tells association, grant and time', () => {
  const unseen = revocation({ association: undefined, grant: undefined, suspectedAt: at(0) });
  const record = { ...recordOf({ association: ID, at: at(-4000) }), grant: grant() };
  const told = corroborate(unseen, [record]);
  assert.equal(told.association, ID);
  assert.deepEqual(told.grant, grant());
  assert.equal(told.evidence?.at, at(-4000));
  assert.equal(corroborate(unseen, [recordOf({ at: at(61) })]).evidence, undefined);
  const halfSeen = confirmed({ end: { notBefore: undefined, notAfter: at(0) } });
  assert.notEqual(corroborate(halfSeen, [record]).evidence, undefined);
});

test('a confirmation asked for on a hint shows an end: a revocation is opened, dated by the hearing', () => {
  const record = recordOf({ association: ID, at: at(-1), heardAt: at(-0.5) });
  const made = plan(
    facts({ standing: none(at(0)), revocation: undefined, records: [record] }),
    policy(),
    at(0),
  );
  assert.equal(made.revocation?.stage, 'settling');
  assert.equal(made.revocation?.source, 'queue');
  assert.equal(made.revocation?.suspectedAt, at(-0.5));
  assert.deepEqual(made.revocation?.evidence, record.evidence);
});

test('with a settle time of nothing it is confirmed by the same reading', () => {
  const record = recordOf({ association: ID, at: at(-1), heardAt: at(-0.5) });
  const given = facts({ standing: none(at(0)), revocation: undefined, records: [record] });
  assert.equal(plan(given, policy({ settleTime: seconds(0) }), at(0)).revocation?.stage, 'confirmed');
});

test('an end without any record that fits is opened by itself', () => {
  const late = recordOf({ association: ID, at: at(-1), heardAt: at(5) });
  for (const records of [[], [late]]) {
    const made = plan(facts({ standing: none(at(0)), revocation: undefined, records }), policy(), at(0));
    assert.equal(made.revocation?.source, 'describe');
    assert.equal(made.revocation?.suspectedAt, at(0));
  }
});

test('an end that a revocation covers opens no other', () => {
  const contained = confirmed({ stage: 'contained' });
  const made = plan(facts({ standing: none(at(50)), revocation: contained }), policy(), at(50));
  assert.deepEqual(made.revocation, contained);
});

test('a revocation takes over evidence that is heard later', () => {
  const made = plan(facts({ records: [recordOf({ association: ID, at: at(-3) })] }), policy(), at(20));
  assert.equal(made.revocation?.evidence?.channel, 'queue');
  assert.equal(plan(facts({ history: endedHistory() }), policy(), at(20)).revocation?.evidence, undefined);
});

test('the sentence says what, who, when and how it was heard', () => {
  const heard = corroborate(CONFIRMED, [recordOf({ association: ID, at: at(-3), heardAt: at(-1.8) })]);
  assert.equal(
    sentenceOf(heard),
    'association a-0123456789abcdefg of team-a/etl (role arn:aws:iam::111122223333:role/etl) deleted by ' +
      'arn:aws:iam::111122223333:user/mallory at 2026-01-05T11:59:57.000Z; heard by queue after 1.2 s',
  );
});

function story(more: Parameters<typeof revocation>[0]): string {
  return sentenceOf(revocation({ association: undefined, grant: undefined, ...more }));
}

test('without a record the sentence says between which readings, and what noticed it', () => {
  assert.equal(
    story({ end: { notBefore: at(-10), notAfter: at(0) } }),
    'the association of team-a/etl deleted between 2026-01-05T11:59:50.000Z and 2026-01-05T12:00:00.000Z; ' +
      'noticed by list at 2026-01-05T11:59:59.000Z',
  );
  assert.match(story({ end: { notBefore: undefined, notAfter: at(0) } }), /deleted before 2026/);
  assert.match(story({}), /deleted at a time that is not known/);
});

test('an actor is named by the best that the record tells', () => {
  const record = recordOf({ association: ID, at: at(-3) });
  const by = (actor: AssociationHint['evidence']['actor']): string =>
    sentenceOf({ ...CONFIRMED, evidence: { ...record.evidence, actor } });
  assert.match(by({ type: 'AWSService', invokedBy: 'eks.amazonaws.com' }), /by eks\.amazonaws\.com at/);
  assert.match(by({ type: 'Root' }), /by Root at/);
});
