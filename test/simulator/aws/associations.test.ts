/** The five association operations and DescribeCluster, spoken to by the real SDK. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribeClusterCommand,
  ListClustersCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import { CLUSTER, OTHER_ROLE, ROLE, START, create, describe, list, refusal, world } from './support.ts';

const INPUT = { clusterName: CLUSTER, namespace: 'team-a', serviceAccount: 'reader', roleArn: ROLE };

test('Create answers with the whole association, and without the members that are not set', async (t) => {
  const { client } = await world(t);
  const { association } = await client.send(new CreatePodIdentityAssociationCommand(INPUT));
  const associationId = association?.associationId ?? '';
  assert.match(associationId, /^a-[a-z0-9]{17}$/);
  assert.deepEqual(association, {
    ...INPUT,
    associationId,
    associationArn: `arn:aws:eks:us-west-2:111122223333:podidentityassociation/demo/${associationId}`,
    tags: {},
    createdAt: new Date(START),
    modifiedAt: new Date(START),
    disableSessionTags: false,
  });
});

test('Describe tells what Create made, with milliseconds', async (t) => {
  const { client } = await world(t);
  const made = await create(client, 'reader');
  const { association } = await describe(client, made.associationId);
  assert.deepEqual(association, made);
  assert.equal(association?.createdAt?.getTime(), START);
});

test('a target role brings an external id that EKS makes', async (t) => {
  const { client } = await world(t);
  const { association } = await client.send(
    new CreatePodIdentityAssociationCommand({ ...INPUT, targetRoleArn: OTHER_ROLE }),
  );
  assert.equal(association?.targetRoleArn, OTHER_ROLE);
  assert.equal(association?.externalId, 'us-west-2/111122223333/demo/team-a/reader');
});

test('a session policy needs disableSessionTags', async (t) => {
  const { client } = await world(t);
  const policy = '{"Version":"2012-10-17","Statement":[]}';
  const without = new CreatePodIdentityAssociationCommand({ ...INPUT, policy });
  await assert.rejects(client.send(without), refusal('InvalidParameterException', 400, /disableSessionTags/));
  const withTagsOff = new CreatePodIdentityAssociationCommand({ ...INPUT, policy, disableSessionTags: true });
  const { association } = await client.send(withTagsOff);
  assert.equal(association?.policy, policy);
  const tagsOn = {
    clusterName: CLUSTER,
    associationId: association?.associationId,
    disableSessionTags: false,
  };
  await assert.rejects(
    client.send(new UpdatePodIdentityAssociationCommand(tagsOn)),
    refusal('InvalidParameterException', 400, /disableSessionTags/),
  );
});

test('an identity has one association at most', async (t) => {
  const { client } = await world(t);
  const first = await create(client, 'reader');
  await assert.rejects(
    create(client, 'reader'),
    refusal('ResourceInUseException', 409, new RegExp(first.associationId)),
  );
  await create(client, 'reader', 'team-b');
});

test('the same clientRequestToken makes one association; with other parameters it is refused', async (t) => {
  const { client } = await world(t);
  const clientRequestToken = 'once';
  const wish = { ...INPUT, clientRequestToken };
  const first = await client.send(new CreatePodIdentityAssociationCommand(wish));
  const second = await client.send(new CreatePodIdentityAssociationCommand(wish));
  assert.deepEqual(second.association, first.association);
  const other = new CreatePodIdentityAssociationCommand({ ...wish, roleArn: OTHER_ROLE });
  await assert.rejects(client.send(other), refusal('InvalidParameterException', 400, /clientRequestToken/));
});

test('a repeated Update with the same token changes nothing more', async (t) => {
  const { client, clock } = await world(t);
  const { associationId } = await create(client, 'reader');
  const wish = { clusterName: CLUSTER, associationId, roleArn: OTHER_ROLE, clientRequestToken: 'once' };
  clock.advance(1000);
  const first = await client.send(new UpdatePodIdentityAssociationCommand(wish));
  clock.advance(1000);
  const second = await client.send(new UpdatePodIdentityAssociationCommand(wish));
  assert.equal(first.association?.modifiedAt?.getTime(), START + 1000);
  assert.deepEqual(second.association, first.association);
});

test('Create refuses what is missing or wrong', async (t) => {
  const { client } = await world(t);
  const tags = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`key-${n}`, 'value']));
  const wrong = [
    { ...INPUT, namespace: '' },
    { ...INPUT, serviceAccount: '' },
    { ...INPUT, roleArn: '' },
    { ...INPUT, roleArn: 'reader' },
    { ...INPUT, targetRoleArn: 'arn:aws:iam::1:role/x' },
    { ...INPUT, policy: '{', disableSessionTags: true },
    { ...INPUT, policy: '[]', disableSessionTags: true },
    { ...INPUT, tags },
    { ...INPUT, tags: { 'aws:owner': 'me' } },
  ];
  for (const input of wrong) {
    const sent = client.send(new CreatePodIdentityAssociationCommand(input));
    await assert.rejects(sent, refusal('InvalidParameterException', 400), JSON.stringify(input));
  }
  assert.deepEqual((await list(client)).associations, []);
});

test('the quota of a cluster is kept, and a delete makes room again', async (t) => {
  const { client } = await world(t, { cluster: { quota: 2 } });
  const first = await create(client, 'one');
  await create(client, 'two');
  await assert.rejects(create(client, 'three'), refusal('ResourceLimitExceededException', 400));
  await client.send(
    new DeletePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId: first.associationId }),
  );
  await create(client, 'three');
});

test('Update changes only what it names and moves modifiedAt, not createdAt', async (t) => {
  const { client, clock } = await world(t);
  const made = await create(client, 'reader');
  clock.advance(1500);
  const named = { clusterName: CLUSTER, associationId: made.associationId };
  const { association } = await client.send(
    new UpdatePodIdentityAssociationCommand({ ...named, targetRoleArn: OTHER_ROLE }),
  );
  assert.deepEqual(association, {
    ...made,
    targetRoleArn: OTHER_ROLE,
    externalId: 'us-west-2/111122223333/demo/team-a/reader',
    modifiedAt: new Date(START + 1500),
  });
  const back = await client.send(new UpdatePodIdentityAssociationCommand({ ...named, targetRoleArn: '' }));
  assert.equal(back.association?.targetRoleArn, undefined);
  assert.equal(back.association?.externalId, undefined);
});

test('Delete answers with what was deleted; then it is gone', async (t) => {
  const { client, eks } = await world(t);
  const made = await create(client, 'reader');
  const named = { clusterName: CLUSTER, associationId: made.associationId };
  const { association } = await client.send(new DeletePodIdentityAssociationCommand(named));
  assert.deepEqual(association, made);
  await assert.rejects(
    client.send(new DeletePodIdentityAssociationCommand(named)),
    refusal('ResourceNotFoundException', 404, new RegExp(made.associationId)),
  );
  await assert.rejects(describe(client, made.associationId), refusal('ResourceNotFoundException', 404));
  assert.deepEqual(eks.associations.list(), []);
});

test('a missing cluster and a missing association have one code and two texts', async (t) => {
  const { client } = await world(t);
  await assert.rejects(
    list(client, { clusterName: 'nowhere' }),
    refusal('ResourceNotFoundException', 404, /^No cluster found for name: nowhere\.$/),
  );
  await assert.rejects(
    describe(client, 'a-00000000000000000'),
    refusal('ResourceNotFoundException', 404, /a-00000000000000000/),
  );
});

test('an id of another length is refused with the known text', async (t) => {
  const { client } = await world(t);
  const text = /The parameter associationId should be 19 characters long/;
  await assert.rejects(describe(client, 'a-1'), refusal('InvalidParameterException', 400, text));
});

test('DescribeCluster tells the issuer, the arn and the state', async (t) => {
  const { client, eks } = await world(t, { cluster: { issuer: 'https://issuer.example/id/1' } });
  const { cluster } = await client.send(new DescribeClusterCommand({ name: CLUSTER }));
  assert.equal(cluster?.name, CLUSTER);
  assert.equal(cluster?.arn, 'arn:aws:eks:us-west-2:111122223333:cluster/demo');
  assert.equal(cluster?.status, 'ACTIVE');
  assert.equal(cluster?.identity?.oidc?.issuer, 'https://issuer.example/id/1');
  assert.equal(cluster?.endpoint, eks.cluster.endpoint);
  await assert.rejects(
    client.send(new DescribeClusterCommand({ name: 'nowhere' })),
    refusal('ResourceNotFoundException', 404, /No cluster found/),
  );
});

test('an account can have several clusters, each with its own associations', async (t) => {
  const { client, eks } = await world(t);
  const green = eks.addCluster({ name: 'green' });
  await create(client, 'reader');
  assert.deepEqual((await client.send(new ListClustersCommand({}))).clusters, [CLUSTER, 'green']);
  assert.deepEqual((await list(client, { clusterName: 'green' })).associations, []);
  assert.notEqual(green.issuer, eks.cluster.issuer);
});
