/** Deadlines and force, told as stories: who is deleted past a budget, when, and who never is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Holder } from '../../src/domain/holder.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Instant } from '../../src/domain/time.ts';
import { after, before, between, hours, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { FakeLedgerShelf, FakeLedgerStore } from '../support/fake-ledger-store.ts';
import { ETL, LONG_AGO } from './busy.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

const FORCE: Settings = { policy: { force: true } };
const BLOCKED: Outcome = { kind: 'blocked', by: ['mallory-budget'], detail: 'no', retryAfter: undefined };

/** One identity with these pods; every eviction is blocked by a budget. */
async function blockedWorld(
  settings: Settings,
  pods: readonly Partial<Holder>[] = [{ name: 'etl-1' }],
  prepare: (world: World) => void = () => {},
): Promise<World> {
  const world = new World(settings);
  world.cluster.answer = BLOCKED;
  world.eks.create(ETL, grant(), LONG_AGO);
  for (const each of pods) world.cluster.start(ETL, { start: at(-3600), ...each });
  prepare(world);
  world.startDaemon();
  await world.pass(minutes(1));
  return world;
}

/** When the end was first read. */
function endOf(world: World): Instant {
  const end = world.deps.ledger.find(ETL)?.revocation?.end?.notAfter;
  if (end === undefined) throw new Error('no end was read');
  return end;
}

function stageOf(world: World): string | undefined {
  return world.deps.ledger.find(ETL)?.revocation?.stage;
}

/** Of the verdict on the first of the pods. */
function reasonOf(world: World): string | undefined {
  const [opinion] = world.deps.ledger.find(ETL)?.opinions.values() ?? [];
  return opinion?.verdict.reason;
}

async function passUntil(world: World, isSo: () => boolean, limit = hours(2)): Promise<void> {
  const latest = after(world.clock.now(), limit);
  while (!isSo() && world.clock.now() < latest) await world.pass(seconds(1));
}

test('blocked: deleted with its own grace, one grace before the deadline, and reported as forced', async () => {
  await using world = await blockedWorld(FORCE);
  world.eks.delete(ETL);
  await passUntil(world, () => world.cluster.forced.length > 0);
  const [forced] = world.cluster.forced;
  assert.ok(forced !== undefined);
  const due = after(endOf(world), minutes(14.5));
  assert.ok(forced.at >= due, `${between(forced.at, due)} ms too early`);
  assert.ok(between(due, forced.at) <= seconds(1));
  assert.equal(forced.order.grace, seconds(30) - between(due, forced.at));
  assert.equal(forced.order.holder.name, 'etl-1');
  await world.rest();
  assert.equal(stageOf(world), 'contained');
  const told = world.reports.filter((report) => report.kind === 'eviction' && report.isForced);
  assert.equal(told.length, 1);
});

test('without REVOKER_FORCE: blocked for ever, tried for ever, and never deleted', async () => {
  await using world = await blockedWorld({});
  world.eks.delete(ETL);
  await world.pass(hours(5), seconds(5));
  assert.deepEqual(world.cluster.forced, []);
  const tries = world.cluster.evictions.filter(({ at: when }) => when > before(world.clock.now(), hours(1)));
  assert.ok(tries.length > 60, `${tries.length} tries in the last hour`);
  assert.equal(reasonOf(world), 'backing-off');
});

test('no grace that is given is below one second, however late it is', async () => {
  await using world = await blockedWorld(FORCE);
  world.cluster.forcedAnswers.set(
    'etl-1',
    Array.from({ length: 5 }, () => ({ kind: 'forbidden', detail: 'delete pods' }) as const),
  );
  world.eks.delete(ETL);
  await passUntil(world, () => world.cluster.forced.length === 6);
  const graces = world.cluster.forced.map(({ order }) => order.grace);
  assert.ok(
    graces.every((grace) => grace >= 1000),
    String(graces),
  );
  assert.equal(graces.at(-1), 1000);
});

test('force that is forbidden is tried again with pauses, and the evictions end', async () => {
  await using world = await blockedWorld(FORCE);
  world.cluster.forcedAnswer = { kind: 'forbidden', detail: 'delete pods' };
  world.eks.delete(ETL);
  await world.pass(minutes(16), seconds(1));
  const [evictions, deletions] = [world.cluster.evictions.length, world.cluster.forced.length];
  await world.pass(minutes(10), seconds(1));
  assert.equal(world.cluster.evictions.length, evictions);
  const more = world.cluster.forced.length - deletions;
  assert.ok(more >= 15 && more <= 45, `${more} tries in ten minutes`);
});

