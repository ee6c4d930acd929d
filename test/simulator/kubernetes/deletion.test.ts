/** Tests of deletion: grace, preconditions, finalizers, and the kubelet that ends pods. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ending } from '../../../simulator/kubernetes/endings.ts';
import { at } from '../../../simulator/kubernetes/object.ts';
import { addPod, assertStatus, startApi } from './support.ts';

const POD = '/api/v1/namespaces/default/pods/a';
const SLOW = { ending: (): Ending => ({ kind: 'after-grace' }) };

test('a running pod gets a deletionTimestamp after its grace, and goes then', async (t) => {
  const api = await startApi(t, { kubelet: SLOW });
  addPod(api, 'a');
  const { body, code } = await api.call('DELETE', POD);
  assert.equal(code, 200);
  assert.equal(at(body, 'kind'), 'Pod');
  assert.equal(at(body, 'metadata', 'deletionTimestamp'), '2026-11-24T12:00:30Z');
  assert.equal(at(body, 'metadata', 'deletionGracePeriodSeconds'), 30);
  api.clock.advance(29_000);
  assert.ok(api.store.get('pods', 'default', 'a'));
  api.clock.advance(1000);
  assert.equal(api.store.get('pods', 'default', 'a'), undefined);
  assertStatus(await api.call('DELETE', POD), 404, 'NotFound', 'pods "a" not found');
});

test('a second delete can only shorten', async (t) => {
  const api = await startApi(t, { kubelet: SLOW });
  addPod(api, 'a');
  await api.call('DELETE', `${POD}?gracePeriodSeconds=20`);
  const longer = await api.call('DELETE', `${POD}?gracePeriodSeconds=60`);
  assert.equal(at(longer.body, 'metadata', 'deletionTimestamp'), '2026-11-24T12:00:20Z');
  const shorter = await api.call('DELETE', `${POD}?gracePeriodSeconds=5`);
  assert.equal(at(shorter.body, 'metadata', 'deletionTimestamp'), '2026-11-24T12:00:05Z');
  assert.equal(at(shorter.body, 'metadata', 'deletionGracePeriodSeconds'), 5);
  api.clock.advance(5000);
  assert.equal(api.store.get('pods', 'default', 'a'), undefined);
});

test('a second delete without a grace of its own changes nothing, also of a pod that has finished', async (t) => {
  const api = await startApi(t, { kubelet: { ending: () => ({ kind: 'never' }) } });
  const pod = addPod(api, 'a', { terminationGracePeriodSeconds: 60 });
  await api.call('DELETE', `${POD}?gracePeriodSeconds=40`);
  const current = api.store.get('pods', 'default', 'a') ?? pod;
  api.store.replace('pods', { ...current, status: { phase: 'Succeeded' } });
  const again = await api.call('DELETE', POD);
  assert.equal(at(again.body, 'metadata', 'deletionGracePeriodSeconds'), 40);
  const shorter = await api.call('DELETE', `${POD}?gracePeriodSeconds=-5`);
  assert.equal(at(shorter.body, 'metadata', 'deletionGracePeriodSeconds'), 1);
  assert.equal(at(shorter.body, 'metadata', 'deletionTimestamp'), '2026-11-24T12:00:01Z');
  await api.call('DELETE', `${POD}?gracePeriodSeconds=0`);
  assert.equal(api.store.get('pods', 'default', 'a'), undefined);
});

test('options in a body make those of the query be ignored', async (t) => {
  const api = await startApi(t, { kubelet: SLOW });
  addPod(api, 'a');
  const options = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 7 };
  const { body } = await api.call('DELETE', `${POD}?gracePeriodSeconds=0`, options);
  assert.equal(at(body, 'metadata', 'deletionGracePeriodSeconds'), 7);
});

const AT_ONCE: readonly (readonly [string, string, (api: Parameters<typeof addPod>[0]) => void])[] = [
  ['with grace 0', '?gracePeriodSeconds=0', (api) => addPod(api, 'a')],
  ['that was never scheduled', '', (api) => addPod(api, 'a', { nodeName: '' })],
  [
    'that has finished',
    '',
    (api) => {
      const pod = addPod(api, 'a');
      api.store.replace('pods', { ...pod, status: { phase: 'Succeeded' } });
    },
  ],
];

for (const [what, query, prepare] of AT_ONCE) {
  test(`a pod ${what} goes at once`, async (t) => {
    const api = await startApi(t, { kubelet: SLOW });
    prepare(api);
    assert.equal((await api.call('DELETE', `${POD}${query}`)).code, 200);
    assert.equal(api.store.get('pods', 'default', 'a'), undefined);
  });
}

test('another uid, or another version, is 409 and nothing happens', async (t) => {
  const api = await startApi(t);
  const { uid } = addPod(api, 'a').metadata;
  const reply = await api.call('DELETE', POD, { preconditions: { uid: 'other' } });
  assertStatus(
    reply,
    409,
    'Conflict',
    `Operation cannot be fulfilled on Pod "a": the UID in the precondition (other) does not match the UID in ` +
      `record (${uid}). The object might have been deleted and then recreated`,
  );
  assertStatus(await api.call('DELETE', POD, { preconditions: { resourceVersion: '1' } }), 409, 'Conflict');
  assert.equal(api.store.get('pods', 'default', 'a')?.metadata.deletionTimestamp, undefined);
  assert.equal((await api.call('DELETE', POD, { preconditions: { uid } })).code, 200);
});

test('a finalizer keeps the pod beyond its end, until it is taken off', async (t) => {
  const api = await startApi(t, { kubelet: SLOW });
  const pod = addPod(api, 'a');
  api.store.replace('pods', { ...pod, metadata: { ...pod.metadata, finalizers: ['example.com/hold'] } });
  await api.call('DELETE', `${POD}?gracePeriodSeconds=5`);
  api.clock.advance(10_000);
  assert.equal(api.store.get('pods', 'default', 'a')?.metadata.deletionGracePeriodSeconds, 0);
  const patch = { metadata: { finalizers: null } };
  await api.call('PATCH', POD, patch, { 'content-type': 'application/merge-patch+json' });
  assert.equal(api.store.get('pods', 'default', 'a'), undefined);
});

test('dry run and wrong options change nothing', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const revision = api.store.revision;
  assert.equal((await api.call('DELETE', `${POD}?dryRun=All`)).code, 200);
  assertStatus(await api.call('DELETE', `${POD}?dryRun=yes`), 422, 'Invalid');
  assertStatus(await api.call('DELETE', `${POD}?propagationPolicy=Never`), 422, 'Invalid');
  assertStatus(await api.call('DELETE', POD, { gracePeriodSeconds: 'soon' }), 422, 'Invalid');
  assert.equal(api.store.revision, revision);
});

test('what is no pod goes at once, and the success is told', async (t) => {
  const api = await startApi(t);
  const map = api.store.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'default' },
  });
  const { body } = await api.call(
    'DELETE',
    '/api/v1/namespaces/default/configmaps/c?propagationPolicy=Foreground',
  );
  assert.deepEqual(body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: 'c', kind: 'configmaps', uid: map.metadata.uid },
  });
});

test('a collection goes by its selector', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a', {}, { app: 'x' });
  addPod(api, 'b', {}, { app: 'y' });
  await api.call('DELETE', '/api/v1/namespaces/default/pods?labelSelector=app%3Dx');
  assert.deepEqual(
    api.store.list('pods').map(({ metadata }) => metadata.name),
    ['b'],
  );
});

test('the kubelet places, starts, and ends pods as it is told', async (t) => {
  const endings: Readonly<Record<string, Ending>> = {
    quick: { kind: 'after', ms: 2000 },
    dead: { kind: 'never' },
  };
  const api = await startApi(t, {
    kubelet: {
      nodes: ['n1', 'n2'],
      starting: () => 1000,
      ending: (pod) => endings[pod.metadata.name] ?? { kind: 'after', ms: 0 },
    },
  });
  for (const name of ['quick', 'dead', 'prompt']) {
    const pod = { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const { body } = await api.call('POST', '/api/v1/namespaces/default/pods', pod);
    assert.equal(at(body, 'status', 'phase'), 'Pending');
  }
  api.clock.advance(1000);
  const pods = api.store.list('pods');
  assert.deepEqual(
    pods.map((pod) => at(pod, 'spec', 'nodeName')),
    ['n2', 'n1', 'n1'],
  );
  assert.ok(pods.every((pod) => at(pod, 'status', 'phase') === 'Running'));
  assert.equal(new Set(pods.map((pod) => at(pod, 'status', 'podIP'))).size, 3);
  for (const { metadata } of pods)
    await api.call('DELETE', `/api/v1/namespaces/default/pods/${metadata.name}`);
  assert.equal(api.store.get('pods', 'default', 'prompt'), undefined);
  api.clock.advance(2000);
  assert.equal(api.store.get('pods', 'default', 'quick'), undefined);
  api.clock.advance(3_600_000);
  assert.ok(api.store.get('pods', 'default', 'dead'));
});
