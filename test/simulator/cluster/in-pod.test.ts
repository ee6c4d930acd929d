/** What a process in a pod has, and what it does: its token, service accounts, IRSA, and the record of its calls. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DescribeClusterCommand, DescribePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { associate, dissociate } from '../../../simulator/cluster/associations.ts';
import { makeBudget, removeBudget } from '../../../simulator/cluster/budgets.ts';
import { at, listAt } from '../../../simulator/kubernetes/object.ts';
import type { SimulatorWithQueue } from '../../../simulator/simulator.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import { clientOf } from '../aws/support.ts';
import { audiences, env, first, volume } from './support.ts';

const READER = { namespace: 'default', serviceAccount: 'reader' };
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const ROLE = 'arn:aws:iam::111122223333:role/irsa';
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';

async function simulated(t: TestContext): Promise<SimulatorWithQueue> {
  const simulator = await startSimulator({ queue: true });
  t.after(() => simulator.close());
  return simulator;
}

async function ask(
  simulator: SimulatorWithQueue,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const answer = await fetch(`${simulator.kubernetes.url}${path}`, {
    method,
    headers: { 'content-type': type, 'user-agent': 'operator/1' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const told: unknown = await answer.json();
  assert.ok(answer.ok, `${answer.status} ${JSON.stringify(told)}`);
  return told;
}

function podOf(name: string): unknown {
  return {
    metadata: { name },
    spec: { serviceAccountName: 'reader', containers: [{ name: 'c', image: 'i' }] },
  };
}

test('the issuer that DescribeCluster tells is the one of the token that a pod has', async (t) => {
  const simulator = await simulated(t);
  const inPod = await simulator.inPod(READER);
  assert.equal(await readFile(inPod.tokenFile, 'utf8'), inPod.token);
  assert.equal(await readFile(join(inPod.root, MOUNT, 'namespace'), 'utf8'), 'default');
  const claims: unknown = JSON.parse(Buffer.from(inPod.token.split('.')[1] ?? '', 'base64url').toString());
  const client = clientOf(simulator.eks);
  t.after(() => client.destroy());
  const { cluster } = await client.send(new DescribeClusterCommand({ name: simulator.clusterName }));
  assert.equal(at(claims, 'iss'), cluster?.identity?.oidc?.issuer);
  simulator.eks.addCluster({ name: 'other' });
  const other = await client.send(new DescribeClusterCommand({ name: 'other' }));
  assert.notEqual(other.cluster?.identity?.oidc?.issuer, at(claims, 'iss'));
  const renewed = await inPod.renew();
  assert.notEqual(renewed, inPod.token);
  assert.equal(await readFile(inPod.tokenFile, 'utf8'), renewed);
});

test('the real client with that token is that service account', async (t) => {
  const simulator = await simulated(t);
  const inPod = await simulator.inPod(READER);
  const written: unknown = JSON.parse(await readFile(inPod.kubeconfig, 'utf8'));
  assert.deepEqual(at(first(listAt(written, 'users')), 'user'), { tokenFile: inPod.tokenFile });
  const config = new KubeConfig();
  config.loadFromString(simulator.kubernetes.kubeconfig({ token: inPod.token }));
  await config.makeApiClient(CoreV1Api).listPodForAllNamespaces({ limit: 5 });
  assert.deepEqual(simulator.calls({ user: 'system:serviceaccount:default:reader' }).kubernetes, [
    { verb: 'list', apiGroup: '', resource: 'pods' },
  ]);
});

test('two replicas of one service account are told apart by their pods', async (t) => {
  const simulator = await simulated(t);
  const { url } = simulator.kubernetes;
  for (const [pod, path] of [
    ['daemon-0', '/api/v1/pods'],
    ['daemon-1', '/api/v1/nodes'],
  ] as const) {
    const { token } = await simulator.inPod({ ...READER, pod });
    assert.equal(
      (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status,
      200,
    );
  }
  assert.deepEqual(simulator.calls({ pod: 'daemon-1' }).kubernetes, [
    { verb: 'list', apiGroup: '', resource: 'nodes' },
  ]);
});

test('service accounts are objects; after a deletion the annotation of one gives IRSA to the replacement', async (t) => {
  const simulator = await simulated(t);
  await ask(simulator, 'POST', ACCOUNTS, { metadata: { name: 'reader' } });
  associate(simulator, READER);
  const before = await ask(simulator, 'POST', '/api/v1/namespaces/default/pods', podOf('before'));
  assert.deepEqual(audiences(before), ['pods.eks.amazonaws.com']);
  const annotations = { 'eks.amazonaws.com/role-arn': ROLE };
  const patched = await ask(simulator, 'PATCH', `${ACCOUNTS}/reader`, { metadata: { annotations } });
  assert.deepEqual(at(patched, 'metadata', 'annotations'), annotations);
  assert.deepEqual(await ask(simulator, 'GET', `${ACCOUNTS}/reader`), patched);
  assert.equal(listAt(await ask(simulator, 'GET', ACCOUNTS), 'items').length, 2);
  dissociate(simulator, READER);
  const after = await ask(simulator, 'POST', '/api/v1/namespaces/default/pods', podOf('after'));
  assert.deepEqual(audiences(after), ['sts.amazonaws.com']);
  assert.ok(volume(after, 'aws-iam-token'));
  const variables = env(first(listAt(after, 'spec', 'containers')));
  assert.equal(variables['AWS_ROLE_ARN'], ROLE);
  const path = '/api/v1/pods?fieldSelector=spec.serviceAccountName%3Dreader';
  assert.equal(listAt(await ask(simulator, 'GET', path), 'items').length, 2);
});

test('budgets come and go', async (t) => {
  const simulator = await simulated(t);
  await ask(simulator, 'POST', '/api/v1/namespaces/default/pods', podOf('a'));
  const { store, url } = simulator.kubernetes;
  const evict = async (): Promise<number> => {
    const body = JSON.stringify({ metadata: { name: 'a' } });
    const path = `${url}/api/v1/namespaces/default/pods/a/eviction`;
    return (await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
      .status;
  };
  const budget = makeBudget(store, { namespace: 'default', name: 'none' });
  assert.equal(at(budget, 'status', 'disruptionsAllowed'), 0);
  assert.equal(await evict(), 429);
  makeBudget(store, { namespace: 'default', name: 'free', minAvailable: 0 });
  assert.equal(await evict(), 500);
  removeBudget(store, 'default', 'none');
  assert.equal(await evict(), 201);
});

test('calls are told once each, in the words of RBAC and IAM, by who made them', async (t) => {
  const simulator = await simulated(t);
  const { associationId } = associate(simulator, READER);
  const client = clientOf(simulator.eks);
  const { queueUrl, queue, region } = simulator;
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  const sqs = new SQSClient({ endpoint: queue.endpoint, region, credentials });
  t.after(() => {
    client.destroy();
    sqs.destroy();
  });
  for (let times = 0; times < 2; times += 1) {
    await client.send(
      new DescribePodIdentityAssociationCommand({ clusterName: simulator.clusterName, associationId }),
    );
  }
  await client.send(new DescribeClusterCommand({ name: simulator.clusterName }));
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 0 }));
  await ask(simulator, 'GET', '/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Dledger');
  await ask(simulator, 'GET', '/.well-known/openid-configuration');
  const { kubernetes, aws } = simulator.calls();
  assert.deepEqual(aws, [
    { service: 'eks', operation: 'DescribeCluster', resource: simulator.eks.cluster.arn },
    {
      service: 'eks',
      operation: 'DescribePodIdentityAssociation',
      resource: `arn:aws:eks:us-west-2:111122223333:podidentityassociation/simulated/${associationId}`,
    },
    { service: 'sqs', operation: 'ReceiveMessage', resource: queue.arn },
  ]);
  assert.deepEqual(kubernetes, [
    { verb: 'get', path: '/.well-known/openid-configuration' },
    { verb: 'list', apiGroup: '', resource: 'configmaps', namespace: 'default', name: 'ledger' },
  ]);
  assert.deepEqual(simulator.calls({ userAgent: /^operator/ }).kubernetes, kubernetes);
  assert.deepEqual(simulator.calls({ userAgent: /^somebody/ }), { kubernetes: [], aws: [] });
  assert.deepEqual(simulator.calls({ since: simulator.clock.now() + 60_000 }), { kubernetes: [], aws: [] });
  assert.deepEqual(simulator.calls({ accessKeyId: 'AKIAOTHER' }).aws, []);
  assert.equal(simulator.calls({ accessKeyId: 'AKIATEST' }).aws.length, 3);
});
