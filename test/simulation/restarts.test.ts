/** The whole controller with a ledger that outlives it: a restart changes nothing but the time that it takes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { FakeLedgerShelf, FakeLedgerStore } from '../support/fake-ledger-store.ts';
import { busyWorld, ETL } from './busy.ts';
import type { World } from './world.ts';

const ALL = ['etl-1', 'etl-2', 'etl-3'];

type Kept = { readonly world: World; readonly shelf: FakeLedgerShelf };

async function keepingWorld(settings: Parameters<typeof busyWorld>[0] = {}): Promise<Kept> {
  const shelf = new FakeLedgerShelf();
  const world = await busyWorld(settings, (made) => {
    made.ledgerStore = new FakeLedgerStore(made.clock, shelf);
  });
  return { world, shelf };
}

/** Stops the daemon, lets time pass, and starts another one on the same ledger. */
async function restart({ world, shelf }: Kept, away = seconds(0)): Promise<void> {
  await world.stopDaemon();
  await world.pass(away);
  world.ledgerStore = new FakeLedgerStore(world.clock, shelf);
  world.startDaemon();
}

function changeGrant(world: World): void {
  const id = world.deps.ledger.find(ETL)?.history.spans.at(-1)?.id;
  assert.ok(id !== undefined);
  world.eks.update(id, grant('other'));
}

test('invariant 6: restarted at any moment of a change of a grant: its containment is completed, nobody is evicted twice', async () => {
  for (let moment = 0; moment <= 70; moment += 7) {
    const kept = await keepingWorld();
    await using world = kept.world;
    changeGrant(world);
    await world.pass(seconds(moment));
    await restart(kept);
    await world.rest();
    assert.deepEqual([...world.evicted()].toSorted(), ALL, `at ${moment} s`);
  }
});

test('a grant that was changed while nobody ran is noticed all the same', async () => {
  const kept = await keepingWorld();
  await using world = kept.world;
  const id = world.deps.ledger.find(ETL)?.history.spans.at(-1)?.id;
  await world.stopDaemon();
  assert.ok(id !== undefined);
  world.eks.update(id, grant('other'));
  await restart(kept, minutes(2));
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
});

test('a holder that is kept although its identity has no association is not evicted by a restart', async () => {
  const kept = await keepingWorld();
  await using world = kept.world;
  const hand = identity('team-c/hand');
  world.cluster.start(hand);
  await world.pass(minutes(3));
  for (let n = 0; n < 3; n += 1) {
    await restart(kept, seconds(20));
    await world.pass(minutes(3));
  }
  assert.deepEqual(world.cluster.evictions, []);
});

test('what happened while nobody ran for long is not known: a pod from then is undecided', async () => {
  const kept = await keepingWorld();
  await using world = kept.world;
  world.eks.delete(ETL);
  await world.rest();
  await world.stopDaemon();
  await world.pass(minutes(30), seconds(5));
  const pod = world.cluster.start(ETL);
  await restart(kept, minutes(30));
  await world.rest();
  const verdict = world.deps.ledger.find(ETL)?.opinions.get(pod.uid)?.verdict;
  assert.deepEqual(verdict, { kind: 'undecided', reason: 'history-unknown' });
  assert.deepEqual(world.evicted(), ALL);
});

test('it is written when something changed, and not for every reading', async () => {
  const kept = await keepingWorld();
  await using world = kept.world;
  await world.pass(minutes(1));
  const { saves } = kept.shelf;
  await world.pass(hours(1), seconds(5));
  assert.equal(kept.shelf.saves, saves);
  world.eks.delete(ETL);
  await world.rest();
  assert.ok(kept.shelf.saves > saves);
  assert.ok(kept.shelf.saves < saves + 15, `${kept.shelf.saves - saves} writes`);
});

