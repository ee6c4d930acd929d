/** LookupEvents as the real SDK meets it: attributes, ranges, pages, lag and the limit of calls. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paginateLookupEvents } from '@aws-sdk/client-cloudtrail';
import type { LookupAttribute, LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { assumeRole, updateAssumeRolePolicy } from '../../../simulator/aws/record-analogues.ts';
import type { TrailRecord } from '../../../simulator/aws/records.ts';
import {
  addonCall,
  createAssociation,
  deleteAssociation,
  listAssociations,
  recordedAssociation,
} from '../../../simulator/aws/records.ts';
import { CLUSTER, START, create, refusal } from './support.ts';
import { EARLIER, cloudtrailOf, ids, lookUp, lookupWorld } from './trail-support.ts';

const DAY_MS = 86_400_000;

function deletedAt(at: number): TrailRecord {
  return deleteAssociation(recordedAssociation({}, { at }), { at });
}

test('an event tells what its record says, and has the record as JSON text', async (t) => {
  const { client, cloudtrail, trail } = await lookupWorld(t);
  await create(client, 'reader');
  const [record] = trail.records;
  assert.ok(record);
  const { Events, NextToken } = await lookUp(cloudtrail);
  assert.equal(NextToken, undefined);
  assert.deepEqual(Events, [
    {
      EventId: record.eventID,
      EventName: 'CreatePodIdentityAssociation',
      ReadOnly: 'false',
      AccessKeyId: 'AKIATEST',
      EventTime: new Date('2026-11-23T10:00:00Z'),
      EventSource: 'eks.amazonaws.com',
      Username: 'simulated-session',
      Resources: [],
      CloudTrailEvent: JSON.stringify(record),
    },
  ]);
});

test('one attribute chooses; each key looks at its own member', async (t) => {
  const { cloudtrail, trail } = await lookupWorld(t);
  const association = recordedAssociation();
  const made = createAssociation(association, { at: EARLIER });
  const ended = deleteAssociation(association, {
    at: EARLIER,
    principal: 'arn:aws:iam::111122223333:user/bob',
    accessKeyId: 'AKIABOB',
  });
  const read = listAssociations({ at: EARLIER });
  const given = assumeRole({ at: EARLIER });
  for (const record of [made, ended, read, given]) trail.add(record);
  const rows: readonly (readonly [LookupAttribute['AttributeKey'], string, readonly TrailRecord[]])[] = [
    ['EventName', 'DeletePodIdentityAssociation', [ended]],
    ['EventName', 'deletepodidentityassociation', []],
    ['EventSource', 'eks.amazonaws.com', [read, ended, made]],
    ['EventId', made.eventID, [made]],
    ['ReadOnly', 'true', [given, read]],
    ['ReadOnly', 'false', [ended, made]],
    ['Username', 'bob', [ended]],
    ['Username', 'alice', [read, made]],
    ['AccessKeyId', 'AKIABOB', [ended]],
    ['ResourceType', 'AWS::IAM::Role', [given]],
    ['ResourceName', 'arn:aws:iam::111122223333:role/reader', [given]],
  ];
  for (const [AttributeKey, AttributeValue, expected] of rows) {
    const answer = await lookUp(cloudtrail, { LookupAttributes: [{ AttributeKey, AttributeValue }] });
    const wanted = expected.map((record) => record.eventID);
    assert.deepEqual(ids(answer), wanted, `${AttributeKey} ${AttributeValue}`);
  }
});

test('the newest event comes first, of one second the one that was written last', async (t) => {
  const { cloudtrail, trail } = await lookupWorld(t);
  const records = [
    deletedAt(EARLIER),
    deletedAt(EARLIER - 5000),
    deletedAt(EARLIER),
    deletedAt(EARLIER + 1000),
  ];
  for (const record of records) trail.add(record);
  const order = [3, 2, 0, 1].map((index) => records[index]?.eventID);
  assert.deepEqual(ids(await lookUp(cloudtrail)), order);
});

test('both ends belong to the range of times', async (t) => {
  const { cloudtrail, trail } = await lookupWorld(t);
  const records = [0, 1, 2, 3].map((second) => deletedAt(EARLIER + second * 1000));
  for (const record of records) trail.add(record);
  const StartTime = new Date(EARLIER + 1000);
  const EndTime = new Date(EARLIER + 2000);
  assert.deepEqual(ids(await lookUp(cloudtrail, { StartTime, EndTime })), [
    records[2]?.eventID,
    records[1]?.eventID,
  ]);
  assert.equal(ids(await lookUp(cloudtrail, { StartTime })).length, 3);
  assert.equal(ids(await lookUp(cloudtrail, { EndTime })).length, 3);
  assert.equal(ids(await lookUp(cloudtrail, { StartTime, EndTime: StartTime })).length, 1);
});

test('events are kept for 90 days', async (t) => {
  const { cloudtrail, trail, clock } = await lookupWorld(t);
  const record = deletedAt(EARLIER);
  trail.add(record);
  clock.advance(90 * DAY_MS - 3_600_250);
  assert.deepEqual(ids(await lookUp(cloudtrail, { StartTime: new Date(EARLIER - DAY_MS) })), [
    record.eventID,
  ]);
  clock.advance(1000);
  assert.deepEqual(ids(await lookUp(cloudtrail)), []);
  assert.deepEqual(ids(await lookUp(cloudtrail, { StartTime: new Date(EARLIER - DAY_MS) })), []);
});

test('pages: 50 events unless fewer are asked for, and a token with the same parameters only', async (t) => {
  const { cloudtrail, trail } = await lookupWorld(t);
  const records = Array.from({ length: 120 }, (_, index) =>
    deletedAt(EARLIER + Math.floor(index / 7) * 1000),
  );
  for (const record of records) trail.add(record);
  const pages: number[] = [];
  const seen: (string | undefined)[] = [];
  for await (const page of paginateLookupEvents({ client: cloudtrail }, {})) {
    pages.push(page.Events?.length ?? 0);
    seen.push(...ids(page));
  }
  assert.deepEqual(pages, [50, 50, 20]);
  assert.deepEqual(seen, records.map((record) => record.eventID).toReversed());

  const first = await lookUp(cloudtrail, { MaxResults: 10 });
  assert.equal(ids(first).length, 10);
  const { NextToken } = first;
  assert.ok(NextToken);
  trail.add(deletedAt(START - 250));
  const second = await lookUp(cloudtrail, { MaxResults: 10, NextToken });
  assert.deepEqual(ids(second), seen.slice(10, 20));
  const refused = refusal('InvalidNextTokenException', 400);
  await assert.rejects(lookUp(cloudtrail, { MaxResults: 11, NextToken }), refused);
  await assert.rejects(lookUp(cloudtrail, { NextToken: 'nonsense' }), refused);
});

test('a page that ends at the last event has no token', async (t) => {
  const { cloudtrail, trail } = await lookupWorld(t);
  for (let count = 0; count < 50; count += 1) trail.add(deletedAt(EARLIER));
  const answer = await lookUp(cloudtrail);
  assert.equal(ids(answer).length, 50);
  assert.equal(answer.NextToken, undefined);
});

test('queries that CloudTrail refuses', async (t) => {
  const { cloudtrail } = await lookupWorld(t);
  const attribute: LookupAttribute = { AttributeKey: 'EventName', AttributeValue: 'DeleteAddon' };
  const rows: readonly (readonly [LookupEventsCommandInput, string])[] = [
    [{ LookupAttributes: [attribute, attribute] }, 'InvalidLookupAttributesException'],
    [{ LookupAttributes: [{ ...attribute, AttributeValue: '' }] }, 'InvalidLookupAttributesException'],
    [{ StartTime: new Date(START), EndTime: new Date(START - 1000) }, 'InvalidTimeRangeException'],
    [{ EndTime: new Date(START - 91 * DAY_MS) }, 'InvalidTimeRangeException'],
    [{ MaxResults: 0 }, 'InvalidMaxResultsException'],
    [{ MaxResults: 51 }, 'InvalidMaxResultsException'],
  ];
  for (const [input, name] of rows) {
    await assert.rejects(lookUp(cloudtrail, input), refusal(name, 400), JSON.stringify(input));
  }
  // @ts-expect-error a key that is none
  const unknownKey: LookupAttribute = { AttributeKey: 'Cluster', AttributeValue: 'x' };
  // @ts-expect-error a category that is none
  const unknownCategory: LookupEventsCommandInput = { EventCategory: 'data' };
  const badKey = refusal('InvalidLookupAttributesException', 400);
  await assert.rejects(lookUp(cloudtrail, { LookupAttributes: [unknownKey] }), badKey);
  await assert.rejects(lookUp(cloudtrail, unknownCategory), refusal('InvalidEventCategoryException', 400));
  assert.deepEqual(ids(await lookUp(cloudtrail, { EventCategory: 'insight' })), []);
});

test('a record is seen only after the lag that it was written with', async (t) => {
  const { client, cloudtrail, trail, clock } = await lookupWorld(t);
  trail.lag = 300_000;
  await create(client, 'late');
  trail.lag = 0;
  await create(client, 'prompt');
  assert.equal(ids(await lookUp(cloudtrail)).length, 1);
  clock.advance(299_999);
  assert.equal(ids(await lookUp(cloudtrail)).length, 1);
  clock.advance(1);
  const { Events = [] } = await lookUp(cloudtrail);
  assert.equal(Events.length, 2);
  assert.equal(Events[1]?.EventTime?.getTime(), Math.floor(START / 1000) * 1000);
});

test('two calls a second are answered, the third is throttled', async (t) => {
  const { cloudtrail, lookup, clock } = await lookupWorld(t, 2);
  const throttled = refusal('ThrottlingException', 400, /Rate exceeded/);
  await lookUp(cloudtrail);
  clock.advance(600);
  await lookUp(cloudtrail);
  await assert.rejects(lookUp(cloudtrail), throttled);
  clock.advance(400);
  await lookUp(cloudtrail);
  await assert.rejects(lookUp(cloudtrail), throttled);
  lookup.limit.perSecond = 3;
  await lookUp(cloudtrail);
  assert.deepEqual(
    lookup.requests.map((request) => request.status),
    [200, 200, 400, 200, 400, 200],
  );
});

test('the history is that of one account and Region', async (t) => {
  const { cloudtrail, lookup, trail } = await lookupWorld(t);
  const at = EARLIER;
  trail.add(addonCall('DeleteAddon', 'coredns', { at, account: '444455556666' }));
  trail.add(addonCall('DeleteAddon', 'coredns', { at, region: 'eu-west-1' }));
  trail.add(updateAssumeRolePolicy({ at }));
  trail.add(addonCall('UpdateAddon', 'coredns', { at, clusterName: 'another' }));
  trail.add(addonCall('CreateAddon', 'coredns', { at, clusterName: CLUSTER }));
  const { Events = [] } = await lookUp(cloudtrail);
  assert.deepEqual(
    Events.map((event) => event.EventName),
    ['CreateAddon', 'UpdateAddon'],
  );
  const elsewhere = cloudtrailOf(lookup.url, 'eu-west-1');
  await assert.rejects(lookUp(elsewhere), refusal('InvalidSignatureException', 403));
  elsewhere.destroy();
});
