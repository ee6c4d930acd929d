/** Pace, slots, caps and fairness, told as stories: never too many, and nobody starved. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Holder } from '../../src/domain/holder.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Duration, Instant } from '../../src/domain/time.ts';
import { between, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { LONG_AGO } from './busy.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

const BLOCKED: Outcome = { kind: 'blocked', by: ['budget'], detail: 'no', retryAfter: undefined };

/** So many pods of each identity, with names like `etl-3`, the first one the oldest. */
async function worldOf(counts: Readonly<Record<string, number>>, settings: Settings): Promise<World> {
  const world = new World(settings);
  for (const [name, count] of Object.entries(counts)) {
    const each = identity(name);
    world.eks.create(each, grant(), LONG_AGO);
    for (let n = 0; n < count; n += 1) {
      world.cluster.start(each, { name: `${name}-${n}`, start: at(-3600 + n) });
    }
  }
  world.startDaemon();
  await world.pass(minutes(1));
  return world;
}

function endAll(world: World, names: readonly string[]): void {
  for (const name of names) world.eks.delete(identity(name));
}

function times(world: World, of: (holder: Holder) => boolean = () => true): readonly Instant[] {
  return world.cluster.evictions.filter(({ order }) => of(order.holder)).map((each) => each.at);
}

/** The most in any window of that length. */
function most(instants: readonly Instant[], window: Duration): number {
  const counts = instants.map(
    (from) => instants.filter((each) => each >= from && between(from, each) < window).length,
  );
  return Math.max(0, ...counts);
}

test('in no window are there more evictions than the burst and what the rate gives meanwhile', async () => {
  await using world = await worldOf({ 'team-a/etl': 300, 'team-b/web': 300 }, { rate: 5, burst: 10 });
  endAll(world, ['team-a/etl', 'team-b/web']);
  while (world.evicted().length < 600) await world.pass(seconds(1));
  const all = times(world);
  assert.equal(all.length, 600);
  for (const window of [1, 5, 30, 60]) {
    const allowed = 10 + 5 * window;
    assert.ok(most(all, seconds(window)) <= allowed, `${most(all, seconds(window))} in ${window} s`);
  }
  assert.ok(most(all, seconds(60)) >= 250, 'and it uses what it may');
});

test('no more acts are in flight than there are slots', async () => {
  await using world = await worldOf(
    { 'team-a/etl': 30, 'team-b/web': 30 },
    { rate: 1000, burst: 1000, slots: 3 },
  );
  let inFlight = 0;
  let peak = 0;
  const evict = world.cluster.evict.bind(world.cluster);
  world.cluster.latency = seconds(2);
  world.cluster.evict = async (...parts) => {
    inFlight += 1;
    peak = Math.max(peak, inFlight);
    return evict(...parts).finally(() => {
      inFlight -= 1;
    });
  };
  endAll(world, ['team-a/etl', 'team-b/web']);
  while (world.evicted().length < 60) await world.pass(seconds(1));
  assert.equal(peak, 3);
});

test('slots are given back by acts that are refused, time out, come too late, or are braked', async () => {
  await using world = await worldOf({ 'team-a/etl': 40 }, { rate: 100, burst: 100, slots: 2 });
  const outcomes: readonly Outcome[] = [
    BLOCKED,
    { kind: 'forbidden', detail: '' },
    { kind: 'unreachable', detail: '' },
  ];
  for (let n = 0; n < 40; n += 1) world.cluster.answers.set(`team-a/etl-${n}`, [outcomes[n % 3] ?? BLOCKED]);
  endAll(world, ['team-a/etl']);
  while (world.cluster.evictions.length < 20) await world.pass(seconds(0.1), seconds(0.1));
  world.cluster.synced = false;
  await world.pass(minutes(1));
  world.cluster.synced = true;
  await world.pass(minutes(3));
  assert.equal(world.evicted().length, 40);
});

test('told to stop with a hundred waiting for slots and turns: it ends at once', async () => {
  await using world = await worldOf({ 'team-a/etl': 100 }, { rate: 0.1, burst: 1, slots: 1 });
  endAll(world, ['team-a/etl']);
  while (world.evicted().length === 0) await world.pass(seconds(1));
  const from = world.clock.now();
  await world.stopDaemon();
  assert.ok(between(from, world.clock.now()) < seconds(2));
});

test('an identity has no more evictions in a minute than its cap, and the others go on', async () => {
  const caps = { perNamespace: undefined, perIdentity: 4 };
  await using world = await worldOf({ 'team-a/etl': 20, 'team-b/web': 3 }, { caps });
  endAll(world, ['team-a/etl', 'team-b/web']);
  await world.pass(minutes(2));
  assert.equal(times(world, ({ namespace }) => namespace === 'team-b').length, 3);
  while (world.evicted().length < 23) await world.pass(seconds(1));
  const etl = times(world, ({ namespace }) => namespace === 'team-a');
  assert.equal(most(etl, minutes(1)), 4);
  assert.ok(between(etl[0] ?? at(0), etl.at(-1) ?? at(0)) <= minutes(4.2), 'and it uses what it may');
});

