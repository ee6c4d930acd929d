/** The queue channel on the wire: what it asks, what it tells, what it deletes and what it leaves. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Seen } from '../../../src/adapters/aws/seen.ts';
import { milliseconds, seconds } from '../../../src/domain/time.ts';
import { type Call, untilGone } from '../../support/scripted-aws.ts';
import { answer, type Reply } from '../../support/scripted-eks.ts';
import { settle } from '../../support/stepped-clock.ts';
import { stepUntil, until } from './channel-harness.ts';
import {
  deletedHandles,
  deletion,
  messages,
  QUEUE_URL,
  type QueueHarness,
  startQueue,
} from './queue-harness.ts';
import { body, CLUSTER, EVENT_AT, numbered, record } from './records.ts';

/** Gives each of the answers once, and then is a queue without messages. */
function giving(...answers: readonly Reply[]): (call: Call) => Reply | Promise<Reply> {
  const left = [...answers];
  return (call) => {
    if (call.operation === 'DeleteMessageBatch') return deletion(call.input);
    return left.shift() ?? untilGone(call);
  };
}

function receives({ aws }: QueueHarness, count: number): Promise<void> {
  return until(`${count} polls`, () => aws.of('ReceiveMessage').length >= count);
}

test('a hint is told, its message is deleted, and the next poll does not wait for that', async (t) => {
  const harness = await startQueue(t);
  const { aws, told, counted } = harness;
  aws.script = (call) => {
    if (call.operation === 'DeleteMessageBatch') return untilGone(call);
    return aws.of('ReceiveMessage').length === 1 ? messages(body()) : untilGone(call);
  };

  await receives(harness, 2);
  await until('a deletion', () => aws.of('DeleteMessageBatch').length === 1);

  assert.deepEqual(told.heard, ['deleted: team-a/etl']);
  assert.equal(told.hints[0]?.evidence.channel, 'queue');
  assert.deepEqual(deletedHandles(aws), [['handle-0']]);
  assert.deepEqual(told.states, ['known']);
  assert.deepEqual(counted.lines(), ['sqs ReceiveMessage 200']);
});

test('the first poll is a short one, the next ones are long; all ask for ten and for the two attributes', async (t) => {
  const harness = await startQueue(t);
  harness.aws.script = giving(messages(body(numbered(1))), messages(body(numbered(2))));

  await receives(harness, 3);

  const inputs = harness.aws.of('ReceiveMessage').map(({ input }) => input);
  const rest = {
    QueueUrl: QUEUE_URL,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
  };
  assert.deepEqual(inputs, [
    { ...rest, WaitTimeSeconds: 1 },
    { ...rest, WaitTimeSeconds: 20 },
    { ...rest, WaitTimeSeconds: 20 },
  ]);
  assert.match(String(harness.aws.calls[0]?.headers['user-agent']), /app\/pod-identity-revoker/);
});

test('each refusal is told with its kind and deleted like the rest; the good ones beside it are hints', async (t) => {
  const harness = await startQueue(t);
  const { aws, told } = harness;
  aws.script = giving(
    messages(
      'no JSON',
      body(record({ errorCode: 'AccessDenied' })),
      body(numbered(1)),
      JSON.stringify({ Records: [record()] }),
      body(record({ requestParameters: { name: 'other' } })),
      body(record({ eventName: 'TagResource' })),
      body(numbered(1)),
      body(record({ eventName: 'DeleteCluster', requestParameters: { name: CLUSTER } })),
    ),
  );

  await until('a deletion', () => aws.of('DeleteMessageBatch').length === 1);

  assert.deepEqual(told.heard, ['deleted: team-a/etl-1', 'sweep: DeleteCluster']);
  assert.deepEqual(
    told.refusals.map(({ why }) => why),
    ['malformed', 'failed-call', 'not-an-envelope', 'foreign', 'uninteresting', 'duplicate'],
  );
  assert.match(told.refusals[0]?.detail ?? '', /no JSON \(sent 2026-01-05T11:59:59.500Z, receive count 1\)$/);
  assert.equal(told.refusals[1]?.eventAt, new Date(EVENT_AT).toISOString());
  assert.equal(deletedHandles(aws)[0]?.length, 8);
});

test('a message whose listener threw is not deleted and is heard when it comes again; the others are deleted', async (t) => {
  const harness = await startQueue(t);
  const { aws, told } = harness;
  told.throwing = 1;
  const both = messages(body(numbered(1)), body(numbered(2)));
  aws.script = giving(both, both);

  await until('two deletions', () => aws.of('DeleteMessageBatch').length === 2);

  assert.deepEqual(deletedHandles(aws), [['handle-1'], ['handle-0', 'handle-1']]);
  assert.deepEqual(told.heard, ['deleted: team-a/etl-2', 'deleted: team-a/etl-1']);
  assert.deepEqual(
    told.refusals.map(({ why }) => why),
    ['duplicate'],
  );
});

test('what the other channel heard is a duplicate here', async (t) => {
  const seen = new Seen();
  seen.add(String(record()['eventID']));
  const harness = await startQueue(t, { seen });
  harness.aws.script = giving(messages(body()));

  await until('a deletion', () => harness.aws.of('DeleteMessageBatch').length === 1);

  assert.deepEqual(harness.told.heard, []);
  assert.equal(harness.told.refusals[0]?.why, 'duplicate');
});

