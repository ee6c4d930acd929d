/** The simulated queue as the real SDK meets it: messages, counts, the dead-letter queue, deletion. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import { refusal } from './support.ts';
import type { QueueWorld } from './trail-support.ts';
import { queueWorld, receive, until } from './trail-support.ts';

test('any text comes out as it was put in, and counts follow its way', async (t) => {
  const world = await queueWorld(t);
  const { queue } = world;
  const texts = ['{"half":', '[]', 'ü\n\t€', JSON.stringify({ detail: null })];
  await queue.send(...texts);
  const messages = await receive(world);
  assert.deepEqual(
    messages.map((message) => message.Body),
    texts,
  );
  assert.deepEqual(await queue.stats(), { sent: 4, received: 4, deleted: 0, ready: 0, inFlight: 4, dead: 0 });
  await deleteAll(world, messages.slice(0, 3));
  assert.deepEqual(await queue.stats(), { sent: 4, received: 4, deleted: 3, ready: 0, inFlight: 1, dead: 0 });
  await assert.rejects(queue.send('\u0000'), /InvalidMessageContents|SQS did not take/);
});

test('many messages are put in at once, and read in tens', async (t) => {
  const world = await queueWorld(t);
  const texts = Array.from({ length: 25 }, (_, index) => `message ${index}`);
  await world.queue.send(...texts);
  assert.deepEqual(await world.queue.waiting(), texts);
  const sizes = [];
  for (let round = 0; round < 4; round += 1) sizes.push((await receive(world)).length);
  assert.deepEqual(sizes, [10, 10, 5, 0]);
});

test('a long poll is answered when a message comes', async (t) => {
  const world = await queueWorld(t);
  const polling = receive(world, 20);
  await until(() => world.queue.requests.length === 1);
  await world.queue.send('there');
  const [message] = await polling;
  assert.equal(message?.Body, 'there');
});

test('a caller that goes away during a long poll takes no message with it', async (t) => {
  const world = await queueWorld(t);
  const abort = new AbortController();
  const polling = assert.rejects(receive(world, 20, abort.signal), { name: 'AbortError' });
  await until(() => world.queue.requests.length === 1);
  abort.abort();
  await polling;
  await new Promise((resolve) => setTimeout(resolve, 20));
  await world.queue.send('kept');
  const [message] = await receive(world, 5);
  assert.equal(message?.Body, 'kept');
  assert.equal((await world.queue.stats()).received, 1);
});

test('a message that is received too often goes to the dead-letter queue', async (t) => {
  const world = await queueWorld(t, { maxReceiveCount: 2 });
  const { queue, sqs } = world;
  await queue.send('poison');
  for (let round = 0; round < 2; round += 1) {
    const [message] = await receive(world);
    assert.equal(message?.Attributes?.ApproximateReceiveCount, String(round + 1));
    const { ReceiptHandle } = message;
    const back = { QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 0 };
    await sqs.send(new ChangeMessageVisibilityCommand(back));
  }
  assert.deepEqual(await receive(world), []);
  assert.deepEqual(await queue.deadLetters(), ['poison']);
  assert.equal((await queue.stats()).dead, 1);
});

test('a queue that is deleted is missing, and is empty when it is made again', async (t) => {
  const world = await queueWorld(t);
  const { queue } = world;
  await queue.send('gone');
  await queue.delete();
  await assert.rejects(receive(world), refusal('QueueDoesNotExist', 400));
  await assert.rejects(queue.send('nowhere'), /QueueDoesNotExist/);
  await queue.recreate();
  assert.deepEqual(await receive(world), []);
  await queue.send('again');
  assert.equal((await receive(world)).length, 1);
});

test('names of queues are those of the account, and their URLs resolve', async (t) => {
  const { queue, sqs } = await queueWorld(t, { name: 'events', visibilityTimeout: 45 });
  assert.match(queue.url, /^http:\/\/127\.0\.0\.1:\d+\/111122223333\/events$/);
  assert.equal(queue.arn, 'arn:aws:sqs:us-west-2:111122223333:events');
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'events' }));
  assert.equal(QueueUrl, queue.url);
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes } = await sqs.send(asked);
  assert.equal(Attributes?.QueueArn, queue.arn);
  assert.equal(Attributes?.VisibilityTimeout, '45');
  assert.deepEqual(JSON.parse(Attributes?.RedrivePolicy ?? ''), {
    deadLetterTargetArn: 'arn:aws:sqs:us-west-2:111122223333:events-dlq',
    maxReceiveCount: 10,
  });
  await sqs.send(new SendMessageCommand({ QueueUrl: queue.dlqUrl, MessageBody: 'dead' }));
  assert.deepEqual(await queue.deadLetters(), ['dead']);
});

async function deleteAll({ sqs, queue }: QueueWorld, messages: readonly Message[]): Promise<void> {
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: `m${index}`, ReceiptHandle }));
  const { Failed } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  assert.deepEqual(Failed ?? [], []);
}
