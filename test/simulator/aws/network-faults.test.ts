/** Tests of what a bad network does to the answers of AWS, as the real SDKs meet it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CloudTrail } from '../../../simulator/aws/cloudtrail.ts';
import * as kinds from '../../../simulator/aws/fault-kinds.ts';
import { startLookup } from '../../../simulator/aws/lookup.ts';
import type { ManualClock } from '../../../simulator/clock.ts';
import { DescribeClusterCommand, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { CLUSTER, create, list, refusal, world } from './support.ts';

const LIST = { operation: 'ListPodIdentityAssociations' } as const;
const CREATE = { operation: 'CreatePodIdentityAssociation' } as const;

/** Lets the clock step whenever somebody waits for it. */
async function stepping<T>(clock: ManualClock, answer: Promise<T>): Promise<T> {
  const pending = Symbol('pending');
  for (;;) {
    const tick = new Promise<typeof pending>((resolve) => setImmediate(resolve, pending));
    const first = await Promise.race([answer, tick]);
    if (first !== pending) return first;
    if (clock.waiting > 0) clock.advance(1000);
  }
}

test('a slow body is whole in the end', async (t) => {
  const { client, clock, eks } = await world(t);
  await create(client, 'reader');
  const began = clock.now();
  eks.faults.add(LIST, kinds.slow(50, 1000), 1);
  assert.equal((await stepping(clock, list(client))).associations?.length, 1);
  assert.ok(clock.now() > began);
  assert.equal(clock.waiting, 0);
});

test('a body that stops half-way is waited for until the caller gives up', async (t) => {
  const { client, eks } = await world(t);
  eks.faults.add(LIST, kinds.stall(), 1);
  const abort = new AbortController();
  const command = new ListPodIdentityAssociationsCommand({ clusterName: CLUSTER });
  const sent = client.send(command, { abortSignal: abort.signal });
  const outcome = Promise.race([
    sent.then(() => 'answered'),
    new Promise((resolve) => setTimeout(resolve, 50, 'waiting')),
  ]);
  assert.equal(await outcome, 'waiting');
  abort.abort();
  await assert.rejects(sent);
  assert.equal(eks.requests[0]?.status, 200);
});

test('a reset before the call leaves it undone, one after it does not', async (t) => {
  const { client, eks } = await world(t);
  eks.faults.add(CREATE, kinds.reset(), 1);
  await assert.rejects(create(client, 'reader'), /ECONNRESET|socket hang up/);
  assert.equal(eks.associations.list().length, 0);
  eks.faults.add(CREATE, kinds.reset('after'), 1);
  await assert.rejects(create(client, 'reader'), /ECONNRESET|socket hang up/);
  assert.equal(eks.associations.list().length, 1);
});

test('CloudTrail knows the same faults', async (t) => {
  const { clock, eks } = await world(t);
  const lookup = await startLookup({ clock, trail: new CloudTrail(clock), place: eks });
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  const client = new CloudTrailClient({
    endpoint: lookup.url,
    region: eks.region,
    credentials,
    maxAttempts: 1,
  });
  t.after(async () => {
    client.destroy();
    await lookup.close();
  });
  lookup.faults.add({}, kinds.reset(), 1);
  await assert.rejects(client.send(new LookupEventsCommand({})), /ECONNRESET|socket hang up/);
  lookup.faults.add({}, kinds.slow(5, 1000), 1);
  assert.deepEqual((await stepping(clock, client.send(new LookupEventsCommand({})))).Events, []);
});

test('DescribeCluster is denied as the other calls are', async (t) => {
  const { client, eks } = await world(t);
  eks.access.deny('DescribeCluster', eks.cluster.arn);
  await assert.rejects(
    client.send(new DescribeClusterCommand({ name: CLUSTER })),
    refusal(
      'AccessDeniedException',
      403,
      /eks:DescribeCluster on resource: arn:aws:eks:us-west-2:111122223333:cluster\/demo/,
    ),
  );
  eks.addCluster({ name: 'other' });
  assert.equal((await client.send(new DescribeClusterCommand({ name: 'other' }))).cluster?.name, 'other');
});
