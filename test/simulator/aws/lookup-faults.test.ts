/** Faults of LookupEvents on script, as the real SDK meets them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as kinds from '../../../simulator/aws/fault-kinds.ts';
import { denied, garbageEvents } from '../../../simulator/aws/json-faults.ts';
import { deleteCluster } from '../../../simulator/aws/records.ts';
import { refusal } from './support.ts';
import { EARLIER, ids, lookUp, lookupWorld, until } from './trail-support.ts';

const LOOKUP = { operation: 'LookupEvents' } as const;

test('throttling, denial and server errors, for as many times as were asked for', async (t) => {
  const { cloudtrail, lookup } = await lookupWorld(t);
  lookup.faults.add(LOOKUP, kinds.throttle('400'), 1);
  await assert.rejects(lookUp(cloudtrail), refusal('ThrottlingException', 400));
  lookup.faults.add(LOOKUP, kinds.serverError(), 1);
  await assert.rejects(lookUp(cloudtrail), refusal('ServerException', 500));
  const allow = lookup.faults.add(LOOKUP, denied('cloudtrail:LookupEvents'));
  const refused = refusal('AccessDeniedException', 400, /not authorized to perform: cloudtrail:LookupEvents/);
  await assert.rejects(lookUp(cloudtrail), refused);
  await assert.rejects(lookUp(cloudtrail), refused);
  allow();
  assert.deepEqual(ids(await lookUp(cloudtrail)), []);
});

test('a fault can befall the requests that its test chooses', async (t) => {
  const { cloudtrail, lookup } = await lookupWorld(t);
  lookup.faults.add({ ...LOOKUP, when: (input) => input['MaxResults'] === 7 }, kinds.serverError());
  await lookUp(cloudtrail, { MaxResults: 8 });
  await assert.rejects(lookUp(cloudtrail, { MaxResults: 7 }), refusal('ServerException', 500));
});

test('a hanging call ends with its caller, a delayed one on the clock, and close leaves nothing', async (t) => {
  const { cloudtrail, lookup, clock } = await lookupWorld(t);
  lookup.faults.add(LOOKUP, kinds.hang(), 1);
  const abort = new AbortController();
  const hanging = assert.rejects(lookUp(cloudtrail, {}, abort.signal), { name: 'AbortError' });
  await until(() => lookup.requests.length === 1);
  abort.abort();
  await hanging;
  assert.equal(lookup.requests[0]?.status, undefined);
  lookup.faults.add(LOOKUP, kinds.delay(5000), 2);
  const delayed = lookUp(cloudtrail);
  await until(() => clock.waiting === 1);
  clock.advance(5000);
  assert.deepEqual(ids(await delayed), []);
  const cutOff = assert.rejects(lookUp(cloudtrail));
  await until(() => clock.waiting === 1);
  await lookup.close();
  await cutOff;
  assert.equal(clock.waiting, 0);
});

test('connections are cut before the answer or in its middle', async (t) => {
  const { cloudtrail, lookup } = await lookupWorld(t);
  for (const when of ['before', 'after', 'in-body'] as const) {
    lookup.faults.add(LOOKUP, kinds.cut(when), 1);
    await assert.rejects(lookUp(cloudtrail), when);
  }
  await lookUp(cloudtrail);
});

test('events can carry garbage instead of their records, and an answer can be garbage as a whole', async (t) => {
  const { cloudtrail, lookup, trail } = await lookupWorld(t);
  trail.add(deleteCluster({ at: EARLIER }));
  lookup.faults.add(LOOKUP, garbageEvents('{"half":'), 1);
  const { Events = [] } = await lookUp(cloudtrail);
  assert.deepEqual(
    Events.map((event) => [event.EventName, event.CloudTrailEvent]),
    [['DeleteCluster', '{"half":']],
  );
  lookup.faults.add(LOOKUP, kinds.garbage(), 1);
  await assert.rejects(lookUp(cloudtrail), SyntaxError);
});

test('requests are recorded, also those that nobody may make', async (t) => {
  const { cloudtrail, lookup } = await lookupWorld(t);
  await lookUp(cloudtrail, { MaxResults: 5 });
  const answer = await fetch(lookup.url, { method: 'POST', body: '{}' });
  assert.equal(answer.status, 403);
  await answer.arrayBuffer();
  const [first, second] = lookup.requests;
  assert.equal(first?.operation, 'LookupEvents');
  assert.deepEqual(first?.input, { MaxResults: 5 });
  assert.match(first?.userAgent ?? '', /^aws-sdk-js\//);
  assert.deepEqual([second?.operation, second?.status], ['', 403]);
});
