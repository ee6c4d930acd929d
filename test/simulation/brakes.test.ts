/** The brakes, told as stories: who is not evicted while one is engaged, what is said of it, and how it ends. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Brake } from '../../src/domain/brake.ts';
import { minutes, seconds } from '../../src/domain/time.ts';
import { at, grant } from '../support/builders.ts';
import { FakeElection, FakeLeadership } from '../support/fake-leadership.ts';
import { controlsOf, signal, told, whyOf, withControls } from './braked.ts';
import { busyWorld, ETL, LONG_AGO } from './busy.ts';
import { World } from './world.ts';

/** A way to engage a brake while a daemon runs, and to let it go. */
type Handle = {
  readonly brake: Brake;
  readonly prepare?: (world: World) => void;
  readonly engage: (world: World) => void;
  readonly letGo: (world: World) => void;
};

const elections = new WeakMap<World, FakeElection>();

const HANDLES: readonly Handle[] = [
  {
    brake: 'cluster-unproven',
    engage: (world) => (world.eksIssuer.text = 'https://oidc.eks.eu-central-1.amazonaws.com/id/OTHER'),
    letGo: (world) => (world.eksIssuer.text = world.clusterIssuer.text),
  },
  {
    brake: 'view-stale',
    engage: (world) => (world.cluster.synced = false),
    letGo: (world) => (world.cluster.synced = true),
  },
  {
    brake: 'paused',
    prepare: withControls,
    engage: (world) => void controlsOf(world).pause('an incident', signal),
    letGo: (world) => void controlsOf(world).resume(signal),
  },
  {
    brake: 'not-leader',
    prepare: (world) => {
      const election = new FakeElection();
      elections.set(world, election);
      world.leadership = new FakeLeadership(world.clock, election, 'this');
    },
    engage: (world) => {
      const election = elections.get(world);
      const now = world.clock.monotonic();
      const renewedAt = seconds(now / 1000 + 600);
      if (election !== undefined) election.claim = { holder: 'other', renewedAt, mayLeadFrom: now };
    },
    letGo: (world) => {
      const election = elections.get(world);
      if (election !== undefined) election.claim = 'given-up';
    },
  },
];

for (const { brake, prepare, engage, letGo } of HANDLES) {
  test(`invariant 9: ${brake}: nobody is evicted while it is engaged, and within seconds afterwards`, async () => {
    await using world = await busyWorld({}, prepare);
    world.reports.length = 0;
    engage(world);
    // A cluster that was proven is asked about every ten minutes.
    await world.pass(brake === 'cluster-unproven' ? minutes(11) : seconds(10));
    assert.deepEqual(told(world, brake), ['engaged']);
    world.eks.delete(ETL);
    await world.pass(minutes(4));
    assert.deepEqual(world.cluster.evictions, []);
    assert.deepEqual(told(world, brake), ['engaged'], 'it is said once');
    assert.notEqual(whyOf(world, brake), '');
    letGo(world);
    await world.pass(seconds(brake === 'cluster-unproven' ? 33 : 6));
    assert.deepEqual(told(world, brake), ['engaged', 'let go']);
    assert.equal(world.evicted().length, 3);
    assert.equal(whyOf(world, brake), '');
  });
}

test('engaged in the middle of many evictions: not one more is sent', async () => {
  await using world = new World({ rate: 1, burst: 1 });
  withControls(world);
  world.eks.create(ETL, grant(), LONG_AGO);
  for (let n = 0; n < 100; n += 1) world.cluster.start(ETL, { start: at(-3600) });
  world.startDaemon();
  await world.pass(minutes(1));
  world.eks.delete(ETL);
  while (world.evicted().length < 10) await world.pass(seconds(1));
  await controlsOf(world).pause('wait', signal);
  // It is read every two seconds.
  await world.pass(seconds(2.5));
  const { length } = world.cluster.evictions;
  await world.pass(minutes(10), seconds(2));
  assert.equal(world.cluster.evictions.length, length);
  await controlsOf(world).resume(signal);
  await world.pass(minutes(3));
  assert.equal(world.evicted().length, 100);
});

test('a braked holder is shown with its brake, as braked', async () => {
  await using world = await busyWorld({}, withControls);
  await controlsOf(world).pause('wait', signal);
  world.eks.delete(ETL);
  await world.pass(minutes(2));
  const verdicts = world.daemon.sweeper.listing.kind === 'known' ? world.deps.ledger.find(ETL)?.opinions : [];
  assert.deepEqual(
    [...(verdicts?.values() ?? [])].map(({ verdict }) => verdict),
    Array.from({ length: 3 }, () => ({ kind: 'wait', reason: 'paused', until: undefined })),
  );
  assert.equal(world.deps.ledger.find(ETL)?.revocation?.stage, 'confirmed');
});

test('never proven: nobody is ever evicted, and the remedy is named', async () => {
  await using world = await busyWorld({}, ({ eksIssuer }) => (eksIssuer.failing = 'denied'));
  world.eks.delete(ETL);
  await world.pass(minutes(60), seconds(5));
  assert.deepEqual(world.cluster.evictions, []);
  assert.deepEqual(told(world, 'cluster-unproven'), ['engaged']);
  assert.match(whyOf(world, 'cluster-unproven'), /eks:DescribeCluster.*REVOKER_CLUSTER_ISSUER/);
  world.eksIssuer.failing = undefined;
  await world.pass(seconds(35));
  assert.equal(world.evicted().length, 3, 'denied at first and allowed later: proven then');
});

