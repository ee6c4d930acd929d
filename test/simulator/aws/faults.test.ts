/** Faults on script, as the real SDK meets them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paginateListPodIdentityAssociations } from '@aws-sdk/client-eks';
import * as kinds from '../../../simulator/aws/fault-kinds.ts';
import type { Fault } from '../../../simulator/aws/faults.ts';
import { CLUSTER, create, describe, list, refusal, world } from './support.ts';

const LIST = { operation: 'ListPodIdentityAssociations' } as const;

test('throttling has three forms, and ends after the times that were asked for', async (t) => {
  const { client, eks } = await world(t);
  const forms: readonly [Fault, string, number][] = [
    [kinds.throttle(), 'ThrottlingException', 429],
    [kinds.throttle('400'), 'ThrottlingException', 400],
    [kinds.throttle('too-many'), 'TooManyRequestsException', 429],
    [kinds.serverError(), 'ServerException', 500],
    [kinds.unavailable(), 'ServiceUnavailableException', 503],
  ];
  for (const [fault, name, status] of forms) {
    eks.faults.add(LIST, fault, 2);
    await assert.rejects(list(client), refusal(name, status));
    await assert.rejects(list(client), refusal(name, status));
    await list(client);
  }
});

test('a fault befalls only the calls that match, until it is cleared', async (t) => {
  const { client, eks } = await world(t);
  const one = await create(client, 'one');
  const two = await create(client, 'two');
  eks.faults.add({ associationId: one.associationId }, kinds.serverError());
  const clear = eks.faults.add({ ...LIST, namespace: 'team-b' }, kinds.serverError());
  await assert.rejects(describe(client, one.associationId), refusal('ServerException', 500));
  await describe(client, two.associationId);
  await list(client);
  await assert.rejects(list(client, { namespace: 'team-b' }), refusal('ServerException', 500));
  clear();
  await list(client, { namespace: 'team-b' });
  eks.faults.clear();
  await describe(client, one.associationId);
});

test('a List can fail half-way, at a page that is named', async (t) => {
  const { client, eks } = await world(t);
  for (const name of ['one', 'two', 'three']) await create(client, name);
  eks.faults.add({ ...LIST, page: 2 }, kinds.serverError());
  const pages = paginateListPodIdentityAssociations({ client, pageSize: 1 }, { clusterName: CLUSTER });
  assert.equal((await pages.next()).value?.associations?.length, 1);
  await assert.rejects(pages.next(), refusal('ServerException', 500));
});

test('a delay passes on the clock of the simulator', async (t) => {
  const { client, eks, clock } = await world(t);
  eks.faults.add(LIST, kinds.delay(60_000));
  const sent = list(client);
  await arrival(eks.requests, 1);
  eks.associations.create({
    namespace: 'team-a',
    serviceAccount: 'late',
    roleArn: 'arn:aws:iam::111122223333:role/reader',
  });
  clock.advance(60_000);
  assert.equal((await sent).associations?.length, 1);
});

test('a late answer is a look at the time before the delay', async (t) => {
  const { client, eks, clock } = await world(t);
  await create(client, 'reader');
  eks.faults.add(LIST, kinds.delay(60_000, 'after'));
  const sent = list(client);
  await arrival(eks.requests, 2);
  eks.associations.delete(eks.associations.find('team-a', 'reader')?.associationId ?? '');
  assert.equal(eks.requests[1]?.status, undefined);
  clock.advance(60_000);
  assert.equal((await sent).associations?.length, 1);
});

test('a hanging call is never answered; closing ends it, and leaves no wait behind', async (t) => {
  const { client, eks, clock } = await world(t);
  eks.faults.add(LIST, kinds.hang(), 1);
  const hanging = list(client);
  await arrival(eks.requests, 1);
  eks.faults.add(LIST, kinds.delay(1000), 1);
  const waiting = list(client);
  await arrival(eks.requests, 2);
  const ended = Promise.allSettled([hanging, waiting]);
  assert.equal(clock.waiting, 1);
  await eks.close();
  const [one, other] = await ended;
  assert.equal(one?.status, 'rejected');
  assert.equal(other?.status, 'rejected');
  assert.equal(eks.requests[0]?.status, undefined);
  assert.equal(clock.waiting, 0);
});

test('a connection can be cut before the call, after it, or in the middle of the body', async (t) => {
  const { client, eks } = await world(t);
  const CREATE = { operation: 'CreatePodIdentityAssociation' } as const;
  const made = () => eks.associations.list().length;
  eks.faults.add(CREATE, kinds.cut('before'), 1);
  await assert.rejects(create(client, 'reader'));
  assert.equal(made(), 0);
  eks.faults.add(CREATE, kinds.cut('after'), 1);
  await assert.rejects(create(client, 'reader'));
  assert.equal(made(), 1);
  eks.faults.add(LIST, kinds.cut('in-body'), 1);
  await assert.rejects(list(client));
  assert.equal((await list(client)).associations?.length, 1);
});

test('a List can be empty, or garbage, though there are associations', async (t) => {
  const { client, eks } = await world(t);
  await create(client, 'reader');
  eks.faults.add(LIST, kinds.emptyList(), 1);
  assert.deepEqual((await list(client)).associations, []);
  eks.faults.add(LIST, kinds.garbage(), 1);
  await assert.rejects(list(client), SyntaxError);
});

test('entries can be doubled, grow members that nobody knows, and lack members', async (t) => {
  const { client, eks } = await world(t);
  const { associationId } = await create(client, 'reader');
  eks.faults.add(LIST, kinds.duplicateEntries(), 1);
  const doubled = (await list(client)).associations?.map((entry) => entry.associationId);
  assert.deepEqual(doubled, [associationId, associationId]);
  eks.faults.add(LIST, kinds.unknownMembers(), 1);
  assert.equal((await list(client)).associations?.length, 1);
  eks.faults.add(LIST, kinds.missingMembers('serviceAccount', 'associationArn'), 1);
  assert.deepEqual((await list(client)).associations, [
    { clusterName: CLUSTER, namespace: 'team-a', associationId },
  ]);
  eks.faults.add({ associationId }, kinds.missingMembers('roleArn'), 1);
  const { association } = await describe(client, associationId);
  assert.equal(association?.associationId, associationId);
  assert.equal(association?.roleArn, undefined);
});

test('a List can repeat its token for ever', async (t) => {
  const { client, eks } = await world(t);
  await create(client, 'reader');
  eks.faults.add(LIST, kinds.repeatingToken());
  const first = await list(client);
  const second = await list(client, { nextToken: first.nextToken });
  assert.notEqual(first.nextToken, undefined);
  assert.equal(second.nextToken, first.nextToken);
  assert.deepEqual(second.associations, first.associations);
});

test('several faults may befall one call', async (t) => {
  const { client, eks, clock } = await world(t);
  eks.faults.add(LIST, kinds.delay(1000), 1);
  eks.faults.add(LIST, kinds.throttle(), 1);
  const refused = assert.rejects(list(client), refusal('ThrottlingException', 429));
  await arrival(eks.requests, 1);
  clock.advance(1000);
  await refused;
});

/** Ends once the simulator has that many requests; the request is still waiting then. */
async function arrival(requests: readonly unknown[], count: number): Promise<void> {
  while (requests.length < count) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
