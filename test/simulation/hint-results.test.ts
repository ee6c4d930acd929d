/** What becomes of each hint, told by its report. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { associationId } from '../../src/domain/association.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import { minutes, seconds } from '../../src/domain/time.ts';
import { grant, identity } from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';
import { busyWorld, ETL, LONG_AGO, WEB } from './busy.ts';
import { World } from './world.ts';

async function listening(): Promise<World> {
  return busyWorld({ pollInterval: minutes(10) }, (made) => {
    made.channels = [made.queue];
  });
}

function results(world: World): readonly string[] {
  return world.reports.flatMap((report) => (report.kind === 'hint' ? [report.result] : []));
}

test('taken, and repeated while it is being looked for', async () => {
  await using world = await listening();
  world.queue.tell({ identity: ETL });
  world.queue.tell({ identity: ETL });
  world.queue.tell({ identity: WEB });
  assert.deepEqual(results(world), ['taken', 'repeated', 'taken']);
});

test('answered: what was read since the event says it already', async () => {
  await using world = await listening();
  world.queue.tell({ action: 'created', identity: ETL, at: LONG_AGO });
  const asked = world.eks.calls.length;
  await world.pass(seconds(30));
  assert.deepEqual(results(world), ['answered']);
  assert.equal(world.eks.calls.length, asked);
});

test('unknown identity: nobody has it, so there is nothing to look at', async () => {
  await using world = await listening();
  const asked = world.eks.calls.length;
  world.queue.tell({ identity: identity('nobody/at-all') });
  world.queue.tell({ association: associationId('a-nobody00000000000') });
  world.queue.tell({});
  await world.pass(seconds(30));
  assert.deepEqual(results(world), ['unknown-identity', 'unknown-identity', 'unknown-identity']);
  assert.equal(world.eks.calls.length, asked);
});

test('an identity that only pods have is known', async () => {
  await using world = await listening();
  const fresh = identity('team-c/fresh');
  world.cluster.start(fresh);
  world.queue.tell({ action: 'created', identity: fresh });
  assert.deepEqual(results(world), ['taken']);
});

test('sweep: anything may have changed', async () => {
  await using world = await listening();
  world.queue.hear({ kind: 'sweep', evidence: recordOf({ at: world.clock.now() }).evidence });
  assert.deepEqual(results(world), ['sweep']);
});

test('deferred: too many at once wait for the sweep, and are looked for when it did not answer', async () => {
  await using world = new World({ pollInterval: minutes(10) });
  world.channels = [world.queue];
  const many = Array.from({ length: 60 }, (_, n) => identity(`many/sa-${n}`));
  for (const each of many) world.eks.create(each, grant(), LONG_AGO);
  world.startDaemon();
  await world.pass(seconds(30));
  for (const each of many) world.queue.tell({ identity: each });
  const counts = Map.groupBy(results(world), (result) => result);
  assert.equal(counts.get('taken')?.length, 40);
  assert.equal(counts.get('deferred')?.length, 20);
  await world.pass(minutes(5));
  const asked = new Set(
    world.eks.calls.filter(({ operation }) => operation === 'confirm').map(({ subject }) => subject),
  );
  assert.equal(asked.size, 60);
});

test('the state of the channel is told when it changes, and shown', async () => {
  await using world = await listening();
  const denied = unknown('denied', 'allow sqs:ReceiveMessage', world.clock.now());
  world.queue.read(denied);
  world.queue.read(denied);
  assert.equal(world.daemon.heard()[0]?.problem, 'denied: allow sqs:ReceiveMessage');
  world.queue.read(known(undefined, world.clock.now()));
  world.queue.refuse('malformed', 'no JSON');
  const [heard] = world.daemon.heard();
  assert.equal(heard?.problem, undefined);
  assert.equal(heard?.lastKnownAt, world.clock.now());
  assert.equal(heard?.lastHeardAt, world.clock.now());
  assert.equal(heard?.lastEventAt, undefined);
  const told = world.reports.filter((report) => report.kind === 'reading' && report.of === 'queue');
  assert.equal(told.length, 2);
});
