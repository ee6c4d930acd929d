/** Eventual consistency: reads that are behind the writes by delays of their own. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DeletePodIdentityAssociationCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import { CLUSTER, OTHER_ROLE, ROLE, create, describe, list, refusal, world } from './support.ts';

test('List and Describe show a new association only after their delay', async (t) => {
  const { client, clock } = await world(t, { consistencyDelay: 3000 });
  const { associationId } = await create(client, 'reader');
  assert.deepEqual((await list(client)).associations, []);
  await assert.rejects(describe(client, associationId), refusal('ResourceNotFoundException', 404));
  clock.advance(2999);
  assert.deepEqual((await list(client)).associations, []);
  clock.advance(1);
  assert.equal((await list(client)).associations?.[0]?.associationId, associationId);
  assert.equal((await describe(client, associationId)).association?.roleArn, ROLE);
});

test('the delays of List and Describe can differ, so that the two contradict each other', async (t) => {
  const { client, clock, eks } = await world(t);
  const { associationId } = await create(client, 'reader');
  eks.consistency.list = 5000;
  clock.advance(10_000);
  await client.send(new DeletePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId }));
  await assert.rejects(describe(client, associationId), refusal('ResourceNotFoundException', 404));
  assert.equal((await list(client)).associations?.length, 1);
  assert.equal(
    (await list(client, { namespace: 'team-a', serviceAccount: 'reader' })).associations?.length,
    1,
  );
  clock.advance(5000);
  assert.equal((await list(client)).associations?.length, 0);
});

test('Describe shows the old role for a while after an Update', async (t) => {
  const { client, clock, eks } = await world(t);
  const { associationId } = await create(client, 'reader');
  clock.advance(10_000);
  eks.consistency.describe = 2000;
  const update = { clusterName: CLUSTER, associationId, roleArn: OTHER_ROLE };
  const { association } = await client.send(new UpdatePodIdentityAssociationCommand(update));
  assert.equal(association?.roleArn, OTHER_ROLE);
  assert.equal((await describe(client, associationId)).association?.roleArn, ROLE);
  clock.advance(2000);
  assert.equal((await describe(client, associationId)).association?.roleArn, OTHER_ROLE);
});

test('a create right after the delete of the same identity is refused during the delay', async (t) => {
  const { client, clock } = await world(t, { consistencyDelay: 3000 });
  const { associationId } = await create(client, 'reader');
  clock.advance(3000);
  await client.send(new DeletePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId }));
  await assert.rejects(create(client, 'reader'), refusal('ResourceInUseException', 409));
  clock.advance(3000);
  const again = await create(client, 'reader');
  assert.notEqual(again.associationId, associationId);
});

test('an association that ended long ago is forgotten', async (t) => {
  const { client, clock, eks } = await world(t);
  const { associationId } = await create(client, 'reader');
  clock.advance(10_000);
  eks.associations.delete(associationId);
  const lookBack = async (ms: number) => {
    eks.consistency.list = ms;
    return (await list(client)).associations?.length;
  };
  assert.equal(await lookBack(5000), 1);
  clock.advance(7_200_000);
  assert.equal(await lookBack(7_205_000), 1);
  eks.associations.delete((await create(client, 'writer')).associationId);
  assert.equal(await lookBack(7_205_000), 0);
});