for (const trouble of ['malformed', 'newer', undefined] as const) {
  test(`a ledger that is ${trouble ?? 'deleted'}: said, started without it, and nobody evicted for it`, async () => {
    const kept = await keepingWorld();
    await using world = kept.world;
    await world.stopDaemon();
    kept.shelf.put(trouble);
    world.reports.length = 0;
    await restart(kept);
    await world.rest();
    assert.deepEqual(world.cluster.evictions, []);
    const told = world.reports.filter((report) => report.kind === 'reading' && report.of === 'ledger');
    assert.equal(
      told.some((report) => report.kind === 'reading' && report.reading.kind === 'unknown'),
      trouble !== undefined,
    );
    world.eks.delete(ETL);
    await world.rest();
    assert.deepEqual(world.evicted(), ALL);
  });
}

for (const why of ['unreachable', 'failed', 'denied'] as const) {
  test(`a ledger that can not be read for a while (${why}): started without it, joined when it can be read`, async () => {
    const kept = await keepingWorld();
    await using world = kept.world;
    const id = world.deps.ledger.find(ETL)?.history.spans.at(-1)?.id;
    assert.ok(id !== undefined);
    await world.stopDaemon();
    world.eks.update(id, grant('other'));
    kept.shelf.failingLoad = why;
    await restart(kept);
    await world.pass(minutes(3));
    assert.deepEqual(world.cluster.evictions, []);
    kept.shelf.failingLoad = undefined;
    await world.rest();
    assert.deepEqual(world.evicted(), ALL);
  });
}

for (const failing of ['conflict', 'refused', 'unreachable', 'unreachable-but-written'] as const) {
  test(`a ledger that can not be written (${failing}): said, and the work goes on`, async () => {
    const kept = await keepingWorld();
    await using world = kept.world;
    kept.shelf.failingSave = failing;
    world.eks.delete(ETL);
    await world.rest();
    assert.deepEqual(world.evicted(), ALL);
    const told = world.reports.filter((report) => report.kind === 'reading' && report.of === 'ledger');
    assert.ok(told.some((report) => report.kind === 'reading' && report.reading.kind === 'unknown'));
    assert.ok(told.length < 200);
  });
}

test('dry-run reads the ledger of the enforcing daemon and never writes it', async () => {
  const shelf = new FakeLedgerShelf();
  await using world = await busyWorld({ mode: 'dry-run' }, (made) => {
    made.ledgerStore = new FakeLedgerStore(made.clock, shelf);
  });
  world.eks.delete(ETL);
  await world.rest();
  assert.equal(shelf.saves, 0);
  assert.ok(shelf.loads > 0);
});

test('a revocation is taken up with its old times', async () => {
  const kept = await keepingWorld({ policy: { settleTime: minutes(3) } });
  await using world = kept.world;
  world.eks.delete(ETL);
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  await world.pass(minutes(2));
  const before = world.deps.ledger.find(ETL)?.revocation;
  await restart(kept);
  await world.pass(seconds(40));
  const after = world.deps.ledger.find(ETL)?.revocation;
  assert.equal(after?.settlingSince, before?.settlingSince);
  await world.pass(seconds(40));
  assert.deepEqual(world.evicted(), ALL);
  assert.ok(at(0) < world.clock.now());
});

test('what could not be looked at stays unknown over a restart, during or after it', async () => {
  for (const isDuring of [true, false]) {
    const kept = await keepingWorld();
    await using world = kept.world;
    world.eks.delete(ETL);
    await world.rest();
    for (const operation of ['list', 'describe', 'confirm'] as const)
      world.eks.failing.set(operation, 'failed');
    await world.pass(minutes(5));
    const pod = world.cluster.start(ETL);
    await world.pass(minutes(5));
    if (isDuring) await restart(kept);
    await world.pass(minutes(2));
    world.eks.failing.clear();
    await world.pass(minutes(2));
    if (!isDuring) await restart(kept);
    await world.pass(minutes(3));
    const verdict = world.deps.ledger.find(ETL)?.opinions.get(pod.uid)?.verdict;
    assert.deepEqual(
      verdict,
      { kind: 'undecided', reason: 'history-unknown' },
      isDuring ? 'during' : 'after',
    );
  }
});