test('a grace of seven days: the pod is shortened so that it is gone at the deadline', async () => {
  await using world = await blockedWorld(FORCE, [{ name: 'etl-1', grace: hours(168) }]);
  world.cluster.answer = undefined;
  world.cluster.grace = hours(168);
  world.eks.delete(ETL);
  await passUntil(world, () => world.cluster.running().length === 0);
  assert.equal(world.cluster.running().length, 0);
  const late = between(after(endOf(world), minutes(15)), world.clock.now());
  assert.ok(late <= seconds(2), `${late} ms after the deadline`);
  assert.equal(world.cluster.forced.length, 1);
  assert.ok((world.cluster.forced[0]?.order.grace ?? 0) > minutes(13), 'as long as there is time left');
});

test('a grace of seven days, and no force: it is left to itself', async () => {
  await using world = await blockedWorld({}, [{ name: 'etl-1', grace: hours(168) }]);
  world.cluster.answer = undefined;
  world.cluster.grace = hours(168);
  world.eks.delete(ETL);
  await world.pass(hours(3), seconds(5));
  assert.deepEqual(world.cluster.forced, []);
  assert.equal(world.cluster.evictions.length, 1);
});

test('the longest grace that is given counts for evictions and for force', async () => {
  const settings: Settings = { policy: { force: true, maxGracePeriod: minutes(2) } };
  await using world = await blockedWorld(settings, [{ name: 'etl-1', grace: hours(168) }]);
  world.eks.delete(ETL);
  await passUntil(world, () => world.cluster.forced.length > 0);
  assert.ok(world.cluster.evictions.every(({ order }) => order.grace === minutes(2)));
  const due = after(endOf(world), minutes(13));
  const when = world.cluster.forced[0]?.at ?? at(0);
  assert.ok(when >= due && between(due, when) <= seconds(1));
});

for (const [why, more] of [
  ['held-by-finalizer', { finalizers: ['example.com/wait'] }],
  ['outlives-grace', {}],
] as const) {
  test(`${why}: it is stuck, with that reason, is never removed, and is not asked to go again`, async () => {
    await using world = await blockedWorld(FORCE, [{ name: 'etl-1', ...more }]);
    world.cluster.answer = undefined;
    for (const { uid } of world.cluster.running()) world.cluster.unending.add(uid);
    world.eks.delete(ETL);
    await world.pass(hours(3), seconds(5));
    assert.equal(reasonOf(world), why);
    assert.equal(world.cluster.running().length, 1);
    assert.equal(world.cluster.evictions.length, 1);
    assert.deepEqual(world.cluster.forced, [], 'its grace was over before its deadline');
    assert.equal(stageOf(world), 'confirmed');
    for (const { uid } of world.cluster.running()) world.cluster.remove(uid);
    await world.pass(minutes(1));
    assert.equal(stageOf(world), 'contained');
  });
}

test('braked at the deadline: not forced, and forced within seconds afterwards', async () => {
  await using world = await blockedWorld(FORCE);
  world.eks.delete(ETL);
  await world.pass(minutes(5));
  world.cluster.synced = false;
  await world.pass(minutes(30), seconds(2));
  assert.deepEqual(world.cluster.forced, []);
  world.cluster.synced = true;
  await world.pass(seconds(4));
  assert.equal(world.cluster.forced.length, 1);
});

test('the grant comes back before the deadline: nobody is forced', async () => {
  await using world = await blockedWorld(FORCE);
  world.eks.delete(ETL);
  await world.pass(minutes(10));
  world.eks.create(ETL, grant());
  await world.pass(minutes(30), seconds(2));
  assert.deepEqual(world.cluster.forced, []);
});

