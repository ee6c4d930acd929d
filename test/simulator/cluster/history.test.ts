/** Clusters that have a past when somebody first looks at them, as the real SDKs see it. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { DescribePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import { associate, dissociate, update } from '../../../simulator/cluster/associations.ts';
import { startWithPast } from '../../../simulator/cluster/history.ts';
import { barePod } from '../../../simulator/cluster/pods.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { clientOf } from '../aws/support.ts';

const HOUR = 3_600_000;
const READER = { namespace: 'default', serviceAccount: 'reader' };
const WRITER = { namespace: 'default', serviceAccount: 'writer' };
const OTHER = 'arn:aws:iam::111122223333:role/other';

function isAbout(time: Date | string | undefined, hoursAgo: number): void {
  const expected = Date.now() - hoursAgo * HOUR;
  assert.ok(Math.abs(new Date(time ?? 0).getTime() - expected) < 60_000, String(time));
}

/** Five hours: two associations and a pod; then one is changed and the other deleted, and later there is another pod. */
async function aged(t: TestContext): Promise<Simulator> {
  const simulator = await startWithPast({ since: 5 * HOUR, queue: true }, (past, pass) => {
    associate(past, READER);
    associate(past, WRITER);
    past.pods.create(barePod({ name: 'old', ...READER }));
    pass(2 * HOUR);
    update(past, READER, { roleArn: OTHER });
    dissociate(past, WRITER);
    pass(HOUR);
    past.pods.create(barePod({ name: 'young', ...READER }));
  });
  t.after(() => simulator.close());
  return simulator;
}

test('associations and pods have the times at which they came about', async (t) => {
  const simulator = await aged(t);
  const eks = clientOf(simulator.eks);
  t.after(() => eks.destroy());
  const { associationId } = simulator.eks.associations.find('default', 'reader') ?? {};
  const named = { clusterName: simulator.clusterName, associationId };
  const { association } = await eks.send(new DescribePodIdentityAssociationCommand(named));
  isAbout(association?.createdAt, 5);
  isAbout(association?.modifiedAt, 3);
  const pods = simulator.kubernetes.store.list('pods', 'default');
  isAbout(pods[0]?.metadata.creationTimestamp, 5);
  isAbout(pods[1]?.metadata.creationTimestamp, 2);
});

test('LookupEvents finds the calls of the past, at their times', async (t) => {
  const { lookup, region } = await aged(t);
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  const trail = new CloudTrailClient({ endpoint: lookup.url, region, credentials });
  t.after(() => trail.destroy());
  const attribute = { AttributeKey: 'EventName', AttributeValue: 'DeletePodIdentityAssociation' } as const;
  const { Events = [] } = await trail.send(new LookupEventsCommand({ LookupAttributes: [attribute] }));
  assert.equal(Events.length, 1);
  isAbout(Events[0]?.EventTime, 3);
  const recent = await trail.send(new LookupEventsCommand({ StartTime: new Date(Date.now() - HOUR) }));
  assert.deepEqual(recent.Events, []);
});

test('the queue has no messages of the past, and those of the present', async (t) => {
  const { queue, rule, ...simulator } = await aged(t);
  assert.deepEqual(await queue?.waiting(), []);
  dissociate(simulator, READER);
  await rule?.settled();
  assert.equal((await queue?.waiting())?.length, 1);
  isAbout(simulator.trail.records.at(-1)?.eventTime, 0);
});

test('a past that fails closes what was started', async () => {
  const failing = startWithPast({ since: HOUR }, (_past, pass) => pass(2 * HOUR));
  await assert.rejects(failing, /in the past only/);
});
