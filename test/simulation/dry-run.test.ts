/** Dry-run, told as stories: it does the same up to the call, says what it would do, and leaves everything as it was. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/domain/report.ts';
import { minutes, seconds } from '../../src/domain/time.ts';
import { at, grant } from '../support/builders.ts';
import { FakeElection, FakeLeadership } from '../support/fake-leadership.ts';
import { FakeLedgerShelf, FakeLedgerStore } from '../support/fake-ledger-store.ts';
import { busyWorld, ETL, LONG_AGO } from './busy.ts';
import { Replicas } from './replicas.ts';
import { World } from './world.ts';

const ALL = ['etl-1', 'etl-2', 'etl-3'];

function wouldEvict(reports: readonly Report[]): readonly string[] {
  return reports.flatMap((report) => (report.kind === 'would-evict' ? [report.holder.name] : []));
}

test('invariant 9: dry-run writes nothing: no eviction, no force, no ledger', async () => {
  const shelf = new FakeLedgerShelf();
  await using world = await busyWorld(
    { mode: 'dry-run', policy: { force: true, onMissed: 'evict' } },
    (made) => {
      made.ledgerStore = new FakeLedgerStore(made.clock, shelf);
    },
  );
  world.rosters.start(ETL, { of: { owner: { kind: 'ReplicaSet', name: 'etl', uid: 'u' } } });
  world.eks.delete(ETL);
  await world.pass(minutes(40), seconds(2));
  assert.deepEqual([world.cluster.evictions, world.cluster.forced, shelf.saves], [[], [], 0]);
  assert.deepEqual(wouldEvict(world.reports), ALL);
});

test('every report that has a mode has this one, and an eviction is never reported', async () => {
  await using world = await busyWorld({ mode: 'dry-run' });
  world.eks.delete(ETL);
  await world.rest();
  const modes = new Set(world.reports.flatMap((report) => ('mode' in report ? [report.mode] : [])));
  assert.deepEqual(modes, new Set(['dry-run']));
  assert.deepEqual(
    world.reports.filter(({ kind }) => kind === 'eviction' || kind === 'healing'),
    [],
  );
});

test('a brake holds what it would do as well, and afterwards it is said', async () => {
  await using world = await busyWorld({ mode: 'dry-run' });
  world.cluster.synced = false;
  await world.pass(seconds(10));
  world.eks.delete(ETL);
  await world.pass(minutes(2));
  assert.deepEqual(wouldEvict(world.reports), []);
  world.cluster.synced = true;
  await world.pass(seconds(15));
  assert.deepEqual(wouldEvict(world.reports), ALL);
});

test('beside an enforcing daemon: it says the same, takes no lead, writes no ledger, and holds up nothing', async () => {
  await using world = new World();
  world.eks.create(ETL, grant('etl'), LONG_AGO);
  for (const name of ALL) world.cluster.start(ETL, { name, start: at(-3600) });
  const replicas = new Replicas(world);
  const dry = replicas.start('dry', { mode: 'dry-run' });
  const real = replicas.start('real');
  await world.pass(minutes(1));
  assert.equal(replicas.election.holder(), 'real');
  world.eks.delete(ETL);
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
  assert.deepEqual(new Set(replicas.acts.map(({ replica }) => replica)), new Set(['real']));
  assert.deepEqual(wouldEvict(real.reports), []);
  assert.ok(wouldEvict(dry.reports).length <= 3);
  assert.deepEqual(
    dry.reports.filter(({ kind }) => kind === 'leadership'),
    [],
  );
});

async function verdictsOf(mode: 'enforce' | 'dry-run'): Promise<readonly string[]> {
  await using world = await busyWorld({ mode });
  world.eks.delete(ETL);
  await world.pass(seconds(60));
  return world.reports.flatMap((report) =>
    report.kind === 'verdict' && report.verdict.reason !== 'terminating'
      ? [`${report.holder.name} ${report.verdict.kind} ${report.verdict.reason}`]
      : [],
  );
}

test('the same facts, enforced and not: the same verdicts up to the call', async () => {
  assert.deepEqual(await verdictsOf('dry-run'), await verdictsOf('enforce'));
});

test('what looks like a lead of its own does not bring it to act either', async () => {
  await using world = await busyWorld({ mode: 'dry-run' }, (made) => {
    made.leadership = new FakeLeadership(made.clock, new FakeElection(), 'this');
  });
  world.eks.delete(ETL);
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
  assert.deepEqual(wouldEvict(world.reports), ALL);
});
