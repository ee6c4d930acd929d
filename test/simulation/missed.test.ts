/** Pods without the token volume: found, healed at most once in vain, and never where it is not certain that it helps. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, holder, identity } from '../support/builders.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

const ETL = identity('team-a/etl');
const OWNER = { kind: 'ReplicaSet', name: 'etl', uid: 'owner-1' };
const HEALING: Settings = { policy: { onMissed: 'evict' } };

function told(world: World): readonly string[] {
  return world.reports.flatMap((report) =>
    report.kind === 'missed' ? [`${report.missed.rostered.pod.name} ${report.missed.reason}`] : [],
  );
}

/** What the replacements of evicted pods were given. */
function given(world: World): readonly string[] {
  return world.reports.flatMap((report) =>
    report.kind === 'succession' ? [`${report.successor?.access ?? 'none'} ${report.isGranted}`] : [],
  );
}

test('a pod from before the association is found and reported, once', async () => {
  await using world = new World();
  world.eks.create(ETL, grant(), at(-60));
  world.rosters.start(ETL, { of: { name: 'bare', start: at(-600), owner: OWNER } });
  world.startDaemon();
  await world.pass(minutes(30), seconds(5));
  assert.deepEqual(told(world), ['bare reported']);
  assert.deepEqual(world.daemon.rollCall.missed().length, 1);
  assert.deepEqual(world.evicted(), []);
});

test('healed one by one: each waits until the successor of the one before has the volume', async () => {
  await using world = new World(HEALING);
  world.eks.create(ETL, grant(), at(-600));
  for (const name of ['one', 'two', 'three']) {
    const of = { name, start: at(-900), owner: OWNER };
    world.rosters.start(ETL, { of }, () => world.cluster.start(ETL, { name: `${name}-new`, owner: OWNER }));
  }
  world.startDaemon();
  await world.pass(seconds(50), seconds(5));
  assert.deepEqual(world.evicted(), ['one'], 'the next waits for what became of the first');
  await world.pass(minutes(5), seconds(5));
  assert.deepEqual(world.evicted(), ['one', 'two', 'three']);
  assert.deepEqual(world.daemon.rollCall.missed(), []);
});

test('in vain once, and never again for that revision, however long', async () => {
  await using world = new World(HEALING);
  world.eks.create(ETL, grant(), at(-600));
  const again = (): void => void world.rosters.start(ETL, { of: { owner: OWNER }, revision: 'r1' }, again);
  for (let n = 0; n < 3; n += 1) again();
  world.startDaemon();
  await world.pass(minutes(120), seconds(10));
  assert.equal(world.evicted().length, 1);
  assert.ok(told(world).some((line) => line.endsWith('in-vain')));

  world.rosters.start(ETL, { of: { owner: OWNER }, revision: 'r2' }, again);
  await world.pass(minutes(30), seconds(10));
  assert.equal(world.evicted().length, 2, 'another revision has another chance');
});

test('not while the association can not be confirmed, and not once it is gone', async () => {
  await using world = new World(HEALING);
  world.eks.create(ETL, grant(), at(-600));
  world.startDaemon();
  await world.pass(minutes(1));
  world.rosters.start(ETL, { of: { name: 'late', owner: OWNER } });
  world.eks.failing.set('confirm', 'throttled');
  await world.pass(minutes(15), seconds(5));
  assert.deepEqual(world.evicted(), []);
  world.eks.failing.clear();
  world.eks.delete(ETL);
  await world.pass(minutes(15), seconds(5));
  assert.deepEqual(world.evicted(), []);
});

test('dry-run heals nobody', async () => {
  await using world = new World({ ...HEALING, mode: 'dry-run' });
  world.eks.create(ETL, grant(), at(-600));
  world.rosters.start(ETL, { of: { owner: OWNER } });
  world.startDaemon();
  await world.pass(minutes(30), seconds(5));
  assert.deepEqual(world.cluster.evictions, []);
  assert.equal(told(world).length, 1);
});

test('a roster that can not be read is told once, and nobody is taken for missed', async () => {
  await using world = new World(HEALING);
  world.eks.create(ETL, grant(), at(-600));
  world.rosters.start(ETL, { of: { owner: OWNER } });
  world.rosters.failing = 'denied';
  world.startDaemon();
  await world.pass(minutes(30), seconds(5));
  assert.deepEqual(told(world), []);
  const unread = world.reports.filter((report) => report.kind === 'reading' && report.of === 'roster');
  assert.equal(unread.length, 1);
});

test('after a change: whether the replacement was given the volume', async () => {
  await using world = new World();
  const { id } = world.eks.create(ETL, grant('old'), at(-600));
  const replace = (): void => void world.cluster.start(ETL, { owner: OWNER });
  world.cluster.start(ETL, { owner: OWNER, start: at(-300) }, replace);
  world.cluster.start(ETL, { start: at(-300) });
  world.startDaemon();
  await world.pass(minutes(1));
  world.eks.update(id, grant('new'));
  await world.pass(minutes(5), seconds(2));
  assert.equal(world.evicted().length, 2);
  assert.deepEqual(given(world), ['pod-identity true'], 'a bare pod has no replacement to tell of');
});

test('after a deletion: whether the replacement fell back to IRSA, to nothing, or did not come', async () => {
  await using world = new World();
  world.eks.create(ETL, grant(), at(-600));
  const owners = ['irsa', 'nothing', 'never'].map((uid) => ({ ...OWNER, uid }));
  for (const owner of owners) {
    const access = owner.uid === 'irsa' ? 'irsa' : 'nothing';
    const start = (): void => void world.rosters.start(ETL, { of: { owner }, access });
    world.cluster.start(ETL, { owner, start: at(-300) }, owner.uid === 'never' ? undefined : start);
  }
  world.startDaemon();
  await world.pass(minutes(1));
  world.eks.delete(ETL);
  await world.pass(minutes(15), seconds(2));
  assert.deepEqual(given(world).toSorted(), ['irsa false', 'none false', 'nothing false']);
  assert.deepEqual(world.deps.ledger.displaced.size, 0);
});

test('identities without an association are not asked for', async () => {
  await using world = new World();
  world.cluster.start(identity('team-a/other'), holder());
  world.startDaemon();
  await world.pass(minutes(5), seconds(5));
  assert.deepEqual(world.rosters.calls, []);
});
