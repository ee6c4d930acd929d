/** Tests of what a guest of a cluster needs: namespaces that come and go, tokens on request, acting as another. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ending } from '../../../simulator/kubernetes/endings.ts';
import { at, textAt } from '../../../simulator/kubernetes/object.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import { type Api, assertStatus, podDraft, startApi } from './support.ts';

const GUEST = '/api/v1/namespaces/guest';
const SLOW = { ending: (): Ending => ({ kind: 'after-grace' }) };

async function guestApi(api: Api): Promise<Api> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guest' } };
  assert.equal((await api.call('POST', '/api/v1/namespaces', body)).code, 201);
  return api;
}

function addHere(api: Api, finalizers: readonly string[] = []): void {
  const { metadata, ...pod } = podDraft('a');
  api.store.create('pods', { ...pod, metadata: { ...metadata, namespace: 'guest', finalizers } });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'guest' } };
  api.store.create('configmaps', map);
}

test('a deleted namespace terminates, takes nothing new, and goes with its last pod', async (t) => {
  const api = await guestApi(await startApi(t, { kubelet: SLOW }));
  addHere(api);
  const { code, body } = await api.call('DELETE', GUEST);
  assert.equal(code, 200);
  assert.equal(at(body, 'status', 'phase'), 'Terminating');
  assert.equal(at(body, 'metadata', 'deletionGracePeriodSeconds'), undefined);
  assert.deepEqual(api.store.list('configmaps', 'guest'), []);
  const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } };
  const refused = await api.call('POST', `${GUEST}/configmaps`, draft);
  const why = 'unable to create new content in namespace guest because it is being terminated';
  assertStatus(refused, 403, 'Forbidden', `configmaps "late" is forbidden: ${why}`);
  assert.match(refused.text, /"NamespaceTerminating"/);
  assert.equal(api.store.list('pods', 'guest').length, 1);
  api.clock.advance(31_000);
  assert.deepEqual(api.store.list('pods', 'guest'), []);
  assertStatus(await api.get(GUEST), 404, 'NotFound');
  assert.equal((await api.get('/api/v1/namespaces/default')).code, 200);
});

test('a finalizer on what is in it keeps the namespace; an empty one goes at once', async (t) => {
  const api = await guestApi(await startApi(t));
  addHere(api, ['example.com/kept']);
  await api.call('DELETE', GUEST);
  assert.equal((await api.get(GUEST)).code, 200);
  const patch = { metadata: { finalizers: null } };
  await api.call('PATCH', `${GUEST}/pods/a`, patch, { 'content-type': 'application/merge-patch+json' });
  assertStatus(await api.get(GUEST), 404, 'NotFound');
  await guestApi(api);
  await api.call('DELETE', GUEST);
  assertStatus(await api.get(GUEST), 404, 'NotFound');
});

test('a new namespace of a whole cluster has the service account default, however it was made', async () => {
  const simulator = await startSimulator();
  try {
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guest' } });
    const headers = { 'content-type': 'application/json' };
    const { url, store } = simulator.kubernetes;
    await fetch(`${url}/api/v1/namespaces`, { method: 'POST', body, headers });
    assert.ok(store.get('serviceaccounts', 'guest', 'default'));
    assert.equal(
      store.get('namespaces', undefined, 'guest')?.metadata.labels?.['kubernetes.io/metadata.name'],
      'guest',
    );
  } finally {
    await simulator.close();
  }
});

test('a token on request is one of the service account; ten minutes is the least', async (t) => {
  const api = await startApi(t);
  const metadata = { name: 'reader', namespace: 'default' };
  const path = '/api/v1/namespaces/default/serviceaccounts/reader/token';
  assertStatus(await api.call('POST', path, {}), 404, 'NotFound');
  api.store.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const wish = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { code, body } = await api.call('POST', path, wish);
  assert.equal(code, 201);
  const caller = api.tokens.userOf(textAt(body, 'status', 'token') ?? '');
  assert.deepEqual(caller, { user: 'system:serviceaccount:default:reader', pod: undefined });
  assert.equal(at(body, 'status', 'expirationTimestamp'), '2026-11-24T13:00:00Z');
  const short = await api.call('POST', path, { ...wish, spec: { expirationSeconds: 599 } });
  assertStatus(short, 422, 'Invalid', /may not specify a duration less than 10 minutes/);
  assertStatus(await api.get(path), 405, 'MethodNotAllowed');
});

test('whoever acts as a user to whom nothing is bound may do nothing, and is named so', async (t) => {
  const api = await startApi(t, { user: 'admin' });
  const as = (method: string, path: string) =>
    api.call(method, path, undefined, { 'impersonate-user': 'guest:nobody' });
  const forbidden =
    /User "guest:nobody" cannot list resource "pods" in API group "" in the namespace "default"/;
  assertStatus(await as('GET', '/api/v1/namespaces/default/pods'), 403, 'Forbidden', forbidden);
  const issuer = '/.well-known/openid-configuration';
  assertStatus(await as('GET', issuer), 403, 'Forbidden', /cannot get path "\/\.well-known/);
  assert.equal((await as('GET', '/version')).code, 200);
  assert.equal(api.requests.all().at(-1)?.user, 'guest:nobody');
  api.faults.deny({ verb: 'impersonate', resource: 'users' });
  assertStatus(
    await as('GET', '/version'),
    403,
    'Forbidden',
    /User "admin" cannot impersonate resource "users"/,
  );
});

test('a pod that names another scheduler is never placed', async () => {
  const simulator = await startSimulator();
  try {
    const pod = podDraft('left', { nodeName: undefined, schedulerName: 'nobody' });
    simulator.kubernetes.store.create('pods', { ...pod, status: { phase: 'Pending' } });
    const { store } = simulator.kubernetes;
    assert.equal(textAt(store.get('pods', 'default', 'left'), 'status', 'phase'), 'Pending');
  } finally {
    await simulator.close();
  }
});

test('a container that sleeps before it stops ends after that, or with its grace', async (t) => {
  const api = await startApi(t);
  const lifecycle = { preStop: { sleep: { seconds: 25 } } };
  const containers = [{ name: 'main', image: 'image', lifecycle }];
  for (const name of ['slow', 'short']) api.store.create('pods', podDraft(name, { containers }));
  await api.call('DELETE', '/api/v1/namespaces/default/pods/slow');
  await api.call('DELETE', '/api/v1/namespaces/default/pods/short?gracePeriodSeconds=3');
  api.clock.advance(3000);
  assert.equal(api.store.get('pods', 'default', 'short'), undefined);
  api.clock.advance(21_000);
  assert.ok(api.store.get('pods', 'default', 'slow'));
  api.clock.advance(2000);
  assert.equal(api.store.get('pods', 'default', 'slow'), undefined);
});
