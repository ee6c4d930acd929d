/** The whole controller with a channel: hints make it quick, and nothing else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { associationId } from '../../src/domain/association.ts';
import { between, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';
import { busyWorld, ETL, LONG_AGO, WEB } from './busy.ts';
import { World } from './world.ts';

async function listeningWorld(settings: ConstructorParameters<typeof World>[0] = {}): Promise<World> {
  const world = await busyWorld({ pollInterval: minutes(10), ...settings }, (made) => {
    made.channels = [made.queue];
  });
  assert.ok(world.queue.isHeard);
  return world;
}

test('a deletion that is heard of: contained by the settle time, long before the next poll', async () => {
  await using world = await listeningWorld();
  const deletedAt = world.clock.now();
  world.eks.delete(ETL);
  await world.pass(seconds(1));
  world.queue.tell({ identity: ETL, at: deletedAt });
  await world.pass(seconds(17));
  assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3']);
  const [stage] = world.reports.flatMap((report) => (report.kind === 'stage' ? [report.revocation] : []));
  assert.equal(stage?.source, 'queue');
  assert.equal(stage?.evidence?.actor.arn, 'arn:aws:iam::111122223333:user/mallory');
});

test('a record that names the id only is told apart by it', async () => {
  await using world = await listeningWorld();
  const [id] = world.deps.ledger.find(ETL)?.history.spans.map((span) => span.id) ?? [];
  assert.ok(id !== undefined);
  world.eks.delete(ETL);
  world.queue.tell({ association: id });
  await world.pass(seconds(17));
  assert.equal(world.evicted().length, 3);
});

test('a record that comes before EKS shows the change: looked for until it does, never acted on alone', async () => {
  await using world = await listeningWorld();
  world.eks.consistencyDelay = seconds(12);
  world.eks.delete(ETL);
  world.queue.tell({ identity: ETL });
  await world.pass(seconds(11));
  assert.deepEqual(world.stages(), []);
  await world.pass(seconds(25));
  assert.equal(world.evicted().length, 3);
});

test('invariant 5: a forged deletion changes nothing but a few questions to EKS', async () => {
  await using world = await listeningWorld();
  const before = world.eks.calls.length;
  for (let n = 0; n < 50; n += 1) {
    world.queue.tell({ identity: ETL });
    world.queue.tell({ identity: WEB, association: associationId('a-forged00000000000') });
    world.queue.tell({ identity: identity(`nobody/sa-${n}`) });
  }
  await world.pass(minutes(9));
  assert.deepEqual(world.cluster.evictions, []);
  assert.deepEqual(world.stages(), []);
  assert.ok(world.eks.calls.length - before <= 20, `${world.eks.calls.length - before} calls`);
});

test('invariant 5: a forged time of deletion makes no younger pod stale', async () => {
  await using world = await listeningWorld();
  const deletedAt = world.clock.now();
  world.eks.delete(ETL);
  world.queue.tell({ identity: ETL, at: deletedAt });
  await world.pass(minutes(2));
  world.cluster.start(ETL, { name: 'young' });
  for (let n = 0; n < 5; n += 1) world.queue.tell({ identity: ETL, at: world.clock.now() });
  await world.pass(minutes(2));
  assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3']);
});

test('invariant 5: replayed, repeated, reordered and late records: the same decisions', async () => {
  const stories = await Promise.all(
    (['once', 'thrice', 'late', 'wrong way round', 'never'] as const).map(async (how) => {
      await using world = await busyWorld({}, (made) => {
        made.channels = [made.queue];
      });
      const deletedAt = world.clock.now();
      world.eks.delete(ETL);
      if (how === 'late') await world.pass(minutes(3));
      const records = [
        recordOf({ action: 'created', identity: ETL, at: at(-86_400) }),
        recordOf({ identity: ETL, at: deletedAt }),
      ];
      if (how === 'wrong way round') records.reverse();
      if (how !== 'never') for (const record of records) world.queue.hear(record);
      if (how === 'thrice') for (const record of [...records, ...records]) world.queue.hear(record);
      await world.rest();
      return world.evicted();
    }),
  );
  for (const story of stories) assert.deepEqual(story, ['etl-1', 'etl-2', 'etl-3']);
});

test('a flood of forged hints neither starves a real one nor exceeds the request budget', async () => {
  await using world = new World({ pollInterval: minutes(10) });
  world.channels = [world.queue];
  const many = Array.from({ length: 2000 }, (_, n) => identity(`many/sa-${n}`));
  for (const each of many) world.eks.create(each, grant(), LONG_AGO);
  world.eks.create(ETL, grant(), LONG_AGO);
  world.cluster.start(ETL, { name: 'etl-1', start: at(-3600) });
  world.startDaemon();
  await world.pass(seconds(61));
  const before = world.eks.calls.length;
  for (let n = 0; n < 10_000; n += 1) {
    const forged = many[n % many.length];
    world.queue.tell(forged === undefined ? {} : { identity: forged });
  }
  world.eks.delete(ETL);
  world.queue.tell({ identity: ETL });
  await world.pass(minutes(1));
  assert.deepEqual(world.evicted(), ['etl-1']);
  const confirmations = world.eks.calls.slice(before).filter(({ operation }) => operation === 'confirm');
  assert.ok(confirmations.length <= 40 + 60 * 5 + 5, `${confirmations.length} confirmations in a minute`);
});

test('who ended the grant is told as soon as it is heard, also when everybody has gone', async () => {
  await using world = await busyWorld({}, (made) => {
    made.channels = [made.queue];
  });
  const deletedAt = world.clock.now();
  world.eks.delete(ETL);
  await world.rest();
  const before = world.deps.ledger.find(ETL)?.revocation;
  assert.equal(before?.stage, 'contained');
  assert.equal(before?.evidence, undefined);
  world.queue.tell({ identity: ETL, at: deletedAt });
  await world.pass(seconds(1));
  const told = world.deps.ledger.find(ETL)?.revocation;
  assert.equal(told?.evidence?.channel, 'queue');
  assert.equal(told?.stage, 'contained');
});

test('a hint of something that may concern everybody: a sweep, soon, and not one for each hint', async () => {
  await using world = await listeningWorld();
  world.eks.delete(ETL);
  const lists = (): number => world.eks.calls.filter(({ operation }) => operation === 'list').length;
  const before = lists();
  const { evidence } = recordOf({ at: world.clock.now() });
  for (let n = 0; n < 100; n += 1) world.queue.hear({ kind: 'sweep', evidence });
  await world.pass(seconds(30));
  assert.equal(world.evicted().length, 3);
  assert.ok(lists() - before <= 2);
});

test('a grant that is changed in place: heard of, confirmed, and its holders evicted after the settle time', async () => {
  await using world = await listeningWorld();
  const id = world.deps.ledger.find(ETL)?.history.spans.at(-1)?.id;
  assert.ok(id !== undefined);
  world.eks.update(id, grant('other'));
  world.queue.tell({ action: 'updated', association: id });
  await world.pass(seconds(17));
  assert.deepEqual(world.evicted(), ['etl-1', 'etl-2', 'etl-3']);
  const confirmed = world.reports.findLast((report) => report.kind === 'stage');
  assert.equal(confirmed?.revocation.cause, 'superseded');
  assert.equal(confirmed?.revocation.source, 'queue');
});

test('twenty per cent of the hints lost, as many doubled, in any order: everybody is evicted, the lost by the poll', async () => {
  await using world = new World({ rate: 100, burst: 100 });
  world.channels = [world.queue];
  const many = Array.from({ length: 100 }, (_, n) => identity(`many/sa-${n}`));
  for (const each of many) {
    world.eks.create(each, grant(), LONG_AGO);
    world.cluster.start(each, { name: each.replace('/', '-'), start: at(-3600) });
  }
  world.startDaemon();
  await world.pass(seconds(61));
  const deletedAt = world.clock.now();
  for (const each of many) world.eks.delete(each);
  const told = many.flatMap((each, n) => (n % 5 === 0 ? [] : n % 5 === 1 ? [each, each] : [each]));
  for (const each of told.toReversed()) world.queue.tell({ identity: each, at: deletedAt });
  await world.pass(minutes(2));
  assert.equal(new Set(world.evicted()).size, 100);
  assert.equal(world.evicted().length, 100);
  for (const { at: evictedAt } of world.cluster.evictions) {
    assert.ok(between(deletedAt, evictedAt) <= seconds(30 + 15 + 12));
  }
});
