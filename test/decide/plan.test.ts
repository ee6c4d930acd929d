/** The plan for an identity, by examples. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countExposed, plan } from '../../src/decide/plan.ts';
import { podUid } from '../../src/domain/holder.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import { at, confirmed, history, holder, policy, revocation } from '../support/builders.ts';

import { facts } from './facts.ts';

test('the longest-running holder goes first; the uid settles ties', () => {
  const [c, a, b] = [
    holder({ start: at(-10), uid: podUid('c') }),
    holder({ start: at(-20), uid: podUid('a') }),
    holder({ start: at(-20), uid: podUid('b') }),
  ];
  const made = plan(facts({ holders: [c, b, a] }), policy(), at(15));
  assert.deepEqual(
    made.acts.map(({ holder: { uid } }) => uid),
    ['a', 'b', 'c'],
  );
});

test('a suspected revocation advances with the reading, and its holders are judged by the new stage', () => {
  const made = plan(facts({ holders: [holder()], revocation: revocation() }), policy(), at(16));
  assert.equal(made.revocation?.stage, 'settling');
  assert.deepEqual(made.acts, []);
  assert.equal(made.lookAgainAt, at(30));
});

test('the last holder has gone: look again when the window closes, then contained', () => {
  const open = plan(facts(), policy(), at(20));
  assert.equal(open.revocation?.stage, 'confirmed');
  assert.equal(open.lookAgainAt, at(31));
  const contained = plan(facts({ revocation: open.revocation }), policy(), at(31));
  assert.equal(contained.revocation?.stage, 'contained');
  assert.equal(contained.lookAgainAt, undefined);
});

test('a stale holder that appears when nobody is after its identity opens a revocation', () => {
  const unseen = history({ absentSince: at(0), completeFrom: at(0) });
  for (const given of [
    { revocation: undefined, history: unseen },
    { revocation: confirmed({ stage: 'contained' }) },
  ]) {
    const made = plan(facts({ holders: [holder()], ...given }), policy(), at(40));
    assert.equal(made.revocation?.stage, 'suspected');
    assert.equal(made.revocation?.source, 'pods');
    assert.equal(made.revocation?.suspectedAt, at(40));
    assert.deepEqual(made.acts, []);
  }
});

test('holders that are only kept or exempt open nothing', () => {
  const holders = [holder({ start: at(60) }), holder({ namespace: 'kube-system' })];
  const contained = confirmed({ stage: 'contained' });
  const made = plan(facts({ holders, revocation: contained }), policy(), at(61));
  assert.deepEqual(made.revocation, contained);
  assert.equal(countExposed(made.judged), 1);
});

test('undecided holders keep a confirmed revocation open', () => {
  const made = plan(
    facts({ holders: [holder()], standing: unknown('failed', '', at(99)) }),
    policy(),
    at(100),
  );
  assert.equal(made.revocation?.stage, 'confirmed');
  assert.equal(made.judged[0]?.verdict.kind, 'undecided');
});

test('a settling revocation without a date asks for no time', () => {
  const undated = revocation({ stage: 'settling' });
  const unread = unknown('failed', '', at(0));
  assert.equal(
    plan(facts({ revocation: undated, standing: unread }), policy(), at(1)).lookAgainAt,
    undefined,
  );
});

test('a fresh history carries no revocation along', () => {
  const made = plan(
    facts({ history: history(), revocation: undefined, holders: [holder()] }),
    policy(),
    at(0),
  );
  assert.equal(made.revocation, undefined);
});

test('an identity with more holders than a call has room for arguments', () => {
  const one = holder({ start: at(29) });
  const holders = Array.from({ length: 150_000 }, (_, n) => ({ ...one, uid: podUid(`many-${n}`) }));
  const made = plan(facts({ holders }), policy(), at(16));
  assert.equal(made.judged.length, 150_000);
  assert.equal(made.lookAgainAt, at(31));
});

test('a suspicion from before the clock was set back is dated anew, so that it can be confirmed', () => {
  const late = revocation({ suspectedAt: at(3600) });
  const made = plan(facts({ holders: [holder()], revocation: late }), policy(), at(16));
  assert.equal(made.revocation?.suspectedAt, at(16));
  const confirmedNow = plan(
    facts({ revocation: made.revocation, standing: known({ kind: 'none' }, at(17)) }),
    policy(),
    at(17),
  );
  assert.equal(confirmedNow.revocation?.stage, 'settling');
});
