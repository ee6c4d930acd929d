/** Pods that were missed by the webhook, and what the replacements of evicted ones were given. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Healing } from '../../src/decide/missed.ts';
import { followHealing, healingKey, missedPods, successions } from '../../src/decide/missed.ts';
import type { Holder } from '../../src/domain/holder.ts';
import { podUid } from '../../src/domain/holder.ts';
import type { RosterPod } from '../../src/domain/roster.ts';
import { at, holder, policy } from '../support/builders.ts';

const OWNER = { kind: 'ReplicaSet', name: 'etl', uid: 'owner-1' };
const EVICT = policy({ onMissed: 'evict' });

function rostered(of: Partial<Holder> = {}, more: Partial<RosterPod> = {}): RosterPod {
  const pod = holder({ owner: OWNER, ...of });
  return { pod, access: 'nothing', roleArn: undefined, isMirror: false, revision: 'r1', ...more };
}

function without(key: 'owner', pod: RosterPod): RosterPod {
  const { [key]: _, ...rest } = pod.pod;
  return { ...pod, pod: rest };
}

const KEY = 'owner-1 r1';

function healing(stage: Healing['stage']): ReadonlyMap<string, Healing> {
  return new Map([[KEY, { evicted: podUid('gone'), at: at(0), stage }]]);
}

const ROWS = [
  { name: 'the operator wants to be told only', pod: rostered(), policy: policy(), reason: 'reported' },
  { name: 'it is evicted, once for its owner', pod: rostered(), reason: 'due' },
  { name: 'a pod with IRSA lacks the volume as well', pod: rostered({}, { access: 'irsa' }), reason: 'due' },
  { name: 'nothing would replace it', pod: without('owner', rostered()), reason: 'no-owner' },
  { name: 'a protected namespace', pod: rostered({ namespace: 'kube-system' }), reason: 'exempt' },
  {
    name: "the daemon's own pod",
    pod: rostered({ namespace: 'pod-identity-revoker', name: 'pod-identity-revoker-0' }),
    reason: 'exempt',
  },
  {
    name: 'its sibling goes first',
    pod: rostered(),
    healings: healing('under-way'),
    reason: 'sibling-first',
  },
  { name: 'its sibling was healed', pod: rostered(), healings: healing('healed'), reason: 'due' },
  { name: 'its sibling went in vain', pod: rostered(), healings: healing('in-vain'), reason: 'in-vain' },
  {
    name: 'another revision of the owner may be healed although the one before was not',
    pod: rostered({}, { revision: 'r2' }),
    healings: healing('in-vain'),
    reason: 'due',
  },
] as const;

for (const { name, pod, reason, ...row } of ROWS) {
  test(`${name}: ${reason}`, () => {
    const healings = 'healings' in row ? row.healings : new Map<string, Healing>();
    const chosen = 'policy' in row ? row.policy : EVICT;
    assert.deepEqual(missedPods([pod], healings, chosen), [{ rostered: pod, reason }]);
  });
}

test('nobody else is missed: holders, mirrors, and pods that have ended or are going', () => {
  const others = [
    rostered({}, { access: 'pod-identity' }),
    rostered({}, { isMirror: true }),
    rostered({ finished: true }),
    rostered({ terminating: at(1) }),
  ];
  assert.deepEqual(missedPods(others, new Map(), EVICT), []);
});

test('of one revision the longest-running pod goes first, and alone', () => {
  const pods = [rostered({ start: at(-10) }), rostered({ start: at(-20) }), rostered({}, { revision: 'r2' })];
  const reasons = missedPods(pods, new Map(), EVICT).map((each) => [
    pods.indexOf(each.rostered),
    each.reason,
  ]);
  assert.deepEqual(reasons, [
    [2, 'due'],
    [1, 'due'],
    [0, 'sibling-first'],
  ]);
  const twins = [rostered({ uid: podUid('b') }), rostered({ uid: podUid('a') })];
  assert.deepEqual(
    [twins, twins.toReversed()].map((order) => missedPods(order, new Map(), EVICT)[0]?.rostered.pod.uid),
    ['a', 'a'],
  );
});

test('the key is the owner and its revision', () => {
  assert.equal(healingKey(rostered()), KEY);
  assert.equal(healingKey(rostered({}, { revision: undefined })), 'owner-1 ');
  assert.equal(healingKey(without('owner', rostered())), undefined);
});

const UNDER_WAY: Healing = { evicted: podUid('gone'), at: at(0), stage: 'under-way' };

const FOLLOWED = [
  { name: 'nobody has taken its place yet', roster: [rostered({ start: at(-100) })], stage: 'under-way' },
  {
    name: 'the evicted pod itself is no successor',
    roster: [rostered({ uid: podUid('gone'), start: at(5) })],
    stage: 'under-way',
  },
  {
    name: 'a pod of another owner is none',
    roster: [rostered({ start: at(5), owner: { ...OWNER, uid: 'x' } })],
    stage: 'under-way',
  },
  {
    name: 'its successor has the volume',
    roster: [rostered({ start: at(5) }, { access: 'pod-identity' })],
    stage: 'healed',
  },
  { name: 'its successor has none either', roster: [rostered({ start: at(5) })], stage: 'in-vain' },
  {
    name: 'its owner has put nothing in its place for ten minutes',
    roster: [],
    now: at(600),
    stage: 'in-vain',
  },
] as const;

for (const { name, roster, stage, ...row } of FOLLOWED) {
  test(`${name}: ${stage}`, () => {
    const now = 'now' in row ? row.now : at(30);
    assert.equal(followHealing(UNDER_WAY, KEY, roster, now).stage, stage);
  });
}

test('what has been found out stays', () => {
  const over: Healing = { ...UNDER_WAY, stage: 'in-vain' };
  assert.equal(
    followHealing(over, KEY, [rostered({ start: at(5) }, { access: 'pod-identity' })], at(30)),
    over,
  );
});

test('each evicted holder has one successor of its owner, in their order', () => {
  const displaced = [0, 1].map((n) => ({ holder: holder({ owner: OWNER, start: at(-100 + n) }), at: at(n) }));
  const successors = [rostered({ start: at(3) }), rostered({ start: at(4) }, { access: 'pod-identity' })];
  const found = successions(displaced, successors, at(30));
  assert.deepEqual(
    found.map(({ successor }) => successor),
    successors,
  );
  assert.deepEqual(
    successions(displaced, successors.slice(0, 1), at(30)).length,
    1,
    'the other is waited for',
  );
});

test('after ten minutes it is said that nothing has taken the place', () => {
  const displaced = { holder: holder({ owner: OWNER }), at: at(0) };
  assert.deepEqual(successions([displaced], [], at(599)), []);
  assert.deepEqual(successions([displaced], [], at(600)), [{ displaced, successor: undefined }]);
});
