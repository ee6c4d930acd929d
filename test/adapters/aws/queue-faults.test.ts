/** The queue channel when SQS refuses, is silent or is not there, and when it is told to stop. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, seconds } from '../../../src/domain/time.ts';
import { awsFailure, type Call, untilGone } from '../../support/scripted-aws.ts';
import { answer, type Reply } from '../../support/scripted-eks.ts';
import { settle } from '../../support/stepped-clock.ts';
import { scriptedAws, sdkConfig, stepUntil, until } from './channel-harness.ts';
import {
  deletedHandles,
  deletion,
  messages,
  QUEUE_ARN,
  type QueueHarness,
  runQueue,
  startQueue,
} from './queue-harness.ts';
import { body } from './records.ts';

/** As SQS sends it: the JSON name in the body, the name of its older protocol in a header. */
function sqsFailure(status: number, name: string, queryName: string): Reply {
  const failure = awsFailure(status, name);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-query-error': `${queryName};Sender`,
  };
  return failure.kind === 'answer' ? { ...failure, headers } : failure;
}

const MISSING = sqsFailure(400, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue');
const DENIED = awsFailure(403, 'AccessDeniedException', 'User: arn:aws:sts::1:x is not authorized');

const ROWS: readonly (readonly [
  name: string,
  reply: Reply,
  why: string,
  detail: RegExp,
  attempts: number,
])[] = [
  [
    'a missing queue',
    MISSING,
    'not-found',
    /knows no such queue: arn:aws:sqs:eu-central-1:111122223333:records/,
    1,
  ],
  [
    'a denial',
    DENIED,
    'denied',
    /allow sqs:ReceiveMessage on arn:aws:sqs:eu-central-1:111122223333:records/,
    1,
  ],
  [
    'AccessDenied of the old kind',
    sqsFailure(403, 'AccessDenied', 'AccessDenied'),
    'denied',
    /sqs:ReceiveMessage/,
    1,
  ],
  [
    'a denied key',
    sqsFailure(400, 'KmsAccessDenied', 'KMS.AccessDeniedException'),
    'denied',
    /allow kms:Decrypt on the KMS key of arn:aws:sqs:/,
    1,
  ],
  ['a disabled key', sqsFailure(400, 'KmsDisabled', 'KMS.DisabledException'), 'failed', /HTTP status 400/, 1],
  ['a throttle', sqsFailure(400, 'RequestThrottled', 'RequestThrottled'), 'throttled', /SQS answered/, 2],
  [
    'a throttled key',
    sqsFailure(400, 'KmsThrottled', 'KMS.ThrottlingException'),
    'throttled',
    /SQS answered/,
    1,
  ],
  ['too many in flight', sqsFailure(403, 'OverLimit', 'OverLimit'), 'throttled', /SQS answered/, 1],
  ['a 503', answer({}, 503), 'failed', /HTTP status 503/, 2],
  ['a cut', { kind: 'cut' }, 'unreachable', /no answer/, 2],
  [
    'half an answer',
    { kind: 'answer', status: 200, body: '{"Messages":[' },
    'malformed',
    /body that SQS does not send/,
    1,
  ],
];

for (const [name, reply, why, detail, attempts] of ROWS) {
  test(`${name}: ${why}, tried again after a pause, then known`, async (t) => {
    const { aws, clock, told, counted } = await startQueue(t);
    aws.script = () => reply;

    await until('a reading', () => told.readings.length === 1);
    assert.deepEqual(told.states, [why]);
    assert.match(told.lastDetail, detail);
    assert.equal(counted.requests.length, attempts);
    await settle();
    await clock.advance(seconds(0.999));
    assert.equal(aws.calls.length, attempts);
    aws.script = (call) => (told.readings.length === 1 ? answer({}) : untilGone(call));
    await stepUntil(clock, 'the next reading', () => told.readings.length === 2);
    assert.equal(told.states.at(-1), 'known');
  });
}

test('the pauses grow to a minute at most, begin anew after a success, and never end', async (t) => {
  const { aws, clock, told } = await startQueue(t, { random: () => 0.999_999 });
  aws.script = () => MISSING;
  const pauses: number[] = [];
  for (let failures = 1; failures <= 9; failures += 1) {
    await until(`failure ${failures}`, () => told.readings.length === failures);
    await settle();
    const due = clock.nextDue ?? clock.now();
    pauses.push(Math.round(between(clock.now(), due) / 1000));
    await clock.advance(between(clock.now(), due));
  }
  assert.deepEqual(pauses, [2, 4, 8, 16, 32, 60, 60, 60, 60]);
  aws.script = () => (told.states.at(-1) === 'known' ? MISSING : answer({}));
  await stepUntil(clock, 'a success', () => told.states.at(-1) === 'known');
  await stepUntil(clock, 'a failure', () => told.states.at(-1) === 'not-found');
  await settle();
  assert.equal(Math.round(between(clock.now(), clock.nextDue ?? clock.now()) / 1000), 2);
});

test('a poll that is never answered ends at its limit', async (t) => {
  const { aws, clock, told } = await startQueue(t);
  aws.script = untilGone;
  await until('the poll', () => aws.calls.length === 1);

  await clock.advance(seconds(30));
  await until('a reading', () => told.readings.length === 1);

  assert.deepEqual(told.states, ['unreachable']);
  assert.match(told.lastDetail, /no complete answer within 30 s/);
});

test('a poll that is silent for longer than a long poll may be is unreachable', async (t) => {
  const aws = await scriptedAws(t);
  aws.script = untilGone;
  const timeouts = { requestTimeout: 30, socketTimeout: 30 };
  const { told, counted } = runQueue(t, aws, { sqs: { config: sdkConfig(aws.endpoint), timeouts } });

  await until('a reading', () => told.readings.length === 1);

  assert.deepEqual(told.states, ['unreachable']);
  assert.match(told.lastDetail, /no answer \(ETIMEDOUT\)/);
  assert.deepEqual(counted.lines(), ['sqs ReceiveMessage none', 'sqs ReceiveMessage none']);
});

test('deleting is denied: the reading names sqs:DeleteMessage, hints go on, nothing is asked in a circle', async (t) => {
  const { aws, clock, told } = await startQueue(t);
  aws.script = (call) => (call.operation === 'DeleteMessageBatch' ? DENIED : messages(body()));

  await stepUntil(clock, 'the denial', () => told.states.at(-1) === 'denied');
  assert.ok(told.lastDetail.includes(`allow sqs:DeleteMessage on ${QUEUE_ARN}`), told.lastDetail);
  assert.deepEqual(told.heard, ['deleted: team-a/etl']);
  const polls = aws.of('ReceiveMessage').length;
  await settle();
  await clock.advance(seconds(0.5));
  assert.ok(aws.of('ReceiveMessage').length <= polls + 1);
});

test('a deletion that fails as a whole is tried again', async (t) => {
  const { aws, clock } = await startQueue(t);
  aws.script = (call) => {
    if (call.operation === 'ReceiveMessage')
      return aws.calls.length === 1 ? messages('one') : untilGone(call);
    return aws.of('DeleteMessageBatch').length <= 2 ? answer({}, 500) : deletion(call.input);
  };

  await stepUntil(clock, 'the third attempt', () => aws.of('DeleteMessageBatch').length === 3);
  assert.deepEqual(deletedHandles(aws).at(-1), ['handle-0']);
});

type Stage = readonly [
  name: string,
  script: (call: Call) => Reply | Promise<Reply>,
  reached: (harness: QueueHarness) => boolean,
];

/** The first poll, which is the short one, brings a message; the second is not answered. */
function oneMessage(
  deleting: (call: Call) => Reply | Promise<Reply>,
): (call: Call) => Reply | Promise<Reply> {
  return (call) => {
    if (call.operation === 'DeleteMessageBatch') return deleting(call);
    return call.input['WaitTimeSeconds'] === 1 ? messages(body()) : untilGone(call);
  };
}

const STAGES: readonly Stage[] = [
  ['in a long poll', untilGone, ({ aws }) => aws.calls.length === 1],
  [
    'in the pause after a failure',
    () => MISSING,
    ({ told, clock }) => told.readings.length * clock.pending === 1,
  ],
  [
    'in the pause after nothing',
    () => answer({}),
    ({ told, clock }) => told.readings.length * clock.pending === 1,
  ],
  ['while a batch is being deleted', oneMessage(untilGone), ({ aws }) => aws.calls.length === 3],
  [
    'in the pause before the next try to delete',
    oneMessage(({ input }) => deletion(input, ['handle-0'])),
    ({ aws, counted }) => aws.calls.length === 3 && counted.requests.length === 2,
  ],
];

for (const [name, script, reached] of STAGES) {
  test(`an abort ${name} ends the run at once and leaves no timer`, async (t) => {
    const harness = await startQueue(t);
    const { aws, clock, stop } = harness;
    aws.script = script;
    await until('the stage', () => reached(harness));
    await settle();
    assert.ok(clock.pending > 0);

    const start = performance.now();
    await stop();
    assert.ok(performance.now() - start < 500);
    assert.equal(clock.pending, 0);
    const calls = aws.calls.length;
    await settle();
    assert.equal(aws.calls.length, calls);
  });
}

test('an abort while credentials are being looked for does not wait for them', async (t) => {
  const config = {
    ...sdkConfig('http://127.0.0.1:9'),
    credentials: () => new Promise<never>(() => undefined),
  };
  const { clock, stop } = await startQueue(t, { sqs: { config } });
  await settle();
  await stop();
  assert.equal(clock.pending, 0);
});
