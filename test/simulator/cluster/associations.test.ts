/** The changes of a grant as people and tools make them, and the records that CloudTrail has of them. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import {
  associate,
  dissociate,
  isTooEarly,
  recreate,
  update,
} from '../../../simulator/cluster/associations.ts';
import { ManualClock } from '../../../simulator/clock.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import { at } from '../../../simulator/kubernetes/object.ts';

const READER = { namespace: 'team-a', serviceAccount: 'reader' };
const TARGET = 'arn:aws:iam::444455556666:role/target';
const POLICY = '{"Version":"2012-10-17","Statement":[]}';

async function simulated(t: TestContext): Promise<Simulator & { readonly clock: ManualClock }> {
  const clock = new ManualClock(Date.parse('2026-11-24T12:00:00Z'));
  const simulator = await startSimulator({ clock });
  t.after(() => simulator.close());
  return { ...simulator, clock };
}

test('an update in place keeps the id, and what it empties is gone', async (t) => {
  const simulator = await simulated(t);
  const made = associate(simulator, READER, {
    targetRoleArn: TARGET,
    policy: POLICY,
    disableSessionTags: true,
  });
  assert.equal(made.roleArn, 'arn:aws:iam::111122223333:role/reader');
  simulator.clock.advance(5000);
  const changed = update(simulator, READER, { targetRoleArn: '', policy: '', disableSessionTags: false });
  assert.equal(changed.associationId, made.associationId);
  assert.equal(changed.createdAt, made.createdAt);
  assert.equal(changed.modifiedAt, made.modifiedAt + 5000);
  assert.deepEqual(
    [changed.targetRoleArn, changed.externalId, changed.policy, changed.disableSessionTags],
    [undefined, undefined, undefined, false],
  );
  assert.throws(() => update(simulator, READER, { policy: POLICY }), /disableSessionTags is true/);
});

test('a tool that recreates makes another id with the same grant, and two records', async (t) => {
  const simulator = await simulated(t);
  associate(simulator, READER, { targetRoleArn: TARGET, policy: POLICY, disableSessionTags: true });
  const { before, after } = recreate(simulator, READER, {}, () => simulator.clock.advance(2000));
  assert.notEqual(after.associationId, before.associationId);
  assert.equal(after.createdAt, before.createdAt + 2000);
  for (const field of ['roleArn', 'targetRoleArn', 'policy', 'disableSessionTags'] as const) {
    assert.equal(after[field], before[field], field);
  }
  const other = recreate(simulator, READER, { roleArn: TARGET });
  assert.equal(other.after.roleArn, TARGET);
  assert.deepEqual(
    simulator.trail.records.map(({ eventName }) => eventName.replace('PodIdentityAssociation', '')),
    ['Create', 'Delete', 'Create', 'Delete', 'Create'],
  );
});

test('a create that comes too early is refused, and the association is gone', async (t) => {
  const simulator = await simulated(t);
  simulator.eks.associations.recreateDelay = 3000;
  associate(simulator, READER);
  assert.throws(() => recreate(simulator, READER), isTooEarly);
  assert.equal(simulator.eks.associations.find('team-a', 'reader'), undefined);
  simulator.clock.advance(3000);
  associate(simulator, READER);
});

test('the record tells who did it, and a delete what ended', async (t) => {
  const simulator = await simulated(t);
  const alice = 'arn:aws:sts::111122223333:assumed-role/operator/alice';
  simulator.eks.access.principals.set('AKIAALICE', alice);
  const made = associate(simulator, READER);
  dissociate({ ...simulator, accessKeyId: 'AKIAALICE' }, READER);
  const record = simulator.trail.records.at(-1);
  assert.equal(record?.userIdentity.arn, alice);
  assert.equal(at(record?.responseElements, 'association', 'associationId'), made.associationId);
  assert.throws(() => dissociate(simulator, READER), /no association of team-a\/reader/);
});