test('a namespace has no more evictions in a minute than its cap, whatever the identity', async () => {
  const caps = { perNamespace: 3, perIdentity: undefined };
  await using world = await worldOf({ 'team-a/one': 5, 'team-a/two': 5, 'team-b/web': 5 }, { caps });
  endAll(world, ['team-a/one', 'team-a/two', 'team-b/web']);
  while (world.evicted().length < 15) await world.pass(seconds(1));
  assert.equal(
    most(
      times(world, ({ namespace }) => namespace === 'team-a'),
      minutes(1),
    ),
    3,
  );
  assert.equal(
    most(
      times(world, ({ namespace }) => namespace === 'team-b'),
      minutes(1),
    ),
    3,
  );
});

for (const [of, caps] of [
  ['identity', { perNamespace: undefined, perIdentity: 1 }],
  ['namespace', { perNamespace: 1, perIdentity: undefined }],
] as const) {
  test(`one stubborn pod does not use up the cap of its ${of}`, async () => {
    await using world = await worldOf({ 'team-a/etl': 4, 'team-a/web': 4 }, { caps });
    world.cluster.answers.set(
      'team-a/etl-0',
      Array.from({ length: 500 }, () => BLOCKED),
    );
    endAll(world, ['team-a/etl', 'team-a/web']);
    await world.pass(minutes(12), seconds(1));
    assert.equal(world.evicted().length, 7);
  });
}

test('who is past the deadline is not held back by a cap', async () => {
  const settings = {
    caps: { perNamespace: 1, perIdentity: 1 },
    policy: { force: true, deadline: minutes(2) },
  };
  await using world = await worldOf({ 'team-a/etl': 3 }, settings);
  world.cluster.answer = BLOCKED;
  endAll(world, ['team-a/etl']);
  await world.pass(minutes(3));
  assert.equal(world.cluster.forced.length, 3);
});

test('one identity with a thousand holders and a stubborn pod starves none of ten small ones', async () => {
  const small = Array.from({ length: 10 }, (_, n) => `team-b/sa-${n}`);
  const counts = Object.fromEntries(small.map((name) => [name, 2]));
  await using world = await worldOf({ 'team-a/huge': 1000, ...counts }, { rate: 2, burst: 2, slots: 16 });
  world.cluster.answers.set(
    'team-a/huge-0',
    Array.from({ length: 5000 }, () => BLOCKED),
  );
  endAll(world, ['team-a/huge']);
  // The huge one is well under way before the others come.
  await world.pass(minutes(1));
  endAll(world, small);
  const from = world.clock.now();
  const left = (): number => 20 - times(world, ({ namespace }) => namespace === 'team-b').length;
  while (left() > 0 && between(from, world.clock.now()) < minutes(20)) await world.pass(seconds(1));
  // Settled after 45 s at the latest; 20 of theirs and about as many of the huge one's at two a second.
  assert.ok(between(from, world.clock.now()) < minutes(1.5), `${between(from, world.clock.now())} ms`);
});

test('a plan larger than the pace allows says how long it will take', async () => {
  await using world = await worldOf({ 'team-a/etl': 320, 'team-b/web': 3 }, { rate: 10, burst: 20 });
  endAll(world, ['team-a/etl', 'team-b/web']);
  await world.pass(minutes(1));
  const takes = world.reports.flatMap((report) =>
    report.kind === 'stage' && report.revocation.stage === 'confirmed' ? [report.takes] : [],
  );
  assert.deepEqual(new Set(takes), new Set([seconds(0), seconds(30)]));
});

test('under a cap it says the time that the cap asks for', async () => {
  const caps = { perNamespace: 10, perIdentity: 100 };
  await using world = await worldOf({ 'team-a/etl': 35 }, { caps });
  endAll(world, ['team-a/etl']);
  await world.pass(minutes(1));
  const takes = world.reports.flatMap((report) =>
    report.kind === 'stage' && report.revocation.stage === 'confirmed' ? [report.takes] : [],
  );
  assert.deepEqual(takes, [minutes(3)]);
  const from = times(world)[0] ?? at(0);
  while (world.evicted().length < 35) await world.pass(seconds(1));
  assert.ok(between(from, world.clock.now()) < minutes(3.2), 'and that is how long it takes');
});

for (const change of [seconds(-10), minutes(300)]) {
  test(`a clock that is set by ${change / 1000} s holds up nobody for long, under caps too`, async () => {
    await using world = await worldOf(
      { 'team-a/etl': 12 },
      { caps: { perNamespace: 5, perIdentity: 5 }, rate: 1, burst: 1 },
    );
    endAll(world, ['team-a/etl']);
    while (world.evicted().length < 3) await world.pass(seconds(1));
    world.clock.setBy(change);
    await world.pass(minutes(8), seconds(1));
    assert.equal(world.evicted().length, 12);
  });
}
