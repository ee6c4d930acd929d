/** Faults of SQS on script, as the real SDK meets them: those that the emulator itself does not have. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { DeleteMessageBatchCommandOutput, Message } from '@aws-sdk/client-sqs';
import * as kinds from '../../../simulator/aws/fault-kinds.ts';
import { failedEntries, sqsDenied, sqsThrottle } from '../../../simulator/aws/json-faults.ts';
import { refusal } from './support.ts';
import type { QueueWorld } from './trail-support.ts';
import { queueWorld, receive, until } from './trail-support.ts';

const RECEIVE = { operation: 'ReceiveMessage' } as const;
const DELETE = { operation: 'DeleteMessageBatch' } as const;

test('some entries of a batch fail in an answer of 200, and those messages are still there', async (t) => {
  const world = await queueWorld(t);
  const { queue } = world;
  await queue.send('one', 'two', 'three');
  const messages = await receive(world);
  queue.faults.add(
    DELETE,
    failedEntries((_id, index) => index === 1),
    1,
  );
  const answer = await deleteAll(world, messages);
  assert.deepEqual(
    answer.Successful?.map((entry) => entry.Id),
    ['m0', 'm2'],
  );
  assert.deepEqual(answer.Failed, [
    { Id: 'm1', Code: 'InternalError', Message: 'The entry could not be processed.', SenderFault: false },
  ]);
  assert.equal((await queue.stats()).inFlight, 1);
  queue.faults.add(
    DELETE,
    failedEntries(() => true, 'ReceiptHandleIsInvalid', true),
    1,
  );
  const second = await deleteAll(world, messages.slice(1, 2));
  assert.deepEqual([second.Successful, second.Failed?.[0]?.Code], [[], 'ReceiptHandleIsInvalid']);
  assert.equal((await queue.stats()).deleted, 2);
  assert.deepEqual((await deleteAll(world, messages.slice(1, 2))).Failed, []);
  assert.equal((await queue.stats()).inFlight, 0);
});

test('throttling, denial and server errors', async (t) => {
  const world = await queueWorld(t);
  const { queue } = world;
  queue.faults.add(RECEIVE, sqsThrottle(), 1);
  await assert.rejects(receive(world), refusal('RequestThrottled', 403));
  const allow = queue.faults.add(RECEIVE, sqsDenied('ReceiveMessage', queue.arn));
  const denial = /not authorized to perform: sqs:receivemessage on resource: arn:aws:sqs/;
  await assert.rejects(receive(world), refusal('AccessDenied', 403, denial));
  allow();
  queue.faults.add(RECEIVE, kinds.unavailable(), 1);
  await assert.rejects(receive(world), refusal('ServiceUnavailableException', 503));
  assert.deepEqual(await receive(world), []);
});

test('an answer that is cut off leaves its messages in flight; a call that is cut off takes none', async (t) => {
  const world = await queueWorld(t);
  const { queue } = world;
  await queue.send('one', 'two');
  queue.faults.add(RECEIVE, kinds.cut('before'), 1);
  await assert.rejects(receive(world));
  assert.equal((await queue.stats()).ready, 2);
  for (const when of ['in-body', 'after'] as const) {
    queue.faults.add(RECEIVE, kinds.cut(when), 1);
    await assert.rejects(receive(world));
  }
  const { ready, inFlight } = await queue.stats();
  assert.deepEqual([ready, inFlight], [0, 2]);
});

test('a hanging call ends with its caller, a delayed one on the clock; messages can be rewritten', async (t) => {
  const world = await queueWorld(t);
  const { queue, clock } = world;
  queue.faults.add(RECEIVE, kinds.hang(), 1);
  const abort = new AbortController();
  const hanging = assert.rejects(receive(world, 0, abort.signal), { name: 'AbortError' });
  await until(() => queue.requests.length === 1);
  abort.abort();
  await hanging;
  queue.faults.add(RECEIVE, kinds.delay(1000), 1);
  const delayed = receive(world);
  await until(() => clock.waiting === 1);
  await queue.send('late');
  clock.advance(1000);
  assert.equal((await delayed)[0]?.Body, 'late');
  queue.faults.add(RECEIVE, { kind: 'rewrite', rewrite: () => ({ Messages: [{ MessageId: 'bare' }] }) }, 1);
  await assert.rejects(receive(world), /Invalid MD5 checksum on messages: bare/);
});

test('requests are recorded by operation, with what they asked for', async (t) => {
  const world = await queueWorld(t);
  const { queue } = world;
  await queue.send('one');
  await deleteAll(world, await receive(world));
  assert.deepEqual(
    queue.requests.map(({ operation, status }) => [operation, status]),
    [
      ['ReceiveMessage', 200],
      ['DeleteMessageBatch', 200],
    ],
  );
  assert.equal(queue.requestsOf('ReceiveMessage')[0]?.input['MaxNumberOfMessages'], 10);
});

test('what is no signed call of SQS is refused', async (t) => {
  const { queue } = await queueWorld(t);
  for (const [body, status] of [
    ['{', 400],
    ['{}', 403],
  ] as const) {
    const answer = await fetch(queue.endpoint, { method: 'POST', body });
    assert.equal(answer.status, status);
    await answer.arrayBuffer();
  }
});

test('closing ends a long poll, also one that has only just come', { timeout: 5000 }, async (t) => {
  const world = await queueWorld(t);
  const polling = Promise.allSettled([receive(world, 20)]);
  await until(() => world.queue.requests.length === 1);
  await world.queue.close();
  const [ended] = await polling;
  assert.equal(ended.status, 'rejected');
});

async function deleteAll(
  { sqs, queue }: QueueWorld,
  messages: readonly Message[],
): Promise<DeleteMessageBatchCommandOutput> {
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: `m${index}`, ReceiptHandle }));
  return sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
}
