/** The brakes, told as stories: who is not evicted while one is engaged, what is said of it, and how it ends. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Brake } from '../../src/domain/brake.ts';
import type { Identity } from '../../src/domain/identity.ts';
import { before, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { FakeChannel, recordOf } from '../support/fake-channel.ts';
import { FakeControls } from '../support/fake-controls.ts';
import { FakeElection, FakeLeadership } from '../support/fake-leadership.ts';
import { busyWorld, ETL, LONG_AGO } from './busy.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

/** What was told of a brake, in order. */
function told(world: World, brake: Brake): readonly string[] {
  return world.reports.flatMap((report) =>
    report.kind === 'brake' && report.state.brake === brake
      ? [report.state.isEngaged ? 'engaged' : 'let go']
      : [],
  );
}

function whyOf(world: World, brake: Brake): string {
  return world.deps.brakes.states().find((state) => state.brake === brake)?.detail ?? '';
}

/** A way to engage a brake while a daemon runs, and to let it go. */
type Handle = {
  readonly brake: Brake;
  readonly prepare?: (world: World) => void;
  readonly engage: (world: World) => void;
  readonly letGo: (world: World) => void;
};

const controls = new WeakMap<World, FakeControls>();

function withControls(world: World): void {
  const made = new FakeControls(world.clock);
  controls.set(world, made);
  world.controls = made;
}

function controlsOf(world: World): FakeControls {
  const made = controls.get(world);
  if (made === undefined) throw new Error('this world has no controls');
  return made;
}

const { signal } = new AbortController();
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
    withControls(made);
    void controlsOf(made).pause('before', signal);
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
