/** The rule between the records and the queue: what comes out of SQS by the real SDK, when, and how often. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeletePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import { deliveriesOf, DELIVERED_AT_ONCE } from '../../../simulator/aws/eventbridge-delivery.ts';
import type { Envelope } from '../../../simulator/aws/eventbridge-envelope.ts';
import { seededRandom } from '../../../simulator/aws/random.ts';
import { failed } from '../../../simulator/aws/record-variants.ts';
import type { TrailRecord } from '../../../simulator/aws/records.ts';
import { deleteAssociation, recordedAssociation } from '../../../simulator/aws/records.ts';
import { CLUSTER, create, list } from './support.ts';
import type { QueueWorld } from './trail-support.ts';
import { queueWorld, receive } from './trail-support.ts';

test('a delete by the SDK comes out of the queue as its record in an envelope', async (t) => {
  const world = await queueWorld(t);
  const { client, trail, rule } = world;
  const { associationId } = await create(client, 'reader');
  await list(client);
  await client.send(new DeletePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId }));
  await assert.rejects(
    client.send(new DeletePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId })),
  );
  await rule.settled();
  const envelopes = (await receive(world)).map(({ Body = '' }): Envelope => JSON.parse(Body));
  assert.deepEqual(
    envelopes.map(({ detail }) => detail),
    [trail.records[0], trail.records[2]],
  );
  assert.equal(envelopes[1]?.detail.eventName, 'DeletePodIdentityAssociation');
  assert.equal(envelopes[1]?.source, 'aws.eks');
  assert.deepEqual(rule.counts, { matched: 2, lost: 0, duplicated: 0, delivered: 2, undeliverable: 0 });
});

test('nothing comes while the rule is disabled or no trail logs', async (t) => {
  const { rule, trail, queue } = await queueWorld(t);
  rule.enabled = false;
  trail.add(ended());
  rule.enabled = true;
  rule.trailLogging = false;
  trail.add(ended());
  rule.trailLogging = true;
  trail.add(failed(ended()));
  trail.add(ended());
  await rule.settled();
  assert.equal((await queue.stats()).sent, 1);
  assert.equal(rule.counts.matched, 1);
});

test('deliveries wait on the clock of the simulator', async (t) => {
  const { rule, trail, queue, clock } = await queueWorld(t);
  rule.delivery = { ...DELIVERED_AT_ONCE, delay: 5000 };
  trail.add(ended());
  assert.equal(rule.waiting, 1);
  clock.advance(4999);
  await rule.settled();
  assert.deepEqual(await queue.waiting(), []);
  clock.advance(1);
  await rule.settled();
  assert.equal((await queue.waiting()).length, 1);
  trail.add(ended());
  await rule.close();
  assert.equal(clock.waiting, 0);
  trail.add(ended());
  assert.equal(rule.counts.matched, 2);
});

test('a share of the records is lost, doubled and overtaken: the same each time for the same seed', async (t) => {
  const world = await queueWorld(t);
  world.rule.delivery = {
    delay: { min: 100, max: 200 },
    loss: 0.2,
    duplication: 0.2,
    reordering: 0.3,
    heldBack: 3000,
  };
  const records = await deliver(world, 200);
  const { matched, lost, duplicated, delivered } = world.rule.counts;
  assert.equal(matched, 200);
  assert.ok(lost > 20 && lost < 60, `${lost} lost`);
  assert.ok(duplicated > 15 && duplicated < 60, `${duplicated} duplicated`);
  assert.equal(delivered, matched - lost + duplicated);
  const arrived = await arrivals(world, records);
  assert.equal(arrived.length, delivered);
  assert.equal(new Set(arrived).size, matched - lost);
  assert.notDeepEqual(
    arrived,
    arrived.toSorted((one, other) => one - other),
  );

  const again = await queueWorld(t);
  again.rule.delivery = world.rule.delivery;
  assert.deepEqual(await arrivals(again, await deliver(again, 200)), arrived);
});

test('without faults each record arrives once, in order', async (t) => {
  const world = await queueWorld(t);
  const records = await deliver(world, 30);
  assert.deepEqual(await arrivals(world, records), [...records.keys()]);
});

test('delays lie between their bounds, and those that are held back beyond', () => {
  const random = seededRandom(3);
  const delivery = { ...DELIVERED_AT_ONCE, delay: { min: 100, max: 200 } };
  const plain = Array.from({ length: 500 }, () => deliveriesOf(delivery, random)).flat();
  assert.equal(plain.length, 500);
  assert.ok(Math.min(...plain) >= 100 && Math.max(...plain) <= 200);
  assert.ok(Math.max(...plain) - Math.min(...plain) > 90);
  const held = { ...delivery, reordering: 1, heldBack: 1000 };
  const late = Array.from({ length: 500 }, () => deliveriesOf(held, random)).flat();
  assert.ok(Math.max(...late) > 900 && Math.max(...late) <= 1200);
  assert.deepEqual(deliveriesOf({ ...delivery, loss: 1, duplication: 1 }, random), []);
  assert.equal(deliveriesOf({ ...delivery, duplication: 1 }, random).length, 2);
});

test('a record for which there is no queue is lost, and those after it are not', async (t) => {
  const { rule, trail, queue } = await queueWorld(t);
  await queue.delete();
  trail.add(ended());
  await rule.settled();
  await queue.recreate();
  trail.add(ended());
  await rule.settled();
  assert.deepEqual([rule.counts.undeliverable, rule.counts.delivered], [1, 1]);
  assert.equal((await queue.stats()).ready, 1);
});

test('a rule may have another pattern', async (t) => {
  const { rule, trail } = await queueWorld(t);
  rule.pattern = { source: ['aws.eks'], detail: { eventName: [{ prefix: 'Create' }] } };
  trail.add(ended());
  assert.equal(rule.counts.matched, 0);
});

function ended(): TrailRecord {
  return deleteAssociation(recordedAssociation());
}

/** One record each 10 ms; ends when all have been delivered. */
async function deliver({ trail, clock, rule }: QueueWorld, count: number): Promise<TrailRecord[]> {
  const records = Array.from({ length: count }, ended);
  for (const record of records) {
    trail.add(record);
    clock.advance(10);
    await rule.settled();
  }
  while (rule.waiting > 0) {
    clock.advance(10);
    await rule.settled();
  }
  return records;
}

/** The numbers of the records in the order in which their messages came. */
async function arrivals({ queue }: QueueWorld, records: readonly TrailRecord[]): Promise<number[]> {
  const numbers = new Map(records.map((record, index) => [record.eventID, index]));
  const bodies = await queue.waiting();
  return bodies.map((body) => {
    const { detail }: Envelope = JSON.parse(body);
    return numbers.get(detail.eventID) ?? -1;
  });
}
