/** The queue channel against an SQS emulator over HTTP: long polls, visibility, real deletion, a missing queue. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { createQueue, type QueueDeps } from '../../src/adapters/aws/queue.ts';
import { Seen } from '../../src/adapters/aws/seen.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { counting, listen, type Running, sdkConfig, until } from '../adapters/aws/channel-harness.ts';
import { body, CLUSTER, numbered, PLACE, REGION } from '../adapters/aws/records.ts';

type Fixture = Running & { readonly sqs: FauxqsServer; readonly name: string };

async function start(t: TestContext, name: string, more: Partial<QueueDeps> = {}): Promise<Fixture> {
  const sqs = await startFauxqs({ port: 0, logger: false, defaultRegion: REGION });
  const attributes = { VisibilityTimeout: '30' };
  const { queueUrl } = sqs.createQueue('records', { region: REGION, attributes });
  const queue = createQueue({
    queueUrl: queueUrl.replace(/records$/, name),
    clusterName: CLUSTER,
    place: () => PLACE,
    seen: new Seen(),
    clock: systemClock(),
    random: () => 0,
    traffic: counting(),
    sqs: { config: sdkConfig(`http://127.0.0.1:${sqs.port}`) },
    ...more,
  });
  const running = listen(t, queue);
  t.after(() => sqs.stop());
  return { ...running, sqs, name };
}

function send({ sqs }: Fixture, text: string): void {
  sqs.sendMessage('records', text, { region: REGION });
}

function count({ sqs }: Fixture): { readonly ready: number; readonly inflight: number } {
  const { ready = [], inflight = [] } = sqs.inspectQueue('records')?.messages ?? {};
  return { ready: ready.length, inflight: inflight.length };
}

function isEmpty(fixture: Fixture): boolean {
  const { ready, inflight } = count(fixture);
  return ready + inflight === 0;
}

test('messages are heard while the long poll waits, and the queue is empty afterwards', async (t) => {
  const fixture = await start(t, 'records');
  send(fixture, body(numbered(0)));
  await until('the first hint', () => fixture.told.hints.length === 1);
  for (let number = 1; number <= 25; number += 1) send(fixture, body(numbered(number)));
  send(fixture, 'garbage');
  send(fixture, body(numbered(3)));

  await until('all hints', () => fixture.told.hints.length === 26);
  await until('an empty queue', () => isEmpty(fixture));

  assert.deepEqual(fixture.told.refusals.map(({ why }) => why).toSorted(), ['duplicate', 'malformed']);
  assert.deepEqual(new Set(fixture.told.states), new Set(['known']));
});

test('what the listener does not take stays in the queue', async (t) => {
  const fixture = await start(t, 'records');
  fixture.told.throwing = 1;
  send(fixture, body(numbered(1)));
  send(fixture, body(numbered(2)));

  await until('a hint', () => fixture.told.hints.length === 1);
  await until('one deletion', () => count(fixture).inflight === 1);
  await fixture.stop();

  assert.deepEqual(count(fixture), { ready: 0, inflight: 1 });
});

test('a queue that does not exist is told as such', async (t) => {
  const fixture = await start(t, 'other');
  await until('a reading', () => fixture.told.readings.length === 1);
  assert.deepEqual(fixture.told.states, ['not-found']);
});

test('2,000 messages of garbage and one hint behind them are worked off', async (t) => {
  const fixture = await start(t, 'records');
  for (let number = 0; number < 2_000; number += 1) send(fixture, `garbage ${number}`);
  send(fixture, body());

  await until('the hint', () => fixture.told.hints.length === 1);
  await until('an empty queue', () => isEmpty(fixture));
  assert.equal(fixture.told.refusals.length, 2_000);
});
