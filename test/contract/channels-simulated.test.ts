/** Both channels against the simulated account: its rule, its queue and its lookups, with their limits and faults. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { CloudTrail } from '../../simulator/aws/cloudtrail.ts';
import { EventBridgeRule } from '../../simulator/aws/eventbridge.ts';
import { failedEntries, sqsThrottle } from '../../simulator/aws/json-faults.ts';
import { type Lookup, startLookup } from '../../simulator/aws/lookup.ts';
import { seededRandom } from '../../simulator/aws/random.ts';
import { deleteAssociation, RECORD_DEFAULTS, recordedAssociation } from '../../simulator/aws/records.ts';
import { type SimulatedQueue, startQueue } from '../../simulator/aws/sqs-queue.ts';
import type { SimClock } from '../../simulator/clock.ts';
import { createQueue } from '../../src/adapters/aws/queue.ts';
import { Seen } from '../../src/adapters/aws/seen.ts';
import { createTrail } from '../../src/adapters/aws/trail.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { instant, milliseconds, minutes } from '../../src/domain/time.ts';
import {
  counting,
  CREDENTIALS,
  listen,
  type Running,
  stepUntil,
  until,
} from '../adapters/aws/channel-harness.ts';
import { SteppedClock } from '../support/stepped-clock.ts';

const { region, account, clusterName } = RECORD_DEFAULTS;
const PLACE = { region, account };

/** Time as the simulator wants it, from the clock that the channel runs on. */
function simulated(clock: SteppedClock): SimClock {
  return {
    now: () => clock.now(),
    after: (ms, run) => {
      const cancel = new AbortController();
      clock.sleep(milliseconds(ms), cancel.signal).then(run, () => undefined);
      return () => cancel.abort();
    },
  };
}

function deletion(number: number, at: number): ReturnType<typeof deleteAssociation> {
  const associationId = `a-${String(number).padStart(17, '0')}`;
  return deleteAssociation(recordedAssociation({ serviceAccount: `sa-${number}`, associationId }), { at });
}

const START = instant(Date.UTC(2026, 0, 5, 12));

type TrailWorld = Running & {
  readonly clock: SteppedClock;
  readonly trail: CloudTrail;
  readonly lookup: Lookup;
};

async function trailWorld(t: TestContext): Promise<TrailWorld> {
  const clock = new SteppedClock(START);
  const trail = new CloudTrail(simulated(clock));
  for (let number = 0; number < 130; number += 1)
    trail.add(deletion(number, START - 600_000 + number * 1_000));
  const lookup = await startLookup({ clock: simulated(clock), trail, place: PLACE });
  const channel = createTrail({
    clusterName,
    place: () => PLACE,
    seen: new Seen(),
    clock,
    random: () => 0,
    traffic: counting(),
    lookback: minutes(60),
    toldUntil: () => undefined,
    interval: minutes(1),
    isWanted: () => true,
    cloudtrail: { config: { endpoint: lookup.url, region, credentials: CREDENTIALS } },
  });
  const running = listen(t, channel);
  t.after(() => lookup.close());
  return { ...running, clock, trail, lookup };
}

test('the trail stays below the limit of the account, and hears what comes late', async (t) => {
  const { clock, trail, lookup, told } = await trailWorld(t);
  const startedAt = clock.now();
  await stepUntil(clock, 'a round', () => told.readings.length === 1);
  assert.equal(told.hints.length, 130);
  assert.equal(told.heard[0], 'deleted: team-a/sa-0');
  // Counted over the whole round: the clock is stepped while requests travel, so that arrivals may bunch.
  assert.ok(lookup.requests.length <= 2 + (2 * (clock.now() - startedAt)) / 1000);

  trail.add(deletion(500, clock.now() - 1_000), 180_000);
  await stepUntil(clock, 'the late one', () => told.hints.length === 131, milliseconds(500));

  assert.deepEqual(new Set(told.states), new Set(['known']));
  assert.deepEqual(told.refusals, []);
});

type QueueWorld = Running & {
  readonly queue: SimulatedQueue;
  readonly rule: EventBridgeRule;
  readonly trail: CloudTrail;
};

async function queueWorld(t: TestContext): Promise<QueueWorld> {
  const clock: SimClock = { now: () => Date.now(), after: (ms, run) => cancelled(setTimeout(run, ms)) };
  const queue = await startQueue({ clock, ...PLACE }, { visibilityTimeout: 1 });
  const trail = new CloudTrail(clock);
  const deliver = (body: string): Promise<void> => queue.send(body);
  const rule = new EventBridgeRule({ clock, trail, deliver, random: seededRandom(11) });
  const channel = createQueue({
    queueUrl: queue.url,
    clusterName,
    place: () => PLACE,
    seen: new Seen(),
    clock: systemClock(),
    random: () => 0,
    traffic: counting(),
    sqs: { config: { endpoint: queue.endpoint, region, credentials: CREDENTIALS } },
  });
  const running = listen(t, channel);
  t.after(async () => {
    await rule.close();
    await queue.close();
  });
  return { ...running, queue, rule, trail };
}

function cancelled(timer: NodeJS.Timeout): () => void {
  return () => clearTimeout(timer);
}

test('the queue hears each event once, however often and in whatever order it is delivered', async (t) => {
  const { rule, trail, told } = await queueWorld(t);
  rule.delivery = { delay: 0, loss: 0, duplication: 0.5, reordering: 0.5, heldBack: 20 };
  for (let number = 0; number < 60; number += 1) trail.add(deletion(number, Date.now()));
  await until('all hints', () => told.hints.length === 60);
  const copies = 60 + rule.counts.duplicated;
  await until('all copies', () => told.hints.length + told.refusals.length === copies);

  assert.equal(new Set(told.heard).size, 60);
  assert.deepEqual(new Set(told.refusals.map(({ why }) => why)), new Set(['duplicate']));
});

test('a throttle and entries that can not be deleted cost no hint', async (t) => {
  const { queue, trail, told } = await queueWorld(t);
  queue.faults.add({ operation: 'ReceiveMessage' }, sqsThrottle(), 1);
  queue.faults.add(
    { operation: 'DeleteMessageBatch' },
    failedEntries((_id, index) => index === 0),
    1,
  );
  for (let number = 0; number < 5; number += 1) trail.add(deletion(number, Date.now()));

  await until('all hints', () => told.hints.length === 5);
  assert.equal(new Set(told.heard).size, 5);
});
