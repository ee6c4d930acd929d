/** What the daemon tells of itself: a probe looks at no holder, and a scrape counts what the list of all holders would tell. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusView } from '../../src/controller/status-view.ts';
import type { Deps } from '../../src/controller/deps.ts';
import { sweep } from '../../src/controller/sweep.ts';
import { Tally } from '../../src/controller/tally.ts';
import type { Holder } from '../../src/domain/holder.ts';
import type { Identity } from '../../src/domain/identity.ts';
import { seconds } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Pods } from '../../src/ports/pods.ts';
import { at, grant, identity } from '../support/builders.ts';
import { busyWorld, ETL, LONG_AGO } from './busy.ts';

const ABOUT = {
  cluster: 'c',
  mode: 'enforce',
  pollInterval: seconds(30),
  stopping: new AbortController().signal,
} as const;

function podsOf({ pods }: Deps): Pods {
  return {
    count: () => pods.count(),
    holder: (uid) => pods.holder(uid),
    holdersOf: (of) => pods.holdersOf(of),
    identities: () => pods.identities(),
    unreadable: () => [],
    freshness: () => pods.freshness(),
    run: (listener, signal) => pods.run(listener, signal),
  };
}

test('a probe asks for no holders, however many there are; a scrape asks once for those of each identity', async () => {
  await using world = await busyWorld();
  const { deps } = world;
  const asked: string[] = [];
  const pods: Pods = {
    ...podsOf(deps),
    holdersOf: (whose) => {
      asked.push(whose);
      return deps.pods.holdersOf(whose);
    },
  };
  const view = new StatusView({ ...deps, pods }, world.daemon, ABOUT);
  assert.equal(view.status().holders, world.cluster.running().length);
  assert.deepEqual(asked, []);
  view.tally();
  assert.deepEqual(asked, [...deps.pods.identities()]);
});

test('a scrape counts again only the holders of an identity of which something has changed', async () => {
  await using world = await busyWorld();
  const { deps } = world;
  let looks = 0;
  const heldBy = new Map(
    [...deps.pods.identities()].map((whose) => [whose, deps.pods.holdersOf(whose).map(watched)]),
  );
  function watched(holder: Holder): Holder {
    return {
      ...holder,
      get uid() {
        looks += 1;
        return holder.uid;
      },
    };
  }
  const pods = { identities: () => heldBy.keys(), holdersOf: (of: Identity) => heldBy.get(of) ?? [] };
  const tally = new Tally({ ledger: deps.ledger, pods: { ...podsOf(deps), ...pods } });
  const first = tally.count();
  assert.equal(looks, 4);
  assert.deepEqual(tally.count(), first);
  assert.equal(looks, 4);
  deps.ledger.entry(ETL).opinions = new Map(deps.ledger.entry(ETL).opinions);
  assert.deepEqual(tally.count(), first);
  assert.equal(looks, 7);
});

const TENANTS = Array.from({ length: 998 }, (_, n) => identity(`team-c/tenant-${n}`));

/** A sweep of which each turn of the event loop is counted, and when each identity was sent for a visit. */
async function sweepOf({ clock: time, deps }: Awaited<ReturnType<typeof busyWorld>>) {
  let turns = 0;
  const clock: Clock = {
    now: () => time.now(),
    monotonic: () => time.monotonic(),
    sleep: (duration, signal) => time.sleep(duration, signal),
    turn: async () => void (turns += 1),
  };
  let listed = 0;
  const sentAfter = new Map<Identity, number>();
  const findings = {
    visit: (whose: Identity) => void sentAfter.set(whose, turns),
    describe: () => undefined,
    listed: (ids: ReadonlyMap<unknown, unknown>) => void (listed = ids.size),
  };
  await sweep({ ...deps, clock }, findings, new AbortController().signal);
  return { turns, listed, sentAfter };
}

test('a sweep over many identities leaves the event loop its turns', async () => {
  await using world = await busyWorld({}, ({ eks }) => {
    for (const each of TENANTS) eks.create(each, grant('c'), LONG_AGO);
  });
  const { turns, listed } = await sweepOf(world);
  assert.equal(listed, 1000);
  assert.equal(turns, 3, 'one after each 256');
});

test('nobody is sent to an end before the sweep has noticed all of them, which may be a mass', async () => {
  await using world = await busyWorld({}, ({ eks, cluster }) => {
    for (const each of TENANTS) {
      eks.create(each, grant('c'), LONG_AGO);
      cluster.start(each, { start: at(-60) });
    }
  });
  for (const each of TENANTS) world.eks.delete(each);
  const { turns, sentAfter } = await sweepOf(world);
  assert.equal(turns, 3);
  assert.deepEqual(
    TENANTS.map((each) => sentAfter.get(each)),
    TENANTS.map(() => 3),
  );
});

test('the tally is what the list of all holders tells: kept, waiting, and not visited yet', async () => {
  await using world = await busyWorld();
  const view = new StatusView(world.deps, world.daemon, ABOUT);
  world.eks.delete(ETL);
  await world.pass(seconds(40));
  // Seen, and not visited yet: nothing has passed.
  world.cluster.start(ETL, { name: 'new', start: at(0) });
  const told = new Map<string, number>();
  for (const { verdict, state } of view.holders()) {
    const key = `${verdict.kind} ${verdict.reason} ${state ?? ''}`;
    told.set(key, (told.get(key) ?? 0) + 1);
  }
  assert.ok(told.size >= 3, [...told.keys()].join(', '));
  const counted = view
    .tally()
    .map(({ verdict, state, count }) => [`${verdict.kind} ${verdict.reason} ${state ?? ''}`, count]);
  assert.deepEqual(Object.fromEntries(counted), Object.fromEntries(told));
});