test('of another cluster: nobody is ever evicted, and both issuers are named', async () => {
  await using world = await busyWorld({}, (made) => (made.clusterIssuer.text = 'https://oidc.example/other'));
  world.eks.delete(ETL);
  await world.pass(minutes(60), seconds(5));
  assert.deepEqual(world.cluster.evictions, []);
  const why = whyOf(world, 'cluster-unproven');
  assert.ok(why.includes(world.eksIssuer.text) && why.includes('https://oidc.example/other'), why);
});

test('once proven, that nobody can be asked for hours counts for nothing; that it is another one counts', async () => {
  await using world = await busyWorld();
  world.eksIssuer.failing = 'unreachable';
  await world.pass(minutes(90), seconds(5));
  world.eks.delete(ETL);
  await world.pass(minutes(2));
  assert.equal(world.evicted().length, 3);
  world.eksIssuer.failing = undefined;
  world.clusterIssuer.text = 'https://oidc.example/other';
  await world.pass(minutes(11), seconds(5));
  world.clusterIssuer.failing = 'unreachable';
  await world.pass(minutes(11), seconds(5));
  assert.notEqual(
    whyOf(world, 'cluster-unproven'),
    '',
    'refuted, and then unknown: not proven again by that',
  );
});

test('the List fails for long: nobody is evicted, and how old it is is said', async () => {
  await using world = await busyWorld();
  world.eks.failing.set('list', 'throttled');
  await world.pass(minutes(11), seconds(2));
  world.eks.delete(ETL);
  await world.pass(minutes(5), seconds(2));
  assert.deepEqual(world.cluster.evictions, []);
  assert.match(whyOf(world, 'view-stale'), /last listed at 2026-/);
  assert.deepEqual(told(world, 'view-stale').slice(-1), ['engaged']);
  world.eks.failing.clear();
  await world.pass(minutes(1.5));
  assert.equal(world.evicted().length, 3);
});

test('paused and resumed: within seconds, with who and why', async () => {
  await using world = await busyWorld({}, withControls);
  await controlsOf(world).pause('a game day', signal);
  await world.pass(seconds(4));
  assert.match(whyOf(world, 'paused'), /^paused by alice@laptop at 2026-.*: a game day; .* resume ends it$/);
});

test('whether it is paused can not be read: believed for a minute, and then it counts as paused', async () => {
  await using world = await busyWorld({}, withControls);
  const { length } = world.reports;
  controlsOf(world).failingRead = 'unreachable';
  await world.pass(seconds(50));
  assert.equal(whyOf(world, 'paused'), '');
  await world.pass(seconds(15));
  assert.notEqual(whyOf(world, 'paused'), '');
  world.eks.delete(ETL);
  await world.pass(minutes(5));
  assert.deepEqual(world.cluster.evictions, []);
  controlsOf(world).failingRead = undefined;
  await world.pass(seconds(6));
  assert.equal(world.evicted().length, 3);
  const readings = world.reports
    .slice(length)
    .filter((report) => report.kind === 'reading' && report.of === 'controls');
  assert.equal(readings.length, 2, 'said once, and once that it is over');
});

test('whether it is paused can not be read, and somebody sets the clock back: it counts as paused all the same', async () => {
  await using world = await busyWorld({}, withControls);
  controlsOf(world).failingRead = 'unreachable';
  await world.pass(seconds(5));
  world.clock.setBy(minutes(-120));
  await world.pass(minutes(2));
  assert.notEqual(whyOf(world, 'paused'), '');
});

test('paused before the daemon starts: it never evicts, not even at first', async () => {
  await using world = await busyWorld({}, (made) => {
    const paused = withControls(made);
    paused.state = { ...paused.state, pause: { reason: 'before', at: undefined, by: undefined } };
    made.eks.delete(ETL);
  });
  await world.pass(minutes(5));
  assert.deepEqual(world.cluster.evictions, []);
});

test('controls that can not be read from the start on: nobody is evicted', async () => {
  await using world = await busyWorld({}, (made) => {
    withControls(made);
    controlsOf(made).failingRead = 'denied';
    made.eks.delete(ETL);
  });
  await world.pass(minutes(5));
  assert.deepEqual(world.cluster.evictions, []);
});

test('where there is no ledger yet nothing can be set, and nothing is paused', async () => {
  await using world = await busyWorld({}, (made) => {
    withControls(made);
    controlsOf(made).hasLedger = false;
  });
  assert.equal((await controlsOf(world).pause('early', signal)).kind, 'not-found');
  world.eks.delete(ETL);
  await world.pass(minutes(2));
  assert.equal(world.evicted().length, 3);
});

test('at an ordinary start no brake is said to be engaged that only waits for its first answer', async () => {
  await using world = await busyWorld({}, withControls);
  assert.deepEqual(
    world.reports.filter(({ kind }) => kind === 'brake'),
    [],
  );
});
