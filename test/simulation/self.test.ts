/** The daemon itself, told as stories: what it does when its own association ends, and that it never turns on itself. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusView } from '../../src/controller/status-view.ts';
import { minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { busyWorld, ETL, LONG_AGO } from './busy.ts';
import type { Settings } from './world.ts';
import type { World } from './world.ts';

const OWN = identity('revoker/revoker');
const OWN_POD = { namespace: 'revoker', name: 'revoker-7d9f8c-abcde', deployment: 'revoker' };
const SETTINGS: Settings = { ownIdentity: OWN, policy: { ownPod: OWN_POD, onMissed: 'evict' } };

function replicaSet(hash: string): { readonly kind: string; readonly name: string; readonly uid: string } {
  return { kind: 'ReplicaSet', name: `revoker-${hash}`, uid: hash };
}

async function inPod(prepare: (world: World) => void = () => {}): Promise<World> {
  return busyWorld(SETTINGS, (world) => {
    world.eks.create(OWN, grant('revoker'), LONG_AGO);
    const owner = replicaSet('7d9f8c');
    world.cluster.start(OWN, { name: OWN_POD.name, owner, start: at(-3600) });
    world.cluster.start(OWN, { name: 'revoker-7d9f8c-fghij', owner, start: at(-3600) });
    world.cluster.start(OWN, { name: 'revoker-55c4b9-klmno', owner: replicaSet('55c4b9'), start: at(-7200) });
    prepare(world);
  });
}

function statusOf(world: World): StatusView {
  const about = { cluster: 'c', mode: 'enforce', pollInterval: seconds(30) } as const;
  return new StatusView(world.deps, world.daemon, { ...about, stopping: new AbortController().signal });
}

function ownEnds(world: World): number {
  return world.reports.filter(({ kind }) => kind === 'own-grant-ended').length;
}

test('its own association is deleted: said once and loudly, shown while it lasts, and it goes on', async () => {
  await using world = await inPod();
  assert.equal(statusOf(world).status().hasOwnGrantEnded, false);
  world.eks.delete(OWN);
  await world.pass(minutes(10), seconds(1));
  assert.equal(ownEnds(world), 1);
  assert.equal(statusOf(world).status().hasOwnGrantEnded, true);
  world.eks.delete(ETL);
  await world.pass(minutes(2));
  assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3']);
});

test('its own association comes back: it is shown no more, and a second end is said again', async () => {
  await using world = await inPod();
  world.eks.delete(OWN);
  await world.pass(minutes(2));
  world.eks.create(OWN, grant('revoker'));
  await world.pass(minutes(2));
  assert.equal(statusOf(world).status().hasOwnGrantEnded, false);
  world.eks.delete(OWN);
  await world.pass(minutes(2));
  assert.equal(ownEnds(world), 2);
});

test('its own grant is replaced by another: no such alarm', async () => {
  await using world = await inPod();
  world.eks.create(OWN, grant('other'));
  await world.pass(minutes(3));
  assert.equal(ownEnds(world), 0);
  assert.equal(statusOf(world).status().hasOwnGrantEnded, false);
});

test('invariant 10: its own pod and every pod of its Deployment are exempt, and shown', async () => {
  await using world = await inPod();
  world.eks.delete(OWN);
  await world.pass(minutes(20), seconds(1));
  assert.deepEqual(world.evicted(), []);
  const verdicts = [...(world.deps.ledger.find(OWN)?.opinions.values() ?? [])].map(({ verdict }) => verdict);
  assert.deepEqual(verdicts.map(({ reason }) => reason).toSorted(), [
    'own-deployment',
    'own-deployment',
    'own-pod',
  ]);
});

test('a stranger that runs as the same service account is not exempt', async () => {
  await using world = await inPod((made) => {
    made.cluster.start(OWN, { name: 'stranger', start: at(-3600) });
  });
  world.eks.delete(OWN);
  await world.pass(minutes(3));
  assert.deepEqual(world.evicted(), ['stranger']);
});

test('invariant 10: no pod of its Deployment is evicted for being missed either', async () => {
  await using world = await inPod((made) => {
    const owner = replicaSet('7d9f8c');
    made.rosters.start(OWN, { of: { name: 'revoker-7d9f8c-pqrst', owner, start: at(-90_000) } });
  });
  await world.pass(minutes(30), seconds(2));
  assert.deepEqual(world.evicted(), []);
  const missed = world.reports.filter((report) => report.kind === 'missed');
  assert.deepEqual(
    missed.map((report) => (report.kind === 'missed' ? report.missed.reason : '')),
    ['exempt'],
  );
});
