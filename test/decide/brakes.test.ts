/** Brakes as functions from plan to plan, the mass end, and the proof of the cluster. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { brake } from '../../src/decide/brake.ts';
import { proveCluster } from '../../src/decide/cluster-proof.ts';
import type { EndedIdentity } from '../../src/decide/mass-end.ts';
import { endedIdentity, isLoss, massEnd } from '../../src/decide/mass-end.ts';
import type { Judged, Plan } from '../../src/decide/plan.ts';
import type { Brake } from '../../src/domain/brake.ts';
import { BRAKES } from '../../src/domain/brake.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import { seconds } from '../../src/domain/time.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { at, confirmed, endedHistory, history, holder, identity, revocation } from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';

function judged(verdict: Verdict): Judged {
  return { holder: holder(), verdict };
}

const ACTS = [
  judged({ kind: 'force', reason: 'deleted', grace: seconds(1) }),
  judged({ kind: 'evict', reason: 'superseded' }),
];
const OTHERS = [
  judged({ kind: 'keep', reason: 'current' }),
  judged({ kind: 'wait', reason: 'settling', until: at(1) }),
  judged({ kind: 'undecided', reason: 'history-unknown' }),
  judged({ kind: 'exempt', reason: 'own-pod' }),
];
const PLAN: Plan = { revocation: confirmed(), judged: [...ACTS, ...OTHERS], acts: ACTS, lookAgainAt: at(9) };

test('without a brake the plan is the same', () => {
  assert.equal(brake(PLAN, new Set()), PLAN);
});

test('invariant 9: braked, nobody is to be acted on, and all else is as it was', () => {
  fc.assert(
    fc.property(fc.subarray([...BRAKES], { minLength: 1 }), (engaged) => {
      const braked = brake(PLAN, new Set(engaged));
      assert.deepEqual(braked.acts, []);
      assert.deepEqual(braked.judged.slice(2), OTHERS);
      const [first] = BRAKES.filter((each) => engaged.includes(each));
      for (const { verdict } of braked.judged.slice(0, 2)) {
        assert.deepEqual(verdict, { kind: 'wait', reason: first, until: undefined });
      }
      assert.deepEqual([braked.revocation, braked.lookAgainAt], [PLAN.revocation, PLAN.lookAgainAt]);
    }),
  );
});

test('of several brakes the gravest is named', () => {
  const engaged = new Set<Brake>(['not-leader', 'paused', 'cluster-unproven']);
  assert.equal(brake(PLAN, engaged).judged[0]?.verdict.reason, 'cluster-unproven');
});

const LIMITS = { minimum: 5, percent: 25 };

function ended(count: number, more: Partial<EndedIdentity> = {}): readonly EndedIdentity[] {
  return Array.from({ length: count }, (_, n) => ({
    identity: identity(`team-a/sa-${n}`),
    noticedAt: at(0),
    isCorroborated: false,
    ...more,
  }));
}

const MASS_ROWS = [
  ['five may always end', ended(5), 5, undefined, false],
  ['six of six are too many', ended(6), 6, undefined, true],
  ['a quarter of those that are known may end', ended(25), 100, undefined, false],
  ['more than a quarter are too many', ended(26), 100, undefined, true],
  [
    'those that CloudTrail vouches for do not count',
    ended(90, { isCorroborated: true }),
    100,
    undefined,
    false,
  ],
  ['those that were released do not count', ended(90), 100, at(0), false],
  ['a release reaches back, and not ahead', ended(90, { noticedAt: at(1) }), 100, at(0), true],
  ['nobody is known and nobody ended', ended(0), 0, undefined, false],
] as const;

for (const [name, of, count, releasedAt, isEngaged] of MASS_ROWS) {
  test(`mass end: ${name}`, () => {
    const found = massEnd(of, count, releasedAt, LIMITS);
    assert.equal(found.isEngaged, isEngaged);
  });
}

test('mass end: who is vouched for passes while the others are held', () => {
  const corroborated = {
    ...ended(1, { isCorroborated: true })[0],
    identity: identity('team-b/web'),
  } as EndedIdentity;
  const found = massEnd([...ended(10), corroborated], 11, undefined, LIMITS);
  assert.equal(found.isEngaged, true);
  assert.equal(found.unproven.has(identity('team-b/web')), false);
  assert.equal(found.unproven.size, 10);
  assert.equal(found.limit, 5);
});

test('mass end: an open revocation of a deleted grant counts, and CloudTrail vouches by a record that fits', () => {
  const open = confirmed({ suspectedAt: at(-1) });
  const fitting = recordOf({ identity: open.identity, at: at(-5), channel: 'trail' });
  const earlier = recordOf({ identity: open.identity, at: at(-500), channel: 'trail' });
  const of = { identity: open.identity, noticedAt: at(-1) };
  assert.deepEqual(endedIdentity(open, [fitting]), { ...of, isCorroborated: true });
  assert.deepEqual(endedIdentity(open, [earlier]), { ...of, isCorroborated: false });
  const heard = { ...open, evidence: fitting.evidence };
  assert.deepEqual(
    endedIdentity(heard, []),
    { ...of, isCorroborated: false },
    'what the queue told vouches for nobody',
  );
  assert.equal(endedIdentity(undefined, []), undefined);
  assert.equal(endedIdentity(confirmed({ cause: 'superseded' }), []), undefined);
  assert.equal(endedIdentity(revocation({ stage: 'contained' }), []), undefined);
});

const ISSUER = 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC';
const DENIED = unknown('denied', 'eks:DescribeCluster', at(0));

test('the cluster is proven only by the same issuer from both sides', () => {
  const told = known(ISSUER, at(0));
  assert.deepEqual(proveCluster(told, told), { kind: 'proven', issuer: ISSUER });
  assert.equal(proveCluster(told, known(`${ISSUER}/`, at(0))).kind, 'proven');
  assert.equal(proveCluster(told, known(`${ISSUER}D`, at(0))).kind, 'refuted');
  assert.equal(proveCluster(DENIED, told).kind, 'unproven');
  assert.equal(proveCluster(told, DENIED).kind, 'unproven');
  const refuted = proveCluster(told, known('https://elsewhere', at(0)));
  assert.match(refuted.kind === 'refuted' ? refuted.detail : '', /REVOKER_CLUSTER_NAME/);
});

test('mass end: only a loss counts: an association was seen, or a holder is older than its absence', () => {
  const never = history({ absentSince: at(0), completeFrom: at(0) });
  assert.equal(isLoss(endedHistory(), []), true);
  assert.equal(isLoss(history(), []), true, 'nothing is known yet');
  assert.equal(isLoss(never, [holder({ start: at(-1) })]), true);
  assert.equal(isLoss(never, [holder({ start: at(0) })]), false);
  assert.equal(endedIdentity(confirmed(), [], false), undefined);
  const since = [
    recordOf({ at: at(-5), channel: 'trail' }),
    recordOf({ action: 'created', at: at(-4), channel: 'trail' }),
  ];
  assert.equal(
    endedIdentity(confirmed(), since)?.isCorroborated,
    false,
    'it was created again after that record',
  );
});
