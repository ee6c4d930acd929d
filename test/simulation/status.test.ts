/** What the daemon tells of itself: a probe looks at no holder, and a scrape counts what the list of all holders would tell. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusView } from '../../src/controller/status-view.ts';
import { seconds } from '../../src/domain/time.ts';
import { at } from '../support/builders.ts';
import { busyWorld, ETL } from './busy.ts';

const ABOUT = {
  cluster: 'c',
  mode: 'enforce',
  pollInterval: seconds(30),
  stopping: new AbortController().signal,
} as const;

test('a probe asks for no holders, however many there are; a scrape asks once for those of each identity', async () => {
  await using world = await busyWorld();
  const { deps } = world;
  const asked: string[] = [];
  const pods: typeof deps.pods = {
    count: () => deps.pods.count(),
    holder: (uid) => deps.pods.holder(uid),
    holdersOf: (identity) => {
      asked.push(identity);
      return deps.pods.holdersOf(identity);
    },
    identities: () => deps.pods.identities(),
    unreadable: () => [],
    freshness: () => deps.pods.freshness(),
    run: (listener, signal) => deps.pods.run(listener, signal),
  };
  const view = new StatusView({ ...deps, pods }, world.daemon, ABOUT);
  assert.equal(view.status().holders, world.cluster.running().length);
  assert.deepEqual(asked, []);
  view.tally();
  assert.deepEqual(asked, [...deps.pods.identities()]);
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
