/** ListPodIdentityAssociations: what it leaves out, its filters, its pages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paginateListPodIdentityAssociations } from '@aws-sdk/client-eks';
import { CLUSTER, ROLE, create, list, refusal, world } from './support.ts';

test('List tells ids and identities, and nothing of the grant', async (t) => {
  const { client } = await world(t);
  const { associationId, associationArn } = await create(client, 'reader');
  const page = await list(client);
  assert.deepEqual(page.associations, [
    { clusterName: CLUSTER, namespace: 'team-a', serviceAccount: 'reader', associationArn, associationId },
  ]);
  assert.equal(page.nextToken, undefined);
});

test('List tells the owner of an association that an add-on made', async (t) => {
  const { client, eks } = await world(t);
  const ownerArn = 'arn:aws:eks:us-west-2:111122223333:addon/demo/vpc-cni/1';
  eks.associations.create({ namespace: 'kube-system', serviceAccount: 'aws-node', roleArn: ROLE, ownerArn });
  assert.equal((await list(client)).associations?.[0]?.ownerArn, ownerArn);
});

test('the filters are exact and can be used alone', async (t) => {
  const { client } = await world(t);
  await create(client, 'reader', 'team-a');
  await create(client, 'reader', 'team-b');
  await create(client, 'reader2', 'team-b');
  const count = async (filter: object) => (await list(client, { ...filter })).associations?.length;
  assert.equal(await count({ namespace: 'team-b' }), 2);
  assert.equal(await count({ serviceAccount: 'reader' }), 2);
  assert.equal(await count({ namespace: 'team-b', serviceAccount: 'reader' }), 1);
  assert.equal(await count({ namespace: 'team' }), 0);
  assert.equal(await count({ serviceAccount: 'READER' }), 0);
});

test('100 entries make a page; the pages hold every entry once, in a steady order that is not by name', async (t) => {
  const { client, eks } = await world(t);
  const names = Array.from({ length: 250 }, (_, n) => `sa-${String(n).padStart(3, '0')}`);
  for (const serviceAccount of names) {
    eks.associations.create({ namespace: 'team-a', serviceAccount, roleArn: ROLE });
  }
  const sizes: number[] = [];
  const seen: string[] = [];
  for await (const page of paginateListPodIdentityAssociations({ client }, { clusterName: CLUSTER })) {
    sizes.push(page.associations?.length ?? 0);
    seen.push(...(page.associations ?? []).map((entry) => entry.serviceAccount ?? ''));
  }
  assert.deepEqual(sizes, [100, 100, 50]);
  assert.deepEqual([...seen].sort(), names);
  assert.notDeepEqual(seen, names);
  assert.deepEqual(
    (await list(client)).associations?.map((entry) => entry.serviceAccount),
    seen.slice(0, 100),
  );
});

test('a last page that is exactly full has no token', async (t) => {
  const { client } = await world(t);
  await create(client, 'one');
  await create(client, 'two');
  const first = await list(client, { maxResults: 1 });
  assert.equal(first.associations?.length, 1);
  const second = await list(client, { maxResults: 1, nextToken: first.nextToken });
  assert.equal(second.associations?.length, 1);
  assert.equal(second.nextToken, undefined);
});

test('entries that go between two pages do not shift the rest', async (t) => {
  const { client, eks } = await world(t);
  for (const name of ['one', 'two', 'three', 'four']) await create(client, name);
  const first = await list(client, { maxResults: 2 });
  const ids = eks.associations.list().map((association) => association.associationId);
  eks.associations.delete(ids[0] ?? '');
  const second = await list(client, { maxResults: 2, nextToken: first.nextToken });
  assert.deepEqual(
    second.associations?.map((entry) => entry.associationId),
    ids.slice(2),
  );
});

test('maxResults outside 1..100 is refused', async (t) => {
  const { client } = await world(t);
  for (const maxResults of [0, 101, -1]) {
    await assert.rejects(
      list(client, { maxResults }),
      refusal('InvalidParameterException', 400, /maxResults/),
    );
  }
});

test('a token that is made up, or belongs to another filter, is refused', async (t) => {
  const { client } = await world(t);
  for (const name of ['one', 'two']) await create(client, name);
  const { nextToken } = await list(client, { maxResults: 1 });
  const bad = refusal('InvalidParameterException', 400, /nextToken/);
  await assert.rejects(list(client, { nextToken: 'made-up' }), bad);
  await assert.rejects(list(client, { nextToken: `${nextToken}x`.slice(3) }), bad);
  await assert.rejects(list(client, { nextToken, namespace: 'team-a' }), bad);
});
