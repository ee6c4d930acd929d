/** Two daemons on one world: one acts at a time, whatever becomes of the other, and the work goes on. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Duration } from '../../src/domain/time.ts';
import { after, before, between, milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant } from '../support/builders.ts';
import { SkewedClock } from '../support/skewed-clock.ts';
import { ETL, LONG_AGO, WEB } from './busy.ts';
import { Replicas } from './replicas.ts';
import { onlyLeadersActed, twoReplicas } from './two-replicas.ts';
import { World } from './world.ts';

const BLOCKED: Outcome = { kind: 'blocked', by: ['budget'], detail: 'no', retryAfter: undefined };

async function passUntil(world: World, isSo: () => boolean, step: Duration = seconds(0.1)): Promise<void> {
  const latest = after(world.clock.now(), minutes(30));
  while (!isSo() && world.clock.now() < latest) await world.pass(step, step);
}

test('one leads: it evicts and keeps the ledger, the other does neither', async () => {
  const scene = await twoReplicas();
  await using world = scene.world;
  world.eks.delete(ETL);
  await world.rest();
  assert.equal(world.evicted().length, 3);
  assert.equal(world.cluster.evictions.length, 3);
  assert.deepEqual(scene.replicas.actors(), ['one']);
  assert.deepEqual(
    new Set(scene.replicas.acts.map(({ replica }) => replica)),
    new Set(['one']),
    'the ledger too',
  );
  onlyLeadersActed(scene);
});

test('stopped in the middle of the work: the other one goes on within two seconds', async () => {
  const scene = await twoReplicas({ rate: 1, burst: 1 }, 30);
  await using world = scene.world;
  world.eks.delete(ETL);
  await passUntil(world, () => world.evicted().length >= 5);
  await scene.one.stop();
  const from = world.clock.now();
  await passUntil(world, () => scene.replicas.actors().includes('two'));
  assert.ok(between(from, world.clock.now()) <= seconds(2), `${between(from, world.clock.now())} ms`);
  await world.pass(minutes(2));
  assert.equal(new Set(world.evicted()).size, 30);
  assert.equal(world.evicted().length, 30, 'nobody twice');
  assert.deepEqual(scene.replicas.actors(), ['one', 'two']);
  onlyLeadersActed(scene);
});

test('told to stop with an eviction in flight: the lead is given up only when it was heard out', async () => {
  const scene = await twoReplicas();
  await using world = scene.world;
  world.cluster.latency = seconds(6);
  world.eks.delete(ETL);
  await passUntil(world, () => world.cluster.evictions.length > 0);
  const stopped = scene.one.stop();
  assert.equal(scene.replicas.election.holder(), 'one');
  await stopped;
  assert.equal(scene.one.reports.filter(({ kind }) => kind === 'eviction').length, 3);
  await world.pass(seconds(2));
  assert.equal(scene.replicas.election.holder(), 'two');
  await world.rest();
  assert.equal(world.cluster.evictions.length, 3);
  onlyLeadersActed(scene);
});

test('a deletion in the moment of the hand-over is carried out, once', async () => {
  for (let moment = 0; moment < 20_000; moment += 1900) {
    const scene = await twoReplicas();
    await using world = scene.world;
    world.eks.delete(ETL);
    await world.pass(seconds(30), seconds(1));
    await world.pass(milliseconds(moment), milliseconds(100));
    await scene.one.stop();
    await world.rest();
    assert.deepEqual([...world.evicted()].toSorted(), ['etl-1', 'etl-2', 'etl-3'], `after ${moment} ms`);
    assert.equal(world.cluster.evictions.length, 3);
    onlyLeadersActed(scene);
  }
});

test('cut off from the API in flight: its acts are abandoned before the other one begins', async () => {
  const scene = await twoReplicas({ rate: 1, burst: 1 }, 40);
  await using world = scene.world;
  world.cluster.latency = seconds(30);
  world.eks.delete(ETL);
  await passUntil(world, () => world.cluster.evictions.length >= 3);
  scene.one.leadership.isCutOff = true;
  await passUntil(world, () => scene.two.leadership.term() !== undefined);
  assert.equal(scene.one.leadership.term(), undefined);
  const last = scene.replicas.acts.findLast(({ replica }) => replica === 'one');
  await world.pass(minutes(3), seconds(1));
  assert.equal(
    scene.replicas.acts.findLast(({ replica }) => replica === 'one'),
    last,
  );
  const abandoned = scene.one.reports.filter((report) => report.kind === 'eviction');
  assert.equal(abandoned.length, 0, 'what was not answered in the term is not reported as done');
  world.cluster.latency = seconds(0);
  await world.pass(minutes(5), seconds(1));
  assert.equal(new Set(world.evicted()).size, 40);
  onlyLeadersActed(scene);
});

test('back after it was cut off: it follows, and does not act beside the other', async () => {
  const scene = await twoReplicas();
  await using world = scene.world;
  scene.one.leadership.isCutOff = true;
  await world.pass(minutes(1));
  scene.one.leadership.isCutOff = false;
  world.eks.delete(ETL);
  await world.rest();
  assert.deepEqual(scene.replicas.actors(), ['two']);
  assert.equal(world.cluster.evictions.length, 3);
  onlyLeadersActed(scene);
});

test('nobody can be asked who leads: nobody acts, and the work is done afterwards', async () => {
  const scene = await twoReplicas();
  await using world = scene.world;
  scene.replicas.election.failing = 'unreachable';
  await world.pass(seconds(11));
  world.eks.delete(ETL);
  await world.pass(minutes(10), seconds(1));
  assert.deepEqual(world.cluster.evictions, []);
  scene.replicas.election.failing = undefined;
  await world.pass(minutes(1));
  assert.equal(world.evicted().length, 3);
  onlyLeadersActed(scene);
});

test('invariant 6: the next leader reads the ledger before it acts, and keeps the deadline', async () => {
  const scene = await twoReplicas({ policy: { force: true } });
  await using world = scene.world;
  world.cluster.answer = BLOCKED;
  world.eks.delete(ETL);
  await world.pass(minutes(2));
  const deadline = scene.one.deps.ledger.find(ETL)?.revocation?.deadline;
  assert.ok(deadline !== undefined);
  const loads = scene.replicas.shelf.loads;
  await scene.one.stop();
  await passUntil(world, () => scene.replicas.actors().includes('two'));
  assert.ok(scene.replicas.shelf.loads > loads);
  const inherited = scene.two.deps.ledger.find(ETL)?.revocation?.deadline;
  assert.ok(inherited !== undefined && inherited <= deadline);
  await passUntil(world, () => world.cluster.forced.length > 0);
  const when = world.cluster.forced[0]?.at ?? at(0);
  assert.ok(when >= before(deadline, seconds(31)) && when <= before(deadline, seconds(29)));
  onlyLeadersActed(scene);
});

test('the ledger can not be read in the moment of election: after some tries it acts all the same', async () => {
  const scene = await twoReplicas();
  await using world = scene.world;
  world.eks.delete(ETL);
  await world.pass(seconds(20));
  scene.replicas.shelf.failingLoad = 'unreachable';
  await scene.one.stop();
  await world.pass(minutes(2));
  assert.equal(world.evicted().length, 3);
  const { saves } = scene.replicas.shelf;
  await world.pass(minutes(2));
  assert.equal(scene.replicas.shelf.saves, saves, 'what was not read is not replaced');
  scene.replicas.shelf.failingLoad = undefined;
  world.eks.delete(WEB);
  await world.rest();
  assert.ok(scene.replicas.shelf.saves > saves);
  assert.equal(world.evicted().length, 4);
  onlyLeadersActed(scene);
});

test('elected and lost again while the ledger is read: nothing is done in that term', async () => {
  const scene = await twoReplicas();
  await using world = scene.world;
  world.eks.delete(ETL);
  await world.pass(seconds(10));
  scene.replicas.shelf.failingLoad = 'unreachable';
  scene.one.leadership.isCutOff = true;
  await passUntil(world, () => scene.two.leadership.term() !== undefined);
  scene.two.leadership.isCutOff = true;
  await world.pass(minutes(1));
  assert.equal(world.cluster.evictions.length, 0);
  scene.two.leadership.isCutOff = false;
  await world.pass(minutes(2));
  assert.equal(world.evicted().length, 3);
  onlyLeadersActed(scene);
});

test('messages of the queue go to the leader only, before and after a hand-over', async () => {
  const scene = await twoReplicas({}, 3, (world) => {
    world.channels = [world.queue];
  });
  await using world = scene.world;
  assert.equal(world.queue.listeners, 1);
  assert.notEqual(scene.one.daemon.heard()[0], undefined);
  world.queue.tell({ identity: ETL });
  await world.pass(seconds(2));
  const heardBy = [scene.one, scene.two].map(({ daemon }) => daemon.heard()[0]?.lastHeardAt !== undefined);
  assert.deepEqual(heardBy, [true, false]);
  await scene.one.stop();
  await world.pass(seconds(2));
  assert.equal(world.queue.listeners, 1);
  world.queue.tell({ identity: WEB });
  await world.pass(seconds(1));
  assert.notEqual(scene.two.daemon.heard()[0]?.lastHeardAt, undefined);
  onlyLeadersActed(scene);
});

test('a leader that loses and wins again and again: never two, and everything is done', async () => {
  const scene = await twoReplicas({ rate: 0.5, burst: 1 }, 60);
  await using world = scene.world;
  world.cluster.latency = seconds(3);
  world.eks.delete(ETL);
  for (let n = 0; n < 12; n += 1) {
    const [cut, other] = n % 2 === 0 ? [scene.one, scene.two] : [scene.two, scene.one];
    cut.leadership.isCutOff = true;
    other.leadership.isCutOff = false;
    for (let second = 0; second < 25; second += 1) {
      await world.pass(seconds(1));
      onlyLeadersActed(scene);
    }
  }
  scene.one.leadership.isCutOff = false;
  scene.two.leadership.isCutOff = false;
  await world.pass(minutes(5), seconds(1));
  assert.equal(new Set(world.evicted()).size, 60);
});

for (const skew of [minutes(-4), minutes(4)]) {
  test(`the wall clock of the standby is ${skew / 60_000} minutes off: nobody acts beside the other, and the work is done`, async () => {
    const world = new World();
    await using _ends = world;
    world.eks.create(ETL, grant('etl'), LONG_AGO);
    for (let n = 1; n <= 3; n += 1) world.cluster.start(ETL, { name: `etl-${n}`, start: at(-3600) });
    const replicas = new Replicas(world);
    const one = replicas.start('one');
    await world.pass(seconds(5));
    const two = replicas.start('two', { clock: new SkewedClock(world.clock, { skew, rate: 1 }) });
    await world.pass(minutes(1));
    const scene = { world, replicas, one, two, [Symbol.asyncDispose]: async () => {} };
    world.eks.delete(ETL);
    await world.pass(seconds(20));
    assert.deepEqual(
      replicas.actors().filter((name) => name === 'two'),
      [],
    );
    await one.stop();
    await world.pass(minutes(4));
    assert.equal(new Set(world.evicted()).size, 3);
    assert.equal(world.cluster.evictions.length, 3);
    onlyLeadersActed(scene);
  });
}

test('the standby says what it sees, and that it does not act', async () => {
  const scene = await twoReplicas();
  await using world = scene.world;
  world.eks.delete(ETL);
  world.cluster.answer = BLOCKED;
  await world.pass(minutes(2));
  const [opinion] = scene.two.deps.ledger.find(ETL)?.opinions.values() ?? [];
  assert.equal(opinion?.verdict.reason, 'not-leader');
  assert.equal(scene.two.deps.ledger.find(ETL)?.revocation?.stage, 'confirmed');
  assert.deepEqual(
    scene.two.reports.filter(({ kind }) => kind === 'eviction'),
    [],
  );
});
