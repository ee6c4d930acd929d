/** The whole controller, told as stories: an association is deleted, and exactly its holders go. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROOF_LIFE } from '../../src/decide/proof.ts';
import { UNKNOWN_REASONS } from '../../src/domain/reading.ts';
import { between, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { World } from './world.ts';

const ETL = identity('team-a/etl');
const WEB = identity('team-b/web');
const LONG_AGO = at(-86_400);

/** Two identities with a grant for a day, three pods of one and one of the other for an hour, and a daemon that has looked round. */
async function busyWorld(settings: ConstructorParameters<typeof World>[0] = {}): Promise<World> {
  const world = new World(settings);
  world.eks.create(ETL, grant('etl'), LONG_AGO);
  world.eks.create(WEB, grant('web'), LONG_AGO);
  for (const name of ['etl-1', 'etl-2', 'etl-3']) world.cluster.start(ETL, { name, start: at(-3600) });
  world.cluster.start(WEB, { name: 'web-1', start: at(-3600) });
  world.startDaemon();
  await world.pass(seconds(61));
  assert.deepEqual(world.cluster.evictions, []);
  return world;
}

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

test('blocked evictions are tried again, slower and slower, and the others do not wait for them', async () => {
  await using world = await busyWorld();
  const blocked = {
    kind: 'blocked',
    by: ['etl-budget'],
    detail: 'no disruptions',
    retryAfter: undefined,
  } as const;
  world.cluster.answers.set(
    'etl-1',
    Array.from({ length: 6 }, () => blocked),
  );
  world.eks.delete(ETL);
  await world.rest();
  assert.deepEqual(world.evicted(), ['etl-2', 'etl-3', 'etl-1']);
  const tries = world.cluster.evictions
    .filter(({ order }) => order.holder.name === 'etl-1')
    .map((each) => each.at);
  const pauses = tries.slice(1).map((when, n) => between(tries[n] ?? when, when));
  assert.equal(tries.length, 7);
  assert.ok(
    pauses.every((pause, n) => n === 0 || pause >= (pauses[n - 1] ?? 0)),
    String(pauses),
  );
});

test('a Retry-After is honoured', async () => {
  await using world = await busyWorld();
  const busy = { kind: 'blocked', by: ['etl-budget'], detail: '', retryAfter: seconds(25) } as const;
  world.cluster.answers.set('etl-1', [busy]);
  world.eks.delete(ETL);
  await world.rest();
  const [first, second] = world.cluster.evictions.filter(({ order }) => order.holder.name === 'etl-1');
  assert.ok(first !== undefined && second !== undefined);
  assert.ok(between(first.at, second.at) >= seconds(25));
});

test('an eviction whose answer was lost is asked for again', async () => {
  await using world = await busyWorld();
  world.cluster.answers.set('etl-1', [{ kind: 'unreachable', detail: 'time-out' }]);
  world.eks.delete(ETL);
  await world.rest();
  assert.equal(world.evicted().length, 3);
});

test('dry-run: everything is reported and nothing is written', async () => {
  await using world = await busyWorld({ mode: 'dry-run' });
  world.eks.delete(ETL);
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
  const would = world.reports.filter(({ kind }) => kind === 'would-evict');
  assert.equal(would.length, 3);
});

test('invariant 10: the daemon and protected namespaces are reported and left alone', async () => {
  await using world = new World();
  const system = identity('kube-system/cni');
  const own = identity('pod-identity-revoker/revoker');
  world.eks.create(system, grant(), LONG_AGO);
  world.eks.create(own, grant(), LONG_AGO);
  world.cluster.start(system, { start: at(-60) });
  world.cluster.start(own, { name: 'pod-identity-revoker-0', start: at(-60) });
  world.startDaemon();
  await world.pass(seconds(60));
  world.eks.delete(system);
  world.eks.delete(own);
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
  const verdicts = world.reports.flatMap((report) =>
    report.kind === 'verdict' ? [report.verdict.reason] : [],
  );
  assert.ok(verdicts.includes('protected-namespace'));
  assert.ok(verdicts.includes('own-pod'));
});

test('invariant 12: "evicted" is reported after the API accepted it, never before', async () => {
  await using world = await busyWorld();
  world.cluster.latency = seconds(2);
  world.eks.delete(ETL);
  let asked = 0;
  while (asked === 0) {
    await world.pass(seconds(0.5));
    asked = world.cluster.evictions.length;
  }
  assert.equal(world.reports.filter(({ kind }) => kind === 'eviction').length, 0);
  await world.pass(seconds(3));
  assert.equal(world.reports.filter(({ kind }) => kind === 'eviction').length, 3);
});

test('invariant 11: a visit that fails is reported, tried again, and stops nobody else', async () => {
  const world = await busyWorld();
  const { confirm } = world.eks;
  let isBroken = true;
  world.eks.confirm = async (asked, ...rest) => {
    if (isBroken && asked === ETL) throw new TypeError('a planted bug');
    return confirm.call(world.eks, asked, ...rest);
  };
  world.eks.delete(ETL);
  world.eks.delete(WEB);
  await world.pass(minutes(2));
  assert.deepEqual(world.evicted(), ['web-1']);
  assert.ok(world.bugs().length > 2);
  isBroken = false;
  await world.rest();
  assert.equal(world.evicted().length, 4);
  world.reports.length = 0;
  await world[Symbol.asyncDispose]();
});

test('told to stop while an eviction is in flight: its answer is heard out', async () => {
  await using world = await busyWorld();
  world.cluster.latency = seconds(5);
  world.eks.delete(ETL);
  while (world.cluster.evictions.length === 0) await world.pass(seconds(0.5));
  await world.stopDaemon();
  assert.equal(world.reports.filter(({ kind }) => kind === 'eviction').length, 3);
});

test('a thousand holders go at the pace, with a confirmation for each ten seconds and not for each pod', async () => {
  await using world = new World();
  world.eks.create(ETL, grant(), LONG_AGO);
  for (let n = 0; n < 1000; n += 1) world.cluster.start(ETL, { start: at(-3600) });
  world.startDaemon();
  await world.pass(seconds(60));
  world.eks.delete(ETL);
  const from = world.clock.now();
  while (world.evicted().length < 1000) await world.pass(seconds(1));
  assert.ok(between(from, world.clock.now()) < seconds(30 + 15 + 105));
  assert.equal(world.cluster.evictions.length, 1000);
  const confirmations = world.eks.calls.filter(({ operation }) => operation === 'confirm').length;
  assert.ok(confirmations <= 30, `${confirmations} confirmations`);
});
