/** The brake for mass ends, told as stories: who is held, who passes, and what lifts it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '../../src/domain/identity.ts';
import { before, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { FakeChannel, recordOf } from '../support/fake-channel.ts';
import { controlsOf, signal, told, whyOf, withControls } from './braked.ts';
import { ETL, LONG_AGO } from './busy.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

const SIX = [1, 2, 3, 4, 5, 6].map((n) => identity(`team-a/sa-${n}`));
const LIMITS: Settings = { massEnd: { minimum: 5, percent: 25 } };

/** Six identities with one pod each, and an operator's controls. */
async function sixIdentities(
  prepare: (world: World) => void = () => {},
  identities: readonly Identity[] = SIX,
): Promise<World> {
  const world = new World(LIMITS);
  withControls(world);
  for (const each of identities) {
    world.eks.create(each, grant(), LONG_AGO);
    world.cluster.start(each, { name: each, start: at(-3600) });
  }
  prepare(world);
  world.startDaemon();
  await world.pass(minutes(1));
  return world;
}

function endAll(world: World, identities: readonly Identity[] = SIX): void {
  for (const each of identities) world.eks.delete(each);
}

test('mass end: six of six at once are held, and it is said how many there are and how they are released', async () => {
  await using world = await sixIdentities();
  endAll(world);
  await world.pass(minutes(30), seconds(2));
  assert.deepEqual(world.cluster.evictions, []);
  assert.deepEqual(told(world, 'mass-end'), ['engaged']);
  assert.match(whyOf(world, 'mass-end'), /^6 identities .* 5 may be; pod-identity-revoker release mass-end/);
});

test('mass end: five of six are evicted, and the sixth, later, too', async () => {
  await using world = await sixIdentities();
  endAll(world, SIX.slice(0, 5));
  await world.pass(minutes(3));
  endAll(world, SIX.slice(5));
  await world.pass(minutes(3));
  assert.equal(world.evicted().length, 6);
  assert.deepEqual(told(world, 'mass-end'), []);
});

test('mass end: who the trail vouches for passes at once, identity by identity; the rest stays held', async () => {
  const twelve = Array.from({ length: 12 }, (_, n) => identity(`team-a/sa-${n}`));
  const trails = new WeakMap<World, FakeChannel>();
  await using world = await sixIdentities((made) => {
    const trail = new FakeChannel('trail', made.clock);
    trails.set(made, trail);
    made.channels = [trail];
  }, twelve);
  endAll(world, twelve);
  const endedAt = world.clock.now();
  await world.pass(minutes(3));
  assert.deepEqual(world.cluster.evictions, []);
  const trail = trails.get(world);
  assert.ok(trail !== undefined);
  for (const [n, each] of twelve.slice(0, 3).entries()) {
    const records = [recordOf({ identity: each, at: endedAt, channel: 'trail' })];
    trail.chronicle({ coverage: undefined, records, breaks: [] });
    await world.pass(seconds(3));
    assert.deepEqual(world.evicted(), twelve.slice(0, n + 1));
  }
  await world.pass(minutes(10), seconds(2));
  assert.equal(world.evicted().length, 3, 'nine are still too many');
});

test('mass end: a record of an end that was followed by a new beginning vouches for nobody', async () => {
  await using world = new World(LIMITS);
  const trail = new FakeChannel('trail', world.clock);
  world.channels = [trail];
  for (const each of SIX) world.cluster.start(each, { start: at(-3600) });
  world.startDaemon();
  await world.pass(seconds(2));
  const now = world.clock.now();
  const records = SIX.flatMap((each) => [
    recordOf({ identity: each, at: before(now, minutes(120)), channel: 'trail' }),
    recordOf({ action: 'created', identity: each, at: before(now, minutes(110)), channel: 'trail' }),
  ]);
  trail.chronicle({ coverage: undefined, records, breaks: [] });
  await world.pass(minutes(5));
  assert.deepEqual(world.cluster.evictions, []);
});

test('mass end: hints from the queue, which anybody may have written, never lift it', async () => {
  await using world = await sixIdentities((made) => (made.channels = [made.queue]));
  endAll(world);
  for (const each of SIX) world.queue.tell({ identity: each });
  await world.pass(minutes(20), seconds(2));
  assert.deepEqual(world.cluster.evictions, []);
});

