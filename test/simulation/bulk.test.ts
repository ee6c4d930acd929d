/** Thousands of holders of one identity: what it costs to evict them, counted. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import { grant, identity } from '../support/builders.ts';
import { LONG_AGO } from './busy.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

const CROWD = 'team-a/crowd';

/** The association of an identity with so many holders is deleted; what is counted from then on begins with zero. */
async function compromised(count: number, settings: Settings): Promise<World> {
  const world = new World(settings);
  const each = identity(CROWD);
  world.eks.create(each, grant(), LONG_AGO);
  for (let n = 0; n < count; n += 1) world.cluster.start(each, { start: LONG_AGO });
  world.startDaemon();
  await world.pass(minutes(1));
  world.eks.calls.length = 0;
  world.eks.delete(each);
  return world;
}

async function allEvicted(world: World, count: number): Promise<void> {
  while (world.evicted().length < count) await world.pass(seconds(1));
}

test('the holders are gathered less often the more there are, and not for each that is evicted or goes', async () => {
  await using world = await compromised(2000, { rate: 500, burst: 50 });
  const holdersOf = world.cluster.holdersOf.bind(world.cluster);
  let gathered = 0;
  world.cluster.holdersOf = (of) => {
    gathered += 1;
    return holdersOf(of);
  };
  while (world.cluster.running().length > 0) await world.pass(seconds(1));
  assert.equal(world.evicted().length, 2000);
  assert.ok(gathered <= 200, `gathered ${gathered} times`);
});

test('each is asked for once, and EKS is asked once for each life of a proof, however many go', async () => {
  await using world = await compromised(2500, { rate: 100, burst: 10 });
  await allEvicted(world, 2500);
  await world.pass(minutes(3));
  assert.equal(world.cluster.evictions.length, 2500);
  const confirmations = world.eks.calls.filter(({ operation }) => operation === 'confirm');
  // Two to settle, and 25 s of evictions with a proof of ten.
  assert.ok(confirmations.length <= 6, `${confirmations.length} confirmations`);
});

for (const [slots, most] of [
  [64, 32],
  [16, 8],
  [4, 4],
] as const) {
  test(`of ${slots} slots one identity takes ${most}: others find some, and a slow answer does not cost the pace`, async () => {
    await using world = await compromised(400, { rate: 500, burst: 50, slots });
    world.cluster.latency = milliseconds(100);
    const evict = world.cluster.evict.bind(world.cluster);
    let inFlight = 0;
    let peak = 0;
    world.cluster.evict = async (...parts) => {
      inFlight += 1;
      peak = Math.max(peak, inFlight);
      return evict(...parts).finally(() => {
        inFlight -= 1;
      });
    };
    await allEvicted(world, 400);
    assert.equal(peak, most);
  });
}

test('thousands of verdicts that change at once are told in portions', async () => {
  await using world = await compromised(2000, { rate: 10, burst: 10 });
  const told = new Map<number, number>();
  const push = world.reports.push.bind(world.reports);
  world.reports.push = (...reports) => {
    const now = world.clock.now();
    const verdicts = reports.filter(({ kind }) => kind === 'verdict');
    told.set(now, (told.get(now) ?? 0) + verdicts.length);
    return push(...reports);
  };
  await allEvicted(world, 1);
  assert.ok([...told.values()].reduce((sum, each) => sum + each, 0) >= 2000, 'all are told');
  assert.ok(Math.max(...told.values()) <= 64, `${Math.max(...told.values())} in a row`);
});