test('invariant 7: a deadline survives restarts, and only comes nearer', async () => {
  const shelf = new FakeLedgerShelf();
  await using world = await blockedWorld(FORCE, undefined, (made) => {
    made.ledgerStore = new FakeLedgerStore(made.clock, shelf);
  });
  world.eks.delete(ETL);
  await world.pass(minutes(1));
  const first = world.deps.ledger.find(ETL)?.revocation?.deadline;
  assert.ok(first !== undefined);
  for (let n = 0; n < 4; n += 1) {
    await world.pass(minutes(2));
    await world.stopDaemon();
    world.ledgerStore = new FakeLedgerStore(world.clock, shelf);
    world.startDaemon();
    await world.pass(seconds(40));
    const deadline = world.deps.ledger.find(ETL)?.revocation?.deadline;
    assert.ok(deadline !== undefined && deadline <= first, `${deadline} after restart ${n}`);
  }
  await passUntil(world, () => world.cluster.forced.length > 0);
  const when = world.cluster.forced[0]?.at ?? at(0);
  assert.ok(when >= before(first, seconds(30)) && when <= before(first, seconds(28)));
});

test('restarted after the deadline: asked once more, and then forced at once', async () => {
  const shelf = new FakeLedgerShelf();
  await using world = await blockedWorld(FORCE, undefined, (made) => {
    made.ledgerStore = new FakeLedgerStore(made.clock, shelf);
  });
  world.eks.delete(ETL);
  await world.pass(minutes(3));
  await world.stopDaemon();
  await world.pass(minutes(20), seconds(5));
  world.ledgerStore = new FakeLedgerStore(world.clock, shelf);
  world.startDaemon();
  await world.pass(seconds(10));
  assert.equal(world.cluster.forced.length, 1);
  assert.equal(world.cluster.forced[0]?.order.grace, seconds(1));
});

test('a later end of the identity has a deadline of its own', async () => {
  await using world = await blockedWorld(FORCE);
  world.eks.delete(ETL);
  await world.pass(minutes(10));
  for (const { uid } of world.cluster.running()) world.cluster.remove(uid);
  await world.pass(minutes(1));
  world.eks.create(ETL, grant());
  world.cluster.start(ETL);
  await world.pass(minutes(2));
  world.eks.delete(ETL);
  await world.pass(minutes(10));
  assert.deepEqual(world.cluster.forced, []);
  await world.pass(minutes(7));
  assert.equal(world.cluster.forced.length, 1);
});

test('past-deadline pods do not queue behind a backlog of graceful ones', async () => {
  await using world = new World({
    policy: { force: true, deadline: minutes(3) },
    rate: 1,
    burst: 1,
    slots: 16,
  });
  const many = Array.from({ length: 40 }, (_, n) => identity(`team-b/sa-${n}`));
  world.eks.create(ETL, grant(), LONG_AGO);
  world.cluster.start(ETL, { name: 'stubborn', start: at(-7200) });
  for (const each of many) {
    world.eks.create(each, grant(), LONG_AGO);
    for (let n = 0; n < 20; n += 1) world.cluster.start(each, { start: at(-3600) });
  }
  world.cluster.answers.set(
    'stubborn',
    Array.from({ length: 900 }, () => BLOCKED),
  );
  world.startDaemon();
  await world.pass(minutes(1));
  world.eks.delete(ETL);
  for (const each of many) world.eks.delete(each);
  await passUntil(world, () => world.cluster.forced.length > 0);
  const due = after(endOf(world), minutes(2.5));
  const late = between(due, world.cluster.forced[0]?.at ?? at(0));
  assert.ok(late >= 0 && late <= seconds(20), `${late} ms after its time`);
});

test('nor behind the graceful ones of its own identity', async () => {
  await using world = new World({
    policy: { force: true, deadline: minutes(3) },
    rate: 1,
    burst: 1,
    slots: 16,
  });
  const many = [ETL, ...Array.from({ length: 40 }, (_, n) => identity(`team-b/sa-${n}`))];
  world.cluster.start(ETL, { name: 'stubborn', start: at(-7200) });
  for (const each of many) {
    world.eks.create(each, grant(), LONG_AGO);
    for (let n = 0; n < 20; n += 1) world.cluster.start(each, { start: at(-3600) });
  }
  world.cluster.answers.set(
    'stubborn',
    Array.from({ length: 900 }, () => BLOCKED),
  );
  world.startDaemon();
  await world.pass(minutes(1));
  for (const each of many) world.eks.delete(each);
  await passUntil(world, () => world.cluster.forced.length > 0);
  const due = after(endOf(world), minutes(2.5));
  const late = between(due, world.cluster.forced[0]?.at ?? at(0));
  assert.ok(late >= 0 && late <= seconds(30), `${late} ms after its time`);
});
