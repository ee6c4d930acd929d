/** What CloudTrail itself tells of the past: it decides about pods that no reading could decide about. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssociationId } from '../../src/domain/association.ts';
import type { Grant } from '../../src/domain/grant.ts';
import type { Action, AssociationHint } from '../../src/domain/hint.ts';
import { minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { FakeChannel, recordOf } from '../support/fake-channel.ts';
import { FakeLedgerShelf, FakeLedgerStore } from '../support/fake-ledger-store.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

const ETL = identity('team-a/etl');

type Scene = { readonly world: World; readonly trail: FakeChannel };

function scene(settings: Settings = {}): Scene {
  const world = new World(settings);
  const trail = new FakeChannel('trail', world.clock);
  world.channels = [trail];
  return { world, trail };
}

function record(action: Action, association: AssociationId, ago: number, carried: Grant): AssociationHint {
  const of = { action, association, identity: ETL, at: at(-ago), channel: 'trail' } as const;
  return { ...recordOf(of), grant: carried };
}

/** An association that was changed from one role to another an hour before the daemon starts, and two pods. */
async function changedBefore({ world }: Scene): Promise<AssociationId> {
  const { id } = world.eks.create(ETL, grant('old'), at(-7200));
  world.eks.update(id, grant('new'), at(-3600));
  world.cluster.start(ETL, { name: 'before', start: at(-5000) });
  world.cluster.start(ETL, { name: 'since', start: at(-1000) });
  world.startDaemon();
  await world.pass(minutes(1));
  return id;
}

test('a change from before the daemon: undecided until CloudTrail tells what was before, then evicted', async () => {
  const { world, trail } = scene();
  await using _ = world;
  const id = await changedBefore({ world, trail });
  await world.pass(minutes(2));
  assert.deepEqual(world.evicted(), []);

  const records = [record('created', id, 7200, grant('old')), record('updated', id, 3600, grant('new'))];
  trail.chronicle({ coverage: { from: at(-21_600), until: at(-1200) }, records, breaks: [] });
  await world.pass(minutes(2));
  assert.deepEqual(world.evicted(), ['before']);
  await world.rest();
  assert.deepEqual(world.evicted(), ['before']);
});

test('a change that was none: kept as the same grant, once CloudTrail has told all of that time', async () => {
  const { world, trail } = scene();
  await using _ = world;
  const { id } = world.eks.create(ETL, grant('new'), at(-7200));
  world.eks.update(id, grant('new'), at(-3600));
  const { uid } = world.cluster.start(ETL, { start: at(-5000) });
  world.startDaemon();
  await world.pass(minutes(1));
  const verdict = () => world.deps.ledger.find(ETL)?.opinions.get(uid)?.verdict;
  assert.deepEqual(verdict(), { kind: 'undecided', reason: 'history-unknown' });

  const records = [record('created', id, 7200, grant('new')), record('updated', id, 3600, grant('new'))];
  trail.chronicle({ coverage: { from: at(-21_600), until: at(-1200) }, records, breaks: [] });
  await world.pass(minutes(1));
  assert.deepEqual(verdict(), { kind: 'keep', reason: 'same-grant' });
});

test('a record that anybody could have put into the queue teaches nothing of the past', async () => {
  const { world } = scene();
  await using _ = world;
  world.channels = [world.queue];
  const id = await changedBefore({ world, trail: world.queue });
  world.queue.hear(record('created', id, 7200, grant('old')));
  world.queue.hear(record('updated', id, 3600, grant('new')));
  await world.rest();
  assert.deepEqual(world.evicted(), []);
});

