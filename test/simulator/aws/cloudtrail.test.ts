/** The records that CloudTrail makes of the calls that the real SDK sends to the simulated EKS. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DeletePodIdentityAssociationCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import * as kinds from '../../../simulator/aws/fault-kinds.ts';
import type { TrailRecord } from '../../../simulator/aws/records.ts';
import { deleteAssociation, recordedAssociation } from '../../../simulator/aws/records.ts';
import { CLUSTER, OTHER_ROLE, ROLE, START, create, describe, list } from './support.ts';
import { trailWorld } from './trail-support.ts';

test('a delete has the whole association that ended in its answer, with times as numbers', async (t) => {
  const { client, trail, clock } = await trailWorld(t);
  const { associationId, associationArn } = await create(client, 'reader');
  clock.advance(60_500);
  await client.send(new DeletePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId }));
  const { eventID, requestID, userAgent, ...record } = last(trail.records);
  assert.match(eventID, /^[0-9a-f-]{36}$/);
  assert.match(requestID, /^[0-9a-f-]{36}$/);
  assert.match(userAgent, /^aws-sdk-js\//);
  const issuer = 'AROA';
  assert.ok(record.userIdentity.principalId?.startsWith(issuer));
  assert.deepEqual(record, {
    eventVersion: '1.11',
    userIdentity: {
      ...record.userIdentity,
      type: 'AssumedRole',
      arn: 'arn:aws:sts::111122223333:assumed-role/simulated-role/simulated-session',
      accountId: '111122223333',
      accessKeyId: 'AKIATEST',
    },
    eventTime: '2026-11-23T10:01:00Z',
    eventSource: 'eks.amazonaws.com',
    eventName: 'DeletePodIdentityAssociation',
    awsRegion: 'us-west-2',
    sourceIPAddress: '203.0.113.10',
    requestParameters: { name: CLUSTER, associationId },
    responseElements: {
      association: {
        clusterName: CLUSTER,
        namespace: 'team-a',
        serviceAccount: 'reader',
        roleArn: ROLE,
        associationArn,
        associationId,
        tags: {},
        createdAt: START / 1000,
        modifiedAt: START / 1000,
        disableSessionTags: false,
      },
    },
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
    tlsDetails: record.tlsDetails,
  });
});

test('create and update tell the association as it is afterwards; the old role is nowhere in an update', async (t) => {
  const { client, trail } = await trailWorld(t);
  const { associationId } = await create(client, 'reader');
  const created = last(trail.records);
  assert.equal(created.eventName, 'CreatePodIdentityAssociation');
  assert.equal(created.requestParameters?.['namespace'], 'team-a');
  assert.equal(created.requestParameters?.['name'], CLUSTER);
  const change = { clusterName: CLUSTER, associationId, roleArn: OTHER_ROLE };
  await client.send(new UpdatePodIdentityAssociationCommand(change));
  const updated = last(trail.records);
  assert.equal(updated.requestParameters?.['associationId'], associationId);
  assert.match(JSON.stringify(updated.responseElements), /team\/writer/);
  assert.doesNotMatch(JSON.stringify(updated), /role\/reader/);
});

test('refused calls are recorded with their error and no answer', async (t) => {
  const { client, eks, trail } = await trailWorld(t);
  const missing = { clusterName: CLUSTER, associationId: 'a-00000000000000000' };
  await assert.rejects(client.send(new DeletePodIdentityAssociationCommand(missing)));
  eks.access.deny('DeletePodIdentityAssociation');
  await assert.rejects(client.send(new DeletePodIdentityAssociationCommand(missing)));
  eks.access.deny('CreatePodIdentityAssociation');
  eks.faults.add({}, kinds.throttle(), 1);
  await assert.rejects(create(client, 'reader'));
  const told = trail.records.map(({ errorCode, responseElements }) => [errorCode, responseElements]);
  assert.deepEqual(told, [
    ['ResourceNotFoundException', null],
    ['AccessDeniedException', null],
    ['ThrottlingException', null],
  ]);
  assert.match(last(trail.records).errorMessage ?? '', /Rate exceeded/);
});

test('calls that read are marked so, and their answers are not kept', async (t) => {
  const { client, trail } = await trailWorld(t);
  const { associationId } = await create(client, 'reader');
  await list(client);
  await describe(client, associationId);
  const told = trail.records.map((record) => [record.eventName, record.readOnly]);
  assert.deepEqual(told, [
    ['CreatePodIdentityAssociation', false],
    ['ListPodIdentityAssociations', true],
    ['DescribePodIdentityAssociation', true],
  ]);
  assert.ok(trail.records.slice(1).every((record) => record.responseElements === null));
  assert.equal(new Set(trail.records.map((record) => record.eventID)).size, 3);
});

test('callers come in each form that CloudTrail has for them', async (t) => {
  const { eks, trail } = await trailWorld(t);
  const principals = {
    AKIAUSER: 'arn:aws:iam::111122223333:user/team/bob',
    AKIAROOT: 'arn:aws:iam::111122223333:root',
    AKIAEKS: 'eks.amazonaws.com',
    AKIAROLE: 'arn:aws:sts::444455556666:assumed-role/other/carol',
  };
  for (const [key, principal] of Object.entries(principals)) {
    eks.access.principals.set(key, principal);
    eks.invoke('ListClusters', {}, key);
  }
  const told = trail.records.map(({ userIdentity }) => {
    const { type, arn, accountId, userName, invokedBy } = userIdentity;
    return [type, arn ?? invokedBy, accountId, userName];
  });
  assert.deepEqual(told, [
    ['IAMUser', principals.AKIAUSER, '111122223333', 'bob'],
    ['Root', principals.AKIAROOT, '111122223333', undefined],
    ['AWSService', 'eks.amazonaws.com', undefined, undefined],
    ['AssumedRole', principals.AKIAROLE, '444455556666', undefined],
  ]);
  assert.equal(trail.records[2]?.sourceIPAddress, 'eks.amazonaws.com');
  const session = last(trail.records).userIdentity.sessionContext;
  assert.match(JSON.stringify(session), /arn:aws:iam::444455556666:role\/other/);
});

test('changes that are no calls make no record; tests add the one that belongs to them', async (t) => {
  const { eks, trail } = await trailWorld(t);
  const input = { namespace: 'team-a', serviceAccount: 'reader', roleArn: ROLE };
  const { associationId } = eks.associations.create(input);
  eks.associations.delete(associationId);
  assert.equal(trail.records.length, 0);
  eks.invoke('CreatePodIdentityAssociation', { name: CLUSTER, ...input });
  trail.add(deleteAssociation(recordedAssociation({ associationId, clusterName: CLUSTER })));
  const names = trail.records.map((record) => record.eventName);
  assert.deepEqual(names, ['CreatePodIdentityAssociation', 'DeletePodIdentityAssociation']);
});

test('as many records are kept as the limit says, the newest', async (t) => {
  const { eks, trail } = await trailWorld(t);
  trail.limit = 3;
  for (const key of ['one', 'two', 'three', 'four', 'five']) eks.invoke('ListClusters', {}, key);
  assert.deepEqual(
    trail.records.map((record) => record.userIdentity.accessKeyId),
    ['three', 'four', 'five'],
  );
});

function last(records: readonly TrailRecord[]): TrailRecord {
  const record = records.at(-1);
  assert.ok(record);
  return record;
}
