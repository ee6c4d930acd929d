/** Who may call: signatures, keys, and permissions that are taken away on script. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EKSClient } from '@aws-sdk/client-eks';
import { clientOf, create, describe, list, refusal, world } from './support.ts';

test('a request without a signature is refused', async (t) => {
  const { eks } = await world(t);
  const answer = await fetch(`${eks.url}/clusters/demo`);
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException');
  assert.match(answer.headers.get('x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(await answer.json(), { message: 'Missing Authentication Token' });
});

test('a signature for another region is refused', async (t) => {
  const { eks } = await world(t);
  const client = clientOf(eks, 'AKIATEST', 'eu-west-1');
  t.after(() => client.destroy());
  await assert.rejects(list(client), refusal('InvalidSignatureException', 403, /eu-west-1/));
});

test('only the keys that exist are let in, where they are named', async (t) => {
  const { client, eks } = await world(t);
  eks.access.keys = new Set(['AKIAOTHER']);
  await assert.rejects(list(client), refusal('UnrecognizedClientException', 403, /security token/));
  eks.access.keys.add('AKIATEST');
  await list(client);
});

test('a denied action is refused with the caller, the action and the resource of that action', async (t) => {
  const { client, eks } = await world(t);
  const caller = 'arn:aws:sts::111122223333:assumed-role/revoker/pod';
  eks.access.principals.set('AKIATEST', caller);
  const { associationId, associationArn } = await create(client, 'reader');
  const allowList = eks.access.deny('ListPodIdentityAssociations');
  eks.access.deny('DescribePodIdentityAssociation', associationArn);
  const text = (action: string, resource: string) =>
    new RegExp(`^User: ${caller} is not authorized to perform: eks:${action} on resource: ${resource}$`);
  await assert.rejects(
    list(client),
    refusal(
      'AccessDeniedException',
      403,
      text('ListPodIdentityAssociations', 'arn:aws:eks:us-west-2:111122223333:cluster/demo'),
    ),
  );
  await assert.rejects(
    describe(client, associationId),
    refusal('AccessDeniedException', 403, text('DescribePodIdentityAssociation', associationArn ?? '')),
  );
  const other = await create(client, 'writer');
  await describe(client, other.associationId);
  allowList();
  assert.equal((await list(client)).associations?.length, 2);
});

test('requests are recorded with what they asked, who asked and what they got', async (t) => {
  const { eks, clock } = await world(t);
  const client = new EKSClient({
    endpoint: eks.url,
    region: eks.region,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    customUserAgent: 'revoker-test',
  });
  t.after(() => client.destroy());
  await list(client, { namespace: 'team-a', maxResults: 7 });
  const [record] = eks.requests;
  assert.equal(record?.operation, 'ListPodIdentityAssociations');
  assert.equal(record?.at, clock.now());
  assert.deepEqual(record?.params, { name: 'demo', namespace: 'team-a', maxResults: '7' });
  assert.equal(record?.status, 200);
  assert.match(record?.userAgent ?? '', /revoker-test/);
});

test('onCall tells each call with its caller and its answer, over HTTP or not', async (t) => {
  const told: unknown[] = [];
  const { client, eks, clock } = await world(t, {
    onCall: ({ operation, params, answer, at, caller }) =>
      told.push({ operation, params, answer, at, caller }),
  });
  const { associationId } = await create(client, 'reader');
  const name = 'demo';
  const deleted = eks.invoke('DeletePodIdentityAssociation', { name, associationId });
  assert.throws(() => eks.invoke('DeletePodIdentityAssociation', { name, associationId }), /not found/);
  assert.equal(told.length, 3);
  const caller = { arn: eks.access.defaultArn, accessKeyId: 'AKIASIMULATED' };
  const call = {
    operation: 'DeletePodIdentityAssociation',
    params: { name, associationId },
    at: clock.now(),
  };
  assert.deepEqual(told[1], { ...call, caller, answer: { response: deleted } });
  const last = told[2] as { answer: { error: { code: string; status: number } } };
  assert.equal(last.answer.error.code, 'ResourceNotFoundException');
});

test('a path or body that names no operation is refused', async (t) => {
  const { eks } = await world(t);
  const nowhere = await fetch(`${eks.url}/nodegroups`);
  assert.equal(nowhere.status, 404);
  const notJson = await fetch(`${eks.url}/clusters/demo/pod-identity-associations`, {
    method: 'POST',
    body: '{',
  });
  assert.equal(notJson.status, 400);
  assert.equal(notJson.headers.get('x-amzn-errortype'), 'SerializationException');
  assert.deepEqual(
    eks.requests.map((record) => [record.operation, record.status]),
    [
      [undefined, 404],
      [undefined, 400],
    ],
  );
});

test('a defect of the simulator is told as such, not as a fault of EKS', async (t) => {
  const { client, eks } = await world(t);
  eks.onCall(() => {
    throw new Error('a listener that fails');
  });
  await assert.rejects(list(client), refusal('SimulatorDefect', 500, /a listener that fails/));
});