test('a break in the telling leaves the time before it unknown, also when it is told before its turn', async () => {
  const { world, trail } = scene();
  await using _ = world;
  const id = await changedBefore({ world, trail });
  const updated = record('updated', id, 3600, grant('new'));
  trail.chronicle({
    coverage: { from: at(-21_600), until: at(-3000) },
    records: [updated],
    breaks: [at(-2000)],
  });
  assert.deepEqual(world.deps.ledger.coverage, { from: at(-21_600), until: at(-3000) });
  trail.chronicle({ coverage: { from: at(-3000), until: at(-1200) }, records: [], breaks: [] });
  assert.deepEqual(world.deps.ledger.coverage, { from: at(-1999), until: at(-1200) });
});

test('a record of nobody knows whom is a break', async () => {
  const { world, trail } = scene();
  await using _ = world;
  const id = await changedBefore({ world, trail });
  const stranger = {
    ...record('deleted', id, 3000, grant('old')),
    identity: undefined,
    association: undefined,
  };
  trail.chronicle({ coverage: { from: at(-21_600), until: at(-1200) }, records: [stranger], breaks: [] });
  assert.deepEqual(world.deps.ledger.coverage, { from: at(-2999), until: at(-1200) });
});

test('the operator has pods of an unknown past evicted: once, and only after CloudTrail had its time', async () => {
  const { world } = scene({ policy: { onUnknownHistory: 'evict' } });
  await using _ = world;
  const { id } = world.eks.create(ETL, grant('old'), at(-7200));
  world.eks.update(id, grant('new'), at(-60));
  world.cluster.start(ETL, { name: 'before', start: at(-5000) });
  world.startDaemon();
  await world.pass(minutes(43), seconds(5));
  assert.deepEqual(world.evicted(), []);
  await world.pass(minutes(3), seconds(5));
  assert.deepEqual(world.evicted(), ['before']);
  world.cluster.start(ETL, { name: 'after' });
  await world.pass(minutes(60), seconds(10));
  assert.deepEqual(world.evicted(), ['before']);
  assert.deepEqual(world.stages().at(-1), 'team-a/etl contained');
});

test('what CloudTrail told outlives the daemon, with the time up to which it told', async () => {
  const shelf = new FakeLedgerShelf();
  const { world, trail } = scene();
  await using _ = world;
  world.ledgerStore = new FakeLedgerStore(world.clock, shelf);
  const { id } = world.eks.create(ETL, grant('old'), at(-7200));
  world.eks.update(id, grant('new'), at(-3600));
  world.startDaemon();
  await world.pass(minutes(1));
  const records = [record('created', id, 7200, grant('old')), record('updated', id, 3600, grant('new'))];
  trail.chronicle({ coverage: { from: at(-21_600), until: at(-1200) }, records, breaks: [] });
  await world.pass(minutes(1));
  await world.stopDaemon();

  world.ledgerStore = new FakeLedgerStore(world.clock, shelf);
  world.cluster.start(ETL, { name: 'seen-late', start: at(-5000) });
  world.startDaemon();
  await world.pass(minutes(2));
  assert.deepEqual(world.deps.ledger.coverage, { from: at(-21_600), until: at(-1200) });
  assert.deepEqual(world.evicted(), ['seen-late']);
});

test('a holder that is not evicted in time is shown as expired, and its revocation is not called contained', async () => {
  const { world } = scene();
  await using _ = world;
  const target = grant('etl', { targetRoleArn: 'arn:aws:iam::444455556666:role/target' });
  world.eks.create(ETL, target, at(-7200));
  const { uid } = world.cluster.start(ETL, { start: at(-5000) });
  world.startDaemon();
  await world.pass(minutes(1));
  world.cluster.answer = { kind: 'blocked', by: ['budget'], detail: 'no', retryAfter: undefined };
  world.eks.delete(ETL);
  await world.pass(minutes(58), seconds(5));
  assert.equal(world.stages().at(-1), 'team-a/etl confirmed');
  await world.pass(minutes(4), seconds(5));
  assert.equal(world.stages().at(-1), 'team-a/etl expired');
  assert.deepEqual(world.deps.ledger.find(ETL)?.opinions.get(uid)?.verdict, {
    kind: 'keep',
    reason: 'expired',
  });
});