test('mass end: a release lets those go that were noticed before it, not later ones, and names its author', async () => {
  const twelve = Array.from({ length: 12 }, (_, n) => identity(`team-a/sa-${n}`));
  await using world = await sixIdentities(() => {}, twelve);
  endAll(world, twelve.slice(0, 6));
  await world.pass(minutes(2));
  assert.deepEqual(world.cluster.evictions, []);
  const releasedAt = world.clock.now();
  await controlsOf(world).release('mass-end', signal);
  await world.pass(seconds(6));
  assert.deepEqual(world.evicted(), twelve.slice(0, 6));
  const releases = world.reports.filter((report) => report.kind === 'release');
  assert.deepEqual(releases, [
    { kind: 'release', brake: 'mass-end', release: { at: releasedAt, by: 'alice@laptop' } },
  ]);
  endAll(world, twelve.slice(6));
  await world.pass(minutes(10), seconds(2));
  assert.equal(world.evicted().length, 6);
  assert.deepEqual(told(world, 'mass-end'), ['engaged', 'let go', 'engaged']);
});

test('mass end: what came back is no end any more', async () => {
  await using world = await sixIdentities();
  endAll(world);
  await world.pass(minutes(2));
  for (const each of SIX) world.eks.create(each, grant());
  await world.pass(minutes(2));
  assert.deepEqual(world.cluster.evictions, []);
  assert.deepEqual(told(world, 'mass-end'), ['engaged', 'let go']);
});

test('mass end: EKS shows nothing at all at the very first start: everybody is held', async () => {
  await using world = new World(LIMITS);
  for (const each of SIX) world.cluster.start(each, { start: at(-3600) });
  world.startDaemon();
  await world.pass(minutes(30), seconds(2));
  assert.deepEqual(world.cluster.evictions, []);
  assert.deepEqual(told(world, 'mass-end'), ['engaged']);
});

test('mass end: grants that were replaced are no end', async () => {
  await using world = await sixIdentities();
  for (const each of SIX) world.eks.create(each, grant('another'));
  await world.pass(minutes(3));
  assert.equal(world.evicted().length, 6);
  assert.deepEqual(told(world, 'mass-end'), []);
});

test('mass end: a past that nobody knows is no end either, where the operator has such holders evicted', async () => {
  await using world = new World({ ...LIMITS, policy: { onUnknownHistory: 'evict' } });
  for (const each of SIX) {
    world.eks.create(each, grant(), at(-60));
    world.cluster.start(each, { start: at(-3600) });
  }
  world.startDaemon();
  await world.pass(minutes(60), seconds(0.5));
  assert.equal(world.evicted().length, 6);
  assert.deepEqual(told(world, 'mass-end'), []);
});

test('mass end: of namespaces that are not watched nothing counts, neither as ended nor as known', async () => {
  const elsewhere = Array.from({ length: 30 }, (_, n) => identity(`team-z/sa-${n}`));
  await using world = new World({ ...LIMITS, policy: { namespaces: new Set(['team-a']) } });
  for (const each of [...SIX, ...elsewhere]) world.eks.create(each, grant(), LONG_AGO);
  for (const each of SIX) world.cluster.start(each, { name: each, start: at(-3600) });
  world.startDaemon();
  await world.pass(minutes(1));
  endAll(world, elsewhere);
  world.eks.delete(SIX[0] ?? ETL);
  await world.pass(minutes(2));
  assert.deepEqual(world.evicted(), [SIX[0]], 'the others have not engaged it');
  endAll(world, SIX.slice(1));
  await world.pass(minutes(5));
  assert.equal(world.evicted().length, 6, 'five more are not too many');
});

test('mass end: pods that spell out a volume for identities that never had a grant do not engage it', async () => {
  await using world = await sixIdentities();
  for (let n = 0; n < 40; n += 1) world.cluster.start(identity(`mallory/sa-${n}`));
  await world.pass(minutes(3));
  world.eks.delete(SIX[0] ?? ETL);
  await world.pass(minutes(2));
  assert.deepEqual(world.evicted(), [SIX[0]]);
  assert.deepEqual(told(world, 'mass-end'), []);
});
