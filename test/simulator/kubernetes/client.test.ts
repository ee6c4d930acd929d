/** The stock client against the simulated API server, over plain HTTP and behind a CA. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PolicyV1Api,
  V1MicroTime,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node';
import { addPod, type Api, eventually, startApi } from './support.ts';

const TOKEN = 'a-token';
const TLS = join(import.meta.dirname, '../../support/tls');

function configOf(api: Api): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(api.kubeconfig());
  return config;
}

test('typed lists, with pages', async (t) => {
  const api = await startApi(t, { tokens: [TOKEN] });
  for (const name of ['a', 'b', 'c']) addPod(api, name);
  const core = configOf(api).makeApiClient(CoreV1Api);
  const first = await core.listPodForAllNamespaces({ limit: 2 });
  assert.deepEqual(
    first.items.map(({ metadata }) => metadata?.name),
    ['a', 'b'],
  );
  assert.equal(first.metadata?.remainingItemCount, 1);
  const next = first.metadata?._continue ?? '';
  const second = await core.listPodForAllNamespaces({ limit: 2, _continue: next });
  assert.deepEqual(
    second.items.map(({ metadata }) => metadata?.name),
    ['c'],
  );
  assert.ok(second.items[0]?.metadata?.creationTimestamp instanceof Date);
});

test('evictions: accepted, blocked, another uid', async (t) => {
  const api = await startApi(t);
  const { uid } = addPod(api, 'a', {}, { app: 'web' }).metadata;
  const config = configOf(api);
  const core = config.makeApiClient(CoreV1Api);
  const policy = config.makeApiClient(PolicyV1Api);
  const evict = async (precondition: string): Promise<number> => {
    const body = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'a', namespace: 'default' },
      deleteOptions: { preconditions: { uid: precondition } },
    };
    try {
      await core.createNamespacedPodEviction({ name: 'a', namespace: 'default', body });
      return 201;
    } catch (error) {
      assert.ok(error instanceof ApiException);
      return error.code;
    }
  };
  assert.equal(await evict('other'), 409);
  const budget = {
    metadata: { name: 'web' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  };
  await policy.createNamespacedPodDisruptionBudget({ namespace: 'default', body: budget });
  assert.equal(await evict(uid), 429);
  await policy.deleteNamespacedPodDisruptionBudget({ name: 'web', namespace: 'default' });
  assert.equal(await evict(uid), 201);
  assert.equal(await evict(uid), 404);
});

test("a lease with the client's own MicroTime", async (t) => {
  const api = await startApi(t);
  const coordination = configOf(api).makeApiClient(CoordinationV1Api);
  const body = {
    metadata: { name: 'l' },
    spec: { leaseDurationSeconds: 15, renewTime: new V1MicroTime(1e12) },
  };
  const lease = await coordination.createNamespacedLease({ namespace: 'default', body });
  assert.equal(lease.spec?.leaseDurationSeconds, 15);
});

test('a watch', async (t) => {
  const api = await startApi(t);
  const seen: string[] = [];
  const controller = await new Watch(configOf(api)).watch(
    '/api/v1/pods',
    {},
    (type: string, pod: V1Pod) => seen.push(`${type} ${pod.metadata?.name ?? ''}`),
    () => undefined,
  );
  addPod(api, 'a');
  api.store.remove('pods', 'default', 'a');
  await eventually(() => seen.length === 2);
  controller.abort();
  assert.deepEqual(seen, ['ADDED a', 'DELETED a']);
});

test('an informer', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const config = configOf(api);
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, '/api/v1/pods', () => core.listPodForAllNamespaces());
  const seen: string[] = [];
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, (pod) => seen.push(`${verb} ${pod.metadata?.name ?? ''}`));
  }
  await informer.start();
  await eventually(() => api.watches.count() === 1);
  const b = addPod(api, 'b');
  api.store.replace('pods', { ...b, status: { phase: 'Failed' } });
  api.store.remove('pods', 'default', 'a');
  await eventually(() => seen.length === 4);
  await informer.stop();
  assert.deepEqual(seen, ['add a', 'add b', 'update b', 'delete a']);
});

test('behind a CA, with a token', async (t) => {
  const api = await startApi(t, { tls: await certificates(), tokens: [TOKEN] });
  addPod(api, 'a');
  const core = configOf(api).makeApiClient(CoreV1Api);
  assert.equal((await core.listPodForAllNamespaces()).items.length, 1);
});

async function certificates(): Promise<{ readonly key: string; readonly cert: string; readonly ca: string }> {
  const [key = '', cert = '', ca = ''] = await Promise.all(
    ['server.key', 'server.crt', 'ca.crt'].map((file) => readFile(join(TLS, file), 'utf8')),
  );
  return { key, cert, ca };
}