test('our place is asked for anew with each message', async (t) => {
  let region: string | undefined;
  const harness = await startQueue(t, { place: () => ({ account: undefined, region }) });
  const { aws, told } = harness;
  let polls = 0;
  aws.script = (call) => {
    if (call.operation === 'DeleteMessageBatch') return deletion(call.input);
    polls += 1;
    if (polls === 2) region = 'eu-west-1';
    return polls < 3 ? messages(body(numbered(polls))) : untilGone(call);
  };

  await receives(harness, 3);

  assert.deepEqual(told.heard, ['deleted: team-a/etl-1']);
  assert.equal(told.refusals[0]?.why, 'foreign');
});

test('a message without a handle or without a body does not stop the others', async (t) => {
  const harness = await startQueue(t);
  const { aws, told } = harness;
  const odd = [
    { Body: body(numbered(1)) },
    { ReceiptHandle: 'h1' },
    { Body: body(numbered(2)), ReceiptHandle: 'h2' },
  ];
  aws.script = giving(answer({ Messages: odd }));

  await until('a deletion', () => aws.of('DeleteMessageBatch').length === 1);

  assert.deepEqual(told.heard, ['deleted: team-a/etl-1', 'deleted: team-a/etl-2']);
  assert.match(told.refusals[0]?.detail ?? '', /no text \(sent at an unknown time, receive count unknown\)/);
  assert.deepEqual(deletedHandles(aws), [['h1', 'h2']]);
});

test('a server that answers at once with nothing is asked once a second, not in a circle', async (t) => {
  const { aws, clock, told } = await startQueue(t);
  aws.script = () => answer({});

  for (const polls of [1, 2, 3]) {
    await until(`poll ${polls}`, () => told.readings.length === polls);
    await settle();
    assert.equal(aws.of('ReceiveMessage').length, polls);
    assert.equal(clock.pending, 1, 'only the pause is left');
    await clock.advance(milliseconds(999));
    assert.equal(aws.of('ReceiveMessage').length, polls);
    await clock.advance(milliseconds(1));
  }
  assert.deepEqual(new Set(told.states), new Set(['known']));
});

test('messages that come as fast as they are asked for are not slowed down', async (t) => {
  const { aws, told } = await startQueue(t);
  let polls = 0;
  aws.script = (call) => {
    if (call.operation === 'DeleteMessageBatch') return deletion(call.input);
    polls += 1;
    return polls <= 50 ? messages(...Array.from({ length: 10 }, () => 'garbage')) : untilGone(call);
  };

  await until('all garbage', () => told.refusals.length === 500);
  await until('all deleted', () => deletedHandles(aws).flat().length === 500);
});

test('deletions under way are bounded: then receiving waits, and goes on', async (t) => {
  const harness = await startQueue(t);
  const { aws } = harness;
  const release = Promise.withResolvers<void>();
  let polls = 0;
  aws.script = async (call) => {
    if (call.operation === 'ReceiveMessage') {
      polls += 1;
      return polls <= 12 ? messages('garbage') : untilGone(call);
    }
    await release.promise;
    return deletion(call.input);
  };

  await receives(harness, 9);
  await setTimeout(30);
  assert.equal(aws.of('DeleteMessageBatch').length, 8);
  assert.equal(aws.of('ReceiveMessage').length, 9);
  release.resolve();
  await until('the rest', () => deletedHandles(aws).length === 12);
});

test('entries that fail are tried again alone, a few times, and then left', async (t) => {
  const { aws, clock, told } = await startQueue(t);
  aws.script = (call) => {
    if (call.operation === 'DeleteMessageBatch') return deletion(call.input, ['handle-1']);
    return told.readings.length === 0 ? messages('one', 'two', 'three') : answer({});
  };

  await stepUntil(clock, 'four tries', () => deletedHandles(aws).length === 4);
  await stepUntil(clock, 'the next poll', () => told.states.at(-1) === 'failed');
  const polls = told.readings.length;
  await stepUntil(clock, 'many more polls', () => told.readings.length > polls + 10, seconds(1));

  assert.deepEqual(deletedHandles(aws), [
    ['handle-0', 'handle-1', 'handle-2'],
    ['handle-1'],
    ['handle-1'],
    ['handle-1'],
  ]);
  assert.match(
    told.lastDetail,
    /^DeleteMessageBatch: 1 messages were not deleted \(InternalError\): they will come again$/,
  );
});

test('a batch that is deleted whole makes the reading known again', async (t) => {
  const { aws, clock, told } = await startQueue(t);
  let failing = ['handle-0'];
  aws.script = (call) => {
    if (call.operation === 'DeleteMessageBatch') return deletion(call.input, failing);
    return told.readings.length === 0 ? messages('one') : answer({});
  };

  await stepUntil(clock, 'the problem', () => told.states.includes('failed'));
  failing = [];
  await stepUntil(clock, 'its end', () => told.states.at(-1) === 'known');
});

test('ten at most, and the answer that names no entry deletes none', async (t) => {
  const { aws, clock } = await startQueue(t);
  let polls = 0;
  aws.script = (call) => {
    if (call.operation === 'DeleteMessageBatch') return answer({});
    polls += 1;
    return polls === 1 ? messages(...Array.from({ length: 10 }, () => 'garbage')) : untilGone(call);
  };

  await stepUntil(clock, 'two tries', () => deletedHandles(aws).length === 2);

  assert.equal(deletedHandles(aws)[1]?.length, 10);
});
