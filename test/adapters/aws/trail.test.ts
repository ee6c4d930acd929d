/** The trail channel on the wire: rounds, pages, order, overlap, pace, and what goes wrong. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_NAMES } from '../../../src/adapters/aws/record.ts';
import { Seen } from '../../../src/adapters/aws/seen.ts';
import { instant, milliseconds, minutes } from '../../../src/domain/time.ts';
import { answer } from '../../support/scripted-eks.ts';
import { settle } from '../../support/stepped-clock.ts';
import { stepUntil } from './channel-harness.ts';
import { NOON, numbered, record } from './records.ts';
import { HOUR, nameIn, rounds, startOf, startTrail } from './trail-harness.ts';

test('the first round asks for each name alone, back to the start of the past that is wanted', async (t) => {
  const harness = await startTrail(t);
  await rounds(harness, 1);

  const { aws, counted, told } = harness;
  assert.deepEqual(aws.calls.map(nameIn), EVENT_NAMES);
  assert.deepEqual(aws.calls[0]?.input, {
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'DeletePodIdentityAssociation' }],
    StartTime: (NOON - HOUR) / 1000,
    MaxResults: 50,
  });
  assert.equal(aws.calls[0]?.target.endsWith('.LookupEvents'), true);
  assert.deepEqual(new Set(counted.lines()), new Set(['cloudtrail LookupEvents 200']));
  assert.deepEqual(told.states, ['known']);
});

test('hints of all names and pages are told oldest first, with their evidence', async (t) => {
  const harness = await startTrail(t);
  for (let number = 0; number < 120; number += 1) harness.history.deletion(number, 200 + number);
  harness.history.sweep('DeleteAddon', 260);
  harness.history.add(record({ eventName: 'CreatePodIdentityAssociation' }), 1_000);
  await rounds(harness, 1);

  const { told, aws } = harness;
  assert.equal(told.hints.length, 122);
  assert.deepEqual(
    told.times,
    told.times.toSorted((one, other) => (one.slice(-24) < other.slice(-24) ? -1 : 1)),
  );
  assert.equal(told.heard[0], 'created: team-a/etl');
  assert.equal(told.heard.at(-1), 'deleted: team-a/etl-0');
  assert.ok(told.heard.includes('sweep: DeleteAddon'));
  assert.equal(aws.calls.length, EVENT_NAMES.length + 2);
  const { channel, at, heardAt } = told.hints[0]?.evidence ?? {};
  assert.deepEqual([channel, at], ['trail', NOON - 1_000_000]);
  assert.ok(heardAt !== undefined && heardAt > NOON);
});

test('requests are more than half a second apart, over all names and rounds', async (t) => {
  const sent: number[] = [];
  const harness = await startTrail(t, {
    interval: milliseconds(1),
    script: (history) => (call) => {
      sent.push(harness.clock.now());
      return history.lookUp(call);
    },
  });
  for (let number = 0; number < 120; number += 1) harness.history.deletion(number, 200 + number);
  await stepUntil(harness.clock, 'three rounds', () => harness.told.readings.length === 3, milliseconds(10));

  const gaps = sent.slice(1).map((at, index) => at - (sent[index] ?? 0));
  assert.ok(Math.min(...gaps) > 500, `${Math.min(...gaps)} ms`);
});

test('a later round looks back 20 minutes before the one before it, and tells only what is new', async (t) => {
  const harness = await startTrail(t);
  const { history, told, aws } = harness;
  history.deletion(1, 3_000);
  history.deletion(2, 300);
  await rounds(harness, 1);
  history.deletion(4, 30);
  // It comes late: it happened before what was read already.
  history.deletion(3, 900);
  await rounds(harness, 2);
  await rounds(harness, 3);

  assert.deepEqual(
    told.heard,
    [1, 2, 3, 4].map((number) => `deleted: team-a/etl-${number}`),
  );
  assert.deepEqual(told.refusals, [], 'what a round reads again is no duplicate');
  const starts = aws.calls.filter((call) => nameIn(call) === EVENT_NAMES[0]).map(startOf);
  assert.deepEqual(starts.slice(0, 2), [-3_600, -1_200]);
  assert.equal((starts[2] ?? 0) > -1_200 && (starts[2] ?? 0) < -1_100, true, 'it moves on');
});

test('what the queue heard is a duplicate, once', async (t) => {
  const seen = new Seen();
  seen.add('event-000001');
  const harness = await startTrail(t, { seen });
  harness.history.deletion(1, 100);
  harness.history.deletion(2, 90);
  await rounds(harness, 3);

  assert.deepEqual(harness.told.heard, ['deleted: team-a/etl-2']);
  assert.deepEqual(
    harness.told.refusals.map(({ why }) => why),
    ['duplicate'],
  );
});

test('what is no hint is refused with its kind, once, and stops nothing', async (t) => {
  const harness = await startTrail(t);
  const { history, told } = harness;
  history.add(record({ eventID: 'failed-000', errorCode: 'AccessDenied' }), 50);
  history.add(record({ eventID: 'foreign-00', requestParameters: { name: 'other' } }), 40);
  history.deletion(1, 30);
  const lacks = [
    { EventId: 'lacks-0000', EventTime: NOON / 1000 - 5 },
    null,
    { CloudTrailEvent: 'no JSON', EventId: 'x' },
  ];
  harness.aws.script = (call) =>
    nameIn(call) === 'DeleteCluster' ? answer({ Events: lacks }) : history.lookUp(call);
  await rounds(harness, 1);

  assert.deepEqual(told.heard, ['deleted: team-a/etl-1']);
  assert.deepEqual(told.refusals.map(({ why }) => why).toSorted(), [
    'failed-call',
    'foreign',
    'malformed',
    'malformed',
    'malformed',
  ]);
});

test('a round has at most 20 pages of a name, and says what it left out', async (t) => {
  const harness = await startTrail(t, { lookback: minutes(60 * 24) });
  for (let number = 0; number < 1_001; number += 1) harness.history.deletion(number, 2_000 + number);
  await rounds(harness, 1);

  const { told } = harness;
  assert.equal(told.hints.length, 1_000);
  assert.deepEqual(told.states, ['failed']);
  assert.match(
    told.lastDetail,
    /^LookupEvents\(DeletePodIdentityAssociation\): only the newest 1000 events were read, back to 2026-01-05T11:10:01/,
  );
  await rounds(harness, 2);
  assert.equal(told.states.at(-1), 'known');
});

test('a server that does not heed the start is not followed into its past', async (t) => {
  const harness = await startTrail(t, {
    interval: HOUR,
    script: () => (call) => {
      const number = Number(call.input['NextToken'] ?? 0);
      const Events = [
        { EventId: `old-${number}`, EventTime: NOON / 1000 - 86_400 * (number + 1), CloudTrailEvent: '{}' },
      ];
      return answer({ Events, NextToken: String(number + 1) });
    },
  });
  await rounds(harness, 1);

  assert.equal(harness.aws.calls.length, EVENT_NAMES.length);
  assert.deepEqual([harness.told.hints, harness.told.refusals], [[], []]);
});

test('what a throwing listener did not take is told again', async (t) => {
  const harness = await startTrail(t, { interval: HOUR });
  harness.told.throwing = 1;
  harness.history.deletion(1, 40);
  harness.history.deletion(2, 30);
  await rounds(harness, 1);
  assert.deepEqual(harness.told.heard, ['deleted: team-a/etl-2', 'deleted: team-a/etl-1']);
  assert.deepEqual(harness.told.states, ['known']);
});

function minutesAgo(at: number | undefined): number {
  return Math.round((NOON - (at ?? 0)) / 60_000);
}

test('the chronicle of each round covers the time since the one before, less what may still appear', async (t) => {
  const harness = await startTrail(t, { interval: minutes(30) });
  harness.history.deletion(1, 2400);
  harness.history.deletion(2, 40);
  await rounds(harness, 1);
  await harness.clock.advance(minutes(30));
  await rounds(harness, 2);
  const told = harness.told.chronicles.map(({ coverage, records, breaks }) => [
    minutesAgo(coverage?.from),
    minutesAgo(coverage?.until),
    records.map(({ identity }) => identity),
    breaks,
  ]);
  assert.deepEqual(told, [
    [60, 20, ['team-a/etl-1', 'team-a/etl-2'], []],
    [20, -10, [], []],
  ]);
});

test('a round that is not wanted is left out, and the next one covers its time', async (t) => {
  let isWanted = false;
  const asked: number[] = [];
  const harness = await startTrail(t, {
    isWanted: (lastAt) => {
      asked.push((lastAt - NOON) / 1000);
      return isWanted;
    },
  });
  await rounds(harness, 1);
  await stepUntil(harness.clock, 'three questions', () => asked.length === 3);
  assert.equal(harness.told.chronicles.length, 1);
  isWanted = true;
  await rounds(harness, 2);
  const [first, second] = harness.told.chronicles;
  assert.equal(second?.coverage?.from, first?.coverage?.until);
  assert.deepEqual(asked, [0, 0, 0, 0]);
});

test('a telling goes on where the one before the start had come to', async (t) => {
  const harness = await startTrail(t, { toldUntil: () => instant(NOON - 25 * 60_000) });
  harness.history.deletion(1, 1600);
  harness.history.deletion(2, 1300);
  await rounds(harness, 1);
  assert.deepEqual(harness.told.heard, ['deleted: team-a/etl-2']);
  assert.equal(harness.told.chronicles[0]?.coverage?.from, NOON - 25 * 60_000);
});

test('the queue having told of an event first does not take it out of the chronicle', async (t) => {
  const seen = new Seen();
  const harness = await startTrail(t, { seen });
  harness.history.deletion(1, 40);
  seen.add(String(numbered(1)['eventID']));
  await rounds(harness, 1);
  assert.deepEqual(harness.told.heard, []);
  assert.equal(harness.told.chronicles[0]?.records.length, 1);
});

test('what can not be read, and what add-ons did, is a break of the chronicle', async (t) => {
  const harness = await startTrail(t);
  harness.history.add({ ...numbered(1), requestParameters: 'nonsense', responseElements: 7 }, 30);
  harness.history.sweep('DeleteAddon', 20);
  await rounds(harness, 1);
  assert.deepEqual(harness.told.chronicles[0]?.breaks.toSorted(), [NOON - 30_000, NOON - 20_000]);
});

test('more events than are read leave the chronicle without coverage', async (t) => {
  const harness = await startTrail(t);
  for (let number = 0; number < 1_001; number += 1) harness.history.deletion(number, 3000 - number);
  await rounds(harness, 1);
  assert.equal(harness.told.chronicles[0]?.coverage, undefined);
});

test('clusters do not ask at the same moments: up to a tenth of the interval earlier', async (t) => {
  const harness = await startTrail(t, { random: () => 0.5 });
  await rounds(harness, 1);
  await settle();
  assert.equal((harness.clock.nextDue ?? instant(0)) - harness.clock.now(), 57_000);
});

test('associations of the same second are told in the order of their ids, whatever the order of the answer', async (t) => {
  const orders = [
    [1, 2, 3],
    [3, 1, 2],
  ];
  const told: string[] = [];
  for (const order of orders) {
    const harness = await startTrail(t, { interval: HOUR });
    for (const number of order) harness.history.deletion(number, 40);
    await rounds(harness, 1);
    told.push(harness.told.heard.join());
  }
  assert.equal(told[0], told[1]);
});
