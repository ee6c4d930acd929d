/** The whole controller, told as stories: an association is deleted, and exactly its holders go. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROOF_LIFE } from '../../src/decide/proof.ts';
import { UNKNOWN_REASONS } from '../../src/domain/reading.ts';
import { between, hours, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant } from '../support/builders.ts';
import { busyWorld, ETL, WEB } from './busy.ts';
import { World } from './world.ts';

test('a deleted association: its holders are evicted within poll interval + settle time, nobody else, then rest', async () => {
  await using world = await busyWorld();
  const deletedAt = world.clock.now();
  world.eks.delete(ETL);
  await world.pass(seconds(60));
  assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3']);
  for (const { at: evictedAt } of world.cluster.evictions) {
    assert.ok(between(deletedAt, evictedAt) <= seconds(30 + 15 + 2));
  }
  await world.rest();
  assert.equal(world.cluster.evictions.length, 3);
  assert.deepEqual(world.stages(), [
    'team-a/etl suspected',
    'team-a/etl settling',
    'team-a/etl confirmed',
    'team-a/etl contained',
  ]);
});

test('invariant 1: each eviction follows a confirmation of its identity that is young', async () => {
  await using world = await busyWorld({ rate: 0.1, burst: 1 });
  world.eks.delete(ETL);
  await world.rest();
  assert.equal(world.evicted().length, 3);
  for (const { at: evictedAt } of world.cluster.evictions) {
    const proofs = world.eks.calls.filter(
      ({ operation, subject, at: askedAt }) =>
        operation === 'confirm' && subject === ETL && askedAt <= evictedAt,
    );
    const last = proofs.at(-1);
    assert.ok(last !== undefined && between(last.at, evictedAt) < PROOF_LIFE);
  }
});

test('deleted and recreated with the same grant inside the settle time: nobody is evicted', async () => {
  await using world = await busyWorld();
  world.eks.delete(ETL);
  await world.pass(seconds(32));
  assert.ok(world.stages().includes('team-a/etl settling'));
  world.eks.create(ETL, grant('etl'));
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
  assert.equal(world.stages().at(-1), 'team-a/etl refuted');
});

test('deleted and recreated between two Lists: nobody notices, nobody is evicted', async () => {
  await using world = await busyWorld();
  world.eks.delete(ETL);
  await world.pass(seconds(1));
  world.eks.create(ETL, grant('etl'));
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
});

test('recreated while evictions are under way: those not yet accepted stop', async () => {
  await using world = await busyWorld({ rate: 0.2, burst: 1 });
  world.eks.delete(ETL);
  while (world.evicted().length === 0) await world.pass(seconds(1));
  world.eks.create(ETL, grant('etl'));
  await world.rest();
  assert.ok(world.evicted().length < 3);
  assert.ok(world.stages().includes('team-a/etl refuted'));
});

for (const why of UNKNOWN_REASONS) {
  test(`invariant 2: List is unknown (${why}) for a while: nobody is evicted, and the deletion is found later`, async () => {
    await using world = await busyWorld();
    world.eks.failing.set('list', why);
    world.eks.delete(ETL);
    await world.pass(minutes(3));
    assert.deepEqual(world.cluster.evictions, []);
    world.eks.failing.clear();
    await world.rest();
    assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3']);
  });

  test(`invariant 2: confirmations are unknown (${why}) for a while: nobody is evicted, and then they are`, async () => {
    await using world = await busyWorld();
    world.eks.failing.set('confirm', why);
    world.eks.delete(ETL);
    await world.pass(minutes(3));
    assert.deepEqual(world.cluster.evictions, []);
    assert.deepEqual(world.stages(), ['team-a/etl suspected']);
    world.eks.failing.clear();
    await world.rest();
    assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3']);
  });
}

test('confirmations turn unknown in the middle of the settle time: it waits for one that is known', async () => {
  await using world = await busyWorld();
  world.eks.delete(ETL);
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  world.eks.failing.set('confirm', 'failed');
  await world.pass(minutes(2));
  assert.deepEqual(world.cluster.evictions, []);
  world.eks.failing.clear();
  await world.rest();
  assert.equal(world.evicted().length, 3);
});

test('List is empty although associations exist: nobody is evicted on the strength of it', async () => {
  await using world = await busyWorld();
  world.eks.listsNothing = true;
  await world.pass(minutes(3));
  world.eks.listsNothing = false;
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
  assert.ok(world.stages().includes('team-a/etl refuted'));
  assert.ok(world.stages().includes('team-b/web refuted'));
});

test('eventual consistency: nothing is done before EKS itself shows the end everywhere', async () => {
  await using world = await busyWorld();
  world.eks.consistencyDelay = seconds(8);
  world.eks.delete(ETL);
  await world.rest();
  assert.equal(world.evicted().length, 3);
});

test('a Deployment that spells the volume out, whose identity never had an association: one eviction for each pod, then rest', async () => {
  await using world = new World();
  for (const name of ['hand-1', 'hand-2']) world.cluster.startReplaced(ETL, { name, start: at(-3600) });
  world.startDaemon();
  await world.rest();
  await world.rest();
  assert.deepEqual(world.evicted(), ['hand-1', 'hand-2']);
});

test('a Deployment that spells the volume out, whose association is deleted: it comes to rest', async () => {
  await using world = await busyWorld();
  world.cluster.startReplaced(ETL, { name: 'hand', start: at(-3600) });
  world.eks.delete(ETL);
  await world.rest();
  const soFar = world.evicted().filter((name) => !name.startsWith('etl-'));
  assert.ok(soFar.length <= 2, `evicted ${soFar.length} times`);
  await world.rest();
  assert.equal(world.evicted().filter((name) => !name.startsWith('etl-')).length, soFar.length);
});

test('a pod admitted from a stale webhook cache after the deletion is found and evicted too', async () => {
  await using world = await busyWorld();
  world.eks.delete(ETL);
  while (world.evicted().length < 3) await world.pass(seconds(1));
  world.cluster.start(ETL, { name: 'late' });
  await world.rest();
  assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3', 'late']);
});

test('what is over is forgotten when nothing of it can be used any more, and what goes on is not', async () => {
  await using world = await busyWorld({ pollInterval: minutes(30) });
  world.eks.delete(ETL);
  await world.pass(minutes(35), seconds(5));
  for (const { uid, identity } of world.cluster.running()) if (identity === ETL) world.cluster.remove(uid);
  await world.pass(hours(6), minutes(5));
  assert.notEqual(world.deps.ledger.find(ETL), undefined);
  await world.pass(hours(2), minutes(5));
  assert.equal(world.deps.ledger.find(ETL), undefined);
  assert.equal(world.deps.ledger.archived().length, 1);
  assert.notEqual(world.deps.ledger.find(WEB), undefined);
});

test('a pod that the watch shows very late is evicted all the same', async () => {
  await using world = await busyWorld();
  world.eks.delete(ETL);
  await world.rest();
  world.cluster.start(ETL, { name: 'slow', start: at(-3600) });
  await world.rest();
  assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3', 'slow']);
});

test('invariant 4: a pod of the same name with another uid is never evicted', async () => {
  await using world = await busyWorld();
  world.cluster.watchLag = minutes(10);
  const [first] = world.cluster.running();
  assert.ok(first !== undefined);
  world.cluster.remove(first.uid);
  const successor = world.cluster.start(ETL, { name: first.name });
  world.eks.delete(ETL);
  await world.pass(minutes(2));
  assert.ok(world.cluster.running().some(({ uid }) => uid === successor.uid));
  const asked = world.cluster.evictions.filter(({ order }) => order.holder.name === first.name);
  assert.deepEqual(
    asked.map(({ order, outcome }) => [order.holder.uid, outcome.kind]),
    [[first.uid, 'replaced']],
  );
});

test('killed and started again at any moment of a revocation: it is completed, and nobody is evicted twice', async () => {
  for (let moment = 0; moment <= 60; moment += 3) {
    await using world = await busyWorld();
    world.eks.delete(ETL);
    await world.pass(seconds(moment));
    await world.stopDaemon();
    world.startDaemon();
    await world.rest();
    assert.deepEqual([...world.evicted()].toSorted(), ['etl-1', 'etl-2', 'etl-3'], `at ${moment} s`);
  }
});

test('invariant 5: hints that are false, repeated or lost change when something is looked at, never what is decided', async () => {
  const stories = await Promise.all(
    (['as it is', 'many false ones', 'all lost'] as const).map(async (hints) => {
      await using world = await busyWorld();
      world.cluster.saysNothing = hints === 'all lost';
      world.eks.delete(ETL);
      for (let n = 0; n < 120; n += 1) {
        if (hints === 'many false ones') for (const each of [ETL, WEB, ETL]) world.cluster.cryWolf(each);
        if (n === 100) world.cluster.start(ETL, { name: 'fresh' });
        await world.pass(seconds(1));
      }
      await world.rest();
      return { evicted: world.evicted(), stages: world.stages() };
    }),
  );
  const [truth] = stories;
  assert.deepEqual(truth?.evicted, ['etl-1', 'etl-2', 'etl-3']);
  for (const story of stories) assert.deepEqual(story, truth);
});
