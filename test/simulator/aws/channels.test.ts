/** The simulator with both channels of records: one delete heard by lookups and queue, and nothing left after close. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { ManualClock } from '../../../simulator/clock.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import { ROLE, START } from './support.ts';
import { receive, sqsOf, until } from './trail-support.ts';

const INPUT = { name: 'simulated', namespace: 'team-a', serviceAccount: 'reader', roleArn: ROLE };

test('a process in that environment hears a delete by both channels', { timeout: 20_000 }, async (t) => {
  const simulator = await startSimulator({ queue: true });
  t.after(() => simulator.close());
  simulator.eks.invoke('CreatePodIdentityAssociation', INPUT);
  const { associationId = '' } = simulator.eks.associations.find('team-a', 'reader') ?? {};
  simulator.eks.invoke('DeletePodIdentityAssociation', { name: 'simulated', associationId });
  await simulator.rule.settled();
  const script = `
    import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
    import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
    const { Events } = await new CloudTrailClient({}).send(new LookupEventsCommand({}));
    const asked = { QueueUrl: process.env.REVOKER_QUEUE_URL, MaxNumberOfMessages: 10 };
    const { Messages } = await new SQSClient({}).send(new ReceiveMessageCommand(asked));
    const names = Messages.map(({ Body }) => JSON.parse(Body).detail.eventName);
    process.stdout.write(JSON.stringify([Events.map(({ EventName }) => EventName), names]));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...simulator.env(), REVOKER_QUEUE_URL: simulator.queueUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.deepEqual(JSON.parse(await text(child.stdout)), [
    ['DeletePodIdentityAssociation', 'CreatePodIdentityAssociation'],
    ['CreatePodIdentityAssociation', 'DeletePodIdentityAssociation'],
  ]);
});

test('the queue is there only when it is asked for; CloudTrail always', async (t) => {
  const simulator = await startSimulator();
  t.after(() => simulator.close());
  assert.equal(simulator.queue, undefined);
  assert.equal(simulator.queueUrl, undefined);
  const environment = simulator.env();
  assert.equal(environment['AWS_ENDPOINT_URL_CLOUDTRAIL'], simulator.lookup.url);
  assert.equal('AWS_ENDPOINT_URL_SQS' in environment, false);
  simulator.eks.invoke('ListClusters', {});
  assert.equal(simulator.trail.records.length, 1);
});

test('close leaves no server, timer or wait, also amid a long poll and deliveries', {
  timeout: 5000,
}, async () => {
  const before = resources();
  const clock = new ManualClock(START);
  const simulator = await startSimulator({ clock, queue: { name: 'events' } });
  const { queue, rule, lookup } = simulator;
  assert.equal(simulator.env()['AWS_ENDPOINT_URL_SQS'], queue.endpoint);
  rule.delivery = { ...rule.delivery, delay: 60_000 };
  simulator.eks.invoke('CreatePodIdentityAssociation', INPUT);
  assert.equal(rule.waiting, 1);
  const sqs = sqsOf(queue.endpoint);
  const polling = Promise.allSettled([receive({ sqs, queue }, 20)]);
  await until(() => queue.requests.length === 1);
  await simulator.close();
  await polling;
  sqs.destroy();
  assert.equal(clock.waiting, 0);
  await assert.rejects(fetch(lookup.url));
  await assert.rejects(fetch(queue.endpoint));
  await until(() => resources().length <= before.length);
});

/** What keeps a process alive: servers, sockets and timers. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name));
}
