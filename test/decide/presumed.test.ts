/** What the operator's choice for an unknown past does to the plan: when to look, what is presumed, and what proves it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeOf } from '../../src/decide/advance.ts';
import { close } from '../../src/decide/close.ts';
import { plan } from '../../src/decide/plan.ts';
import { isLater, isProof } from '../../src/decide/proof.ts';
import { recount } from '../../src/decide/recount.ts';
import type { Standing } from '../../src/domain/association.ts';
import { NO_HISTORY } from '../../src/domain/history.ts';
import type { Reading } from '../../src/domain/reading.ts';
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
  revocation,
  span,
} from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';
import { facts } from './facts.ts';

const EVICT = policy({ onUnknownHistory: 'evict' });

function granted(changed: number, readAt = 15): Reading<Standing> {
  return known({ kind: 'granted', association: association({ modifiedAt: at(changed) }) }, at(readAt));
}

const PUZZLED = { holders: [holder()], standing: granted(-60), history: history(), revocation: undefined };

test('an unknown past is looked at again when CloudTrail had its time, where the operator wants it decided', () => {
  const until = at(-60 + 45 * 60);
  assert.equal(plan(facts(PUZZLED), EVICT, at(15)).lookAgainAt, until);
  assert.equal(plan(facts(PUZZLED), policy(), at(15)).lookAgainAt, undefined);
  assert.equal(
    plan(facts({ ...PUZZLED, standing: unknown('failed', '', at(0)) }), EVICT, at(15)).lookAgainAt,
    undefined,
  );
  assert.equal(plan(facts({ ...PUZZLED, holders: [] }), EVICT, at(15)).lookAgainAt, undefined);
});

test('without a grant it is the time in which nobody looked that CloudTrail is waited for', () => {
  const gaps = [{ from: at(-300), until: at(-50) }];
  const none = { ...PUZZLED, standing: known<Standing>({ kind: 'none' }, at(15)), gaps };
  const past = history({ absentSince: at(-7200), completeFrom: at(-7200) });
  const made = plan(facts({ ...none, holders: [holder({ start: at(-100) })], history: past }), EVICT, at(15));
  assert.equal(made.judged[0]?.verdict.reason, 'history-unknown');
  assert.equal(made.lookAgainAt, at(-50 + 45 * 60));
});

test('what is evicted for an unknown past opens a revocation that presumes the end', () => {
  const now = at(-60 + 45 * 60);
  const made = plan(facts(PUZZLED), EVICT, now);
  assert.equal(made.revocation?.isPresumed, true);
  assert.equal(made.judged[0]?.verdict.reason, 'settling');
  const known15 = plan(
    facts({ ...PUZZLED, history: endedHistory(), standing: known({ kind: 'none' }, at(15)) }),
    EVICT,
    at(15),
  );
  assert.equal(known15.revocation?.isPresumed, false);
});

test('a presumed end is superseded by whatever is in force; one that is not presumed needs a grant to compare', () => {
  const value: Standing = { kind: 'granted', association: association() };
  const unread = revocation({ grant: undefined });
  assert.equal(causeOf({ ...unread, isPresumed: true }, value, NO_HISTORY), 'superseded');
  assert.equal(causeOf(unread, value, NO_HISTORY), undefined);
});

test('a later end than the one that is followed is proven only after a settle time of its own', () => {
  const spans = [
    span({ grant: grant('first'), end: { notBefore: at(-10), notAfter: at(0) } }),
    span({ grant: grant('second'), end: { notBefore: at(90), notAfter: at(100) } }),
    span({ since: at(100) }),
  ];
  const ended = { revocation: confirmed({ grant: grant('first') }), history: history({ spans }) };
  const proves = (readAt: number): boolean =>
    isProof(granted(100, readAt), ended, { policy: policy(), now: at(readAt + 1) });
  assert.deepEqual([proves(114.9), proves(115)], [false, true]);
  assert.equal(isLater({ notBefore: undefined, notAfter: at(9) }, revocation()), false);
  assert.equal(isLater(undefined, confirmed()), false);
});

test('its holders wait for it, although the first end has settled', () => {
  const spans = [
    span({ grant: grant('first'), end: { notBefore: at(-10), notAfter: at(0) } }),
    span({ grant: grant('second'), since: at(0), end: { notBefore: at(90), notAfter: at(100) } }),
    span({ since: at(100) }),
  ];
  const more = {
    standing: granted(100, 101),
    history: history({ spans, completeFrom: at(-90_000) }),
    revocation: confirmed({ grant: grant('first'), cause: 'superseded' }),
  };
  const made = plan(facts({ ...more, holders: [holder({ start: at(60) })] }), policy(), at(102));
  assert.deepEqual(made.judged[0]?.verdict, { kind: 'wait', reason: 'settling', until: at(115) });
});

test('of two that are due, the one whose deadline has come goes first', () => {
  const [old, young] = [holder({ start: at(-900) }), holder({ start: at(-600) })];
  const refused = { kind: 'blocked', by: [], detail: '', retryAfter: undefined } as const;
  const attempt = { kind: 'refused', outcome: refused, tries: 1, isForced: false, notBefore: at(0) } as const;
  const due = {
    holders: [young, old],
    attempts: new Map([[young.uid, attempt]]),
    standing: known<Standing>({ kind: 'none' }, at(900)),
  };
  const made = plan(facts(due), policy({ force: true }), at(900));
  assert.deepEqual(
    made.acts.map(({ verdict, holder: { uid } }) => [verdict.kind, uid]),
    [
      ['force', young.uid],
      ['evict', old.uid],
    ],
  );
  const third = holder({ start: at(-30) });
  assert.equal(
    plan(facts({ ...due, holders: [old, young, third] }), policy({ force: true }), at(900)).acts.length,
    3,
  );
});

test('an end that was contained once is not taken up again, after a restart or a refuted suspicion', () => {
  const past = { ...endedHistory(), closedUntil: at(0) };
  for (const earlier of [undefined, revocation({ stage: 'refuted', end: undefined })]) {
    const made = plan(facts({ history: past, revocation: earlier, holders: [] }), policy(), at(50));
    assert.equal(made.revocation, earlier);
  }
});

test('a revocation with somebody who outlived his credentials is closed as expired, not as contained', () => {
  const left = { exposed: 0, isViewFresh: true };
  assert.equal(close(confirmed(), { ...left, expired: 1 }, policy(), at(99)).stage, 'expired');
  assert.equal(close(confirmed(), { ...left, expired: 0 }, policy(), at(99)).stage, 'contained');
});

test('a span that only List has shown is dated by when it was seen', () => {
  const listed = span({ grant: undefined, since: undefined, readAt: undefined, seenAt: at(-500) });
  const told = {
    coverage: undefined,
    records: [recordOf({ association: listed.id, at: at(-100), channel: 'trail' })],
  };
  const open = recount(history({ spans: [listed] }), told);
  assert.deepEqual(
    open.spans.map(({ recorded, seenAt }) => [recorded, seenAt]),
    [
      [true, at(-500)],
      [undefined, at(-500)],
    ],
  );
  const ended = { ...listed, end: { notBefore: undefined, notAfter: at(-90) } };
  const coverage = { from: at(-600), until: at(0) };
  const explained = recount(history({ spans: [ended], completeFrom: at(-700) }), { ...told, coverage });
  assert.equal(explained.spans.length, 0);
  const late = { from: at(-300), until: at(0) };
  const unexplained = recount(history({ spans: [ended] }), { ...told, coverage: late });
  assert.equal(unexplained.spans.length, 1, 'CloudTrail has told a part of its time only');
});

function before(suspectedAt: number): ReturnType<typeof revocation> {
  return revocation({ stage: 'refuted', suspectedAt: at(suspectedAt) });
}

test('a suspicion is dated by a record only where that was heard after the last suspicion', () => {
  const record = recordOf({ association: span().id, at: at(-3), heardAt: at(-2) });
  const of = { holders: [], records: [record], standing: known<Standing>({ kind: 'none' }, at(5)) };
  assert.equal(
    plan(facts({ ...of, revocation: before(-10) }), policy(), at(5)).revocation?.suspectedAt,
    at(-2),
  );
  assert.equal(
    plan(facts({ ...of, revocation: before(-1) }), policy(), at(5)).revocation?.suspectedAt,
    at(5),
  );
  const told = { ...before(-10), evidence: record.evidence };
  assert.equal(plan(facts({ ...of, revocation: told }), policy(), at(5)).revocation?.source, 'describe');
});
