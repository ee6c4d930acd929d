/** The simulator as a whole: the real SDK, HTTP to the API server, and the busy cluster between them. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  DeletePodIdentityAssociationCommand,
  DescribeClusterCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { ManualClock } from '../../../simulator/clock.ts';
import { BUSY_IDENTITIES, populate } from '../../../simulator/cluster/busy.ts';
import { at, isRecord, listAt, textAt } from '../../../simulator/kubernetes/object.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import { clientOf } from '../aws/support.ts';
import { audiences, first } from './support.ts';

test('the busy cluster: holders hold, bystanders do not, and one delete plus one eviction come out right', async (t) => {
  const clock = new ManualClock(Date.parse('2026-11-23T10:00:00Z'));
  const simulator = await startSimulator({ clock, clusterName: 'busy' });
  const { eks, kubernetes } = simulator;
  const client = clientOf(eks);
  t.after(async () => {
    client.destroy();
    await simulator.close();
    assert.equal(clock.waiting, 0);
  });
  const busy = populate(simulator);
  const counts = BUSY_IDENTITIES.map((name) => busy.identities.get(name)?.pods.length);
  assert.deepEqual(counts, [3, 2, 1, 2, 3, 2, 1]);
  for (const { pods } of busy.identities.values()) {
    for (const pod of pods) assert.deepEqual(audiences(pod), ['pods.eks.amazonaws.com'], pod.metadata.name);
  }
  assert.equal(busy.bystanders.length, 5);
  assert.ok(busy.bystanders.every((pod) => audiences(pod).length === 0));

  const { associations } = await client.send(new ListPodIdentityAssociationsCommand({ clusterName: 'busy' }));
  assert.equal(associations?.length, 7);
  const { cluster } = await client.send(new DescribeClusterCommand({ name: 'busy' }));
  const discovery = await getJson(`${kubernetes.url}/.well-known/openid-configuration`);
  assert.equal(cluster?.identity?.oidc?.issuer, textAt(discovery, 'issuer'));
  assert.equal(cluster?.endpoint, kubernetes.url);

  const reports = busy.identities.get('team-a/reports');
  assert.ok(reports);
  const { associationId } = reports.association;
  await client.send(new DeletePodIdentityAssociationCommand({ clusterName: 'busy', associationId }));
  const old = first(reports.pods).metadata;
  const status = await evict(kubernetes.url, 'team-a', old.name, old.uid);
  assert.equal(status, 201);
  clock.advance(31_000);
  const list = listAt(await getJson(`${kubernetes.url}/api/v1/namespaces/team-a/pods`), 'items');
  const pods = list.filter((pod) => textAt(pod, 'spec', 'serviceAccountName') === 'reports');
  assert.equal(pods.length, 3);
  assert.ok(!pods.some((pod) => textAt(pod, 'metadata', 'uid') === old.uid));
  assert.equal(pods.filter((pod) => audiences(pod).length === 0).length, 1);
});

test('a pod that is created over HTTP passes the webhook too', async (t) => {
  const simulator = await startSimulator();
  t.after(() => simulator.close());
  const roleArn = 'arn:aws:iam::111122223333:role/reader';
  simulator.eks.associations.create({ namespace: 'default', serviceAccount: 'reader', roleArn });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'over-http' },
    spec: { serviceAccountName: 'reader', containers: [{ name: 'main', image: 'demo/main:1' }] },
  };
  const answer = await fetch(`${simulator.kubernetes.url}/api/v1/namespaces/default/pods`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(pod),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  assert.deepEqual(audiences(await answer.json()), ['pods.eks.amazonaws.com']);
});

test('env() is what the real SDKs read, and close() takes its file away', async () => {
  const simulator = await startSimulator();
  const { KUBECONFIG: kubeconfig = '', ...environment } = simulator.env();
  assert.deepEqual(environment, {
    AWS_REGION: 'us-west-2',
    AWS_ENDPOINT_URL_EKS: simulator.eks.url,
    AWS_ENDPOINT_URL_CLOUDTRAIL: simulator.lookup.url,
    AWS_ACCESS_KEY_ID: 'AKIASIMULATED',
    AWS_SECRET_ACCESS_KEY: 'simulated-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  const config: unknown = JSON.parse(await readFile(kubeconfig, 'utf8'));
  assert.equal(at(first(listAt(config, 'clusters')), 'cluster', 'server'), simulator.kubernetes.url);
  await simulator.close();
  await assert.rejects(access(kubeconfig));
  await assert.rejects(fetch(simulator.eks.url));
  await assert.rejects(fetch(simulator.kubernetes.url));
});

test('a process in that environment finds the simulator by itself', { timeout: 20_000 }, async (t) => {
  const simulator = await startSimulator();
  t.after(() => simulator.close());
  const script = `
    import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
    const { clusters } = await new EKSClient({}).send(new ListClustersCommand({}));
    process.stdout.write(clusters.join());`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: simulator.env(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.equal(await text(child.stdout), 'simulated');
});

test('start.ts prints how to talk to it and ends on SIGTERM', { timeout: 20_000 }, async () => {
  const script = new URL('../../../simulator/start.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('export REVOKER_CLUSTER_NAME')) child.kill('SIGTERM');
  }
  assert.deepEqual(await exit, [0, null]);
  const kubeconfig = /^export KUBECONFIG='(?<path>.+)'$/m.exec(lines.join('\n'))?.groups?.['path'] ?? '';
  assert.notEqual(kubeconfig, '');
  await assert.rejects(access(kubeconfig));
});

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  const body: unknown = await answer.json();
  assert.ok(answer.ok && isRecord(body), `${url}: ${answer.status}`);
  return body;
}

async function evict(url: string, namespace: string, name: string, uid: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: { preconditions: { uid } },
    }),
  });
  await answer.arrayBuffer();
  return answer.status;
}
