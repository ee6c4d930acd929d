/** Tests of lists over HTTP: pages, tokens that expire, selectors, versions. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, listAt, textAt } from '../../../simulator/kubernetes/object.ts';
import { addPod, assertStatus, names, podDraft, startApi, version } from './support.ts';

const PODS = '/api/v1/pods';

test('a list is of its kind, has a version, and its items carry no apiVersion and kind', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const { body, code } = await api.get(PODS);
  assert.equal(code, 200);
  assert.equal(at(body, 'kind'), 'PodList');
  assert.equal(version(body), String(api.store.revision));
  const [item] = listAt(body, 'items');
  assert.equal(textAt(item, 'metadata', 'name'), 'a');
  assert.equal(at(item, 'kind'), undefined);
  assert.equal(at(item, 'apiVersion'), undefined);
  assert.equal(at(body, 'metadata', 'continue'), undefined);
});

test('pages are one consistent snapshot, whatever happens between them', async (t) => {
  const api = await startApi(t);
  for (const name of ['a', 'b', 'c', 'd', 'e']) addPod(api, name);
  const first = await api.get(`${PODS}?limit=2`);
  assert.deepEqual(names(first.body), ['a', 'b']);
  assert.equal(at(first.body, 'metadata', 'remainingItemCount'), 3);
  api.store.remove('pods', 'default', 'd');
  addPod(api, 'cc');
  const token = encodeURIComponent(textAt(first.body, 'metadata', 'continue') ?? '');
  const second = await api.get(`${PODS}?limit=2&continue=${token}`);
  assert.deepEqual(names(second.body), ['c', 'd']);
  assert.equal(version(second.body), version(first.body));
  const next = encodeURIComponent(textAt(second.body, 'metadata', 'continue') ?? '');
  const third = await api.get(`${PODS}?limit=2&continue=${next}`);
  assert.deepEqual(names(third.body), ['e']);
  assert.equal(at(third.body, 'metadata', 'continue'), undefined);
});

test('an expired token is 410 with a fresh one that goes on inconsistently', async (t) => {
  const api = await startApi(t, { continueTtl: 60_000 });
  for (const name of ['a', 'b', 'c', 'd']) addPod(api, name);
  const first = await api.get(`${PODS}?limit=2`);
  const token = encodeURIComponent(textAt(first.body, 'metadata', 'continue') ?? '');
  api.store.remove('pods', 'default', 'c');
  api.clock.advance(60_000);
  const gone = await api.get(`${PODS}?limit=2&continue=${token}`);
  assertStatus(gone, 410, 'Expired', /continue parameter is too old/);
  const fresh = encodeURIComponent(textAt(gone.body, 'metadata', 'continue') ?? '');
  const rest = await api.get(`${PODS}?limit=2&continue=${fresh}`);
  assert.deepEqual(names(rest.body), ['d']);
  assert.equal(version(rest.body), String(api.store.revision));
});

test('all tokens can be expired on script; a token that is none is 400', async (t) => {
  const api = await startApi(t);
  for (const name of ['a', 'b', 'c']) addPod(api, name);
  const { body } = await api.get(`${PODS}?limit=1`);
  api.expireContinueTokens();
  const token = encodeURIComponent(textAt(body, 'metadata', 'continue') ?? '');
  assertStatus(await api.get(`${PODS}?limit=1&continue=${token}`), 410, 'Expired');
  assertStatus(await api.get(`${PODS}?continue=nonsense`), 400, 'BadRequest');
  const both = await api.get(`${PODS}?continue=${token}&resourceVersion=5`);
  assertStatus(both, 400, 'BadRequest', /not allowed when using continue/);
});

test('with a selector, pages count what matches and do not tell how many remain', async (t) => {
  const api = await startApi(t);
  for (const name of ['a', 'b', 'c', 'd'])
    addPod(api, name, {}, { odd: name === 'a' || name === 'c' ? 'yes' : 'no' });
  const { body } = await api.get(`${PODS}?limit=1&labelSelector=odd%3Dyes`);
  assert.deepEqual(names(body), ['a']);
  assert.equal(at(body, 'metadata', 'remainingItemCount'), undefined);
  const token = encodeURIComponent(textAt(body, 'metadata', 'continue') ?? '');
  const next = await api.get(`${PODS}?limit=1&labelSelector=odd%3Dyes&continue=${token}`);
  assert.deepEqual(names(next.body), ['c']);
  assert.equal(at(next.body, 'metadata', 'continue'), undefined);
});

const FIELD_ROWS: readonly (readonly [string, readonly string[]])[] = [
  ['metadata.name=a', ['a']],
  ['metadata.name!=a', ['b', 'c']],
  ['metadata.namespace==other', ['c']],
  ['spec.nodeName=node-2', ['b']],
  ['spec.serviceAccountName=robot', ['b']],
  ['status.phase=Running,spec.nodeName!=node-2', ['a', 'c']],
  ['spec.nodeName=', []],
];

for (const [selector, expected] of FIELD_ROWS) {
  test(`field selector ${selector}`, async (t) => {
    const api = await startApi(t);
    addPod(api, 'a');
    addPod(api, 'b', { nodeName: 'node-2', serviceAccountName: 'robot' });
    api.store.create('pods', { ...podDraft('c'), metadata: { name: 'c', namespace: 'other' } });
    const { body } = await api.get(`${PODS}?fieldSelector=${encodeURIComponent(selector)}`);
    assert.deepEqual(new Set(names(body)), new Set(expected));
  });
}

test('an unknown field is 400, as is a selector that can not be read', async (t) => {
  const api = await startApi(t);
  const unknown = await api.get(`${PODS}?fieldSelector=spec.priority%3D1`);
  assertStatus(
    unknown,
    400,
    'BadRequest',
    'Unable to find "/v1, Resource=pods" that match label selector "", field selector "spec.priority=1": ' +
      'field label not supported: spec.priority',
  );
  assertStatus(await api.get(`${PODS}?fieldSelector=nonsense`), 400, 'BadRequest');
  assertStatus(await api.get(`${PODS}?labelSelector=a%20b`), 400, 'BadRequest');
});

const LABEL_ROWS: readonly (readonly [string, readonly string[]])[] = [
  ['app=web', ['a']],
  ['app==web', ['a']],
  ['app!=web', ['b', 'c']],
  ['app in (web, api)', ['a', 'b']],
  ['app notin (web)', ['b', 'c']],
  ['app', ['a', 'b']],
  ['!app', ['c']],
  ['app in (web,api),tier!=back', ['a']],
  ['example.com/x=1', ['c']],
];

for (const [selector, expected] of LABEL_ROWS) {
  test(`label selector ${selector}`, async (t) => {
    const api = await startApi(t);
    addPod(api, 'a', {}, { app: 'web' });
    addPod(api, 'b', {}, { app: 'api', tier: 'back' });
    addPod(api, 'c', {}, { 'example.com/x': '1' });
    const { body } = await api.get(`${PODS}?labelSelector=${encodeURIComponent(selector)}`);
    assert.deepEqual(names(body), expected);
  });
}

test('resourceVersion 0 comes whole from the cache: a limit is ignored', async (t) => {
  const api = await startApi(t);
  for (const name of ['a', 'b', 'c']) addPod(api, name);
  assert.equal(names((await api.get(`${PODS}?limit=1&resourceVersion=0`)).body).length, 3);
});

test('Exact is the state at that version; too old 410; the future 504', async (t) => {
  const api = await startApi(t);
  const a = addPod(api, 'a');
  addPod(api, 'b');
  const exact = await api.get(
    `${PODS}?resourceVersion=${a.metadata.resourceVersion}&resourceVersionMatch=Exact`,
  );
  assert.deepEqual(names(exact.body), ['a']);
  assert.equal(version(exact.body), a.metadata.resourceVersion);
  const newer = await api.get(
    `${PODS}?resourceVersion=${a.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`,
  );
  assert.deepEqual(names(newer.body), ['a', 'b']);
  assertStatus(await api.get(`${PODS}?resourceVersion=1&resourceVersionMatch=Exact`), 410, 'Expired');
  const future = await api.get(`${PODS}?resourceVersion=999999`);
  assertStatus(future, 504, 'Timeout', /Too large resource version/);
  assert.equal(future.headers.get('retry-after'), '1');
});

test('options that do not go together are refused', async (t) => {
  const api = await startApi(t);
  const refused = [
    'resourceVersionMatch=Exact',
    'resourceVersion=0&resourceVersionMatch=Exact',
    'resourceVersion=5&resourceVersionMatch=Newest',
    'resourceVersion=5&resourceVersionMatch=Exact&continue=abc',
    'sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
  ];
  for (const query of refused) assertStatus(await api.get(`${PODS}?${query}`), 422, 'Invalid');
  assertStatus(await api.get(`${PODS}?resourceVersion=abc`), 400, 'BadRequest');
});

test('a namespaced list holds its namespace only, a get tells kind and apiVersion, a missing one is 404', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  api.store.create('pods', { ...podDraft('b'), metadata: { name: 'b', namespace: 'other' } });
  assert.deepEqual(names((await api.get('/api/v1/namespaces/other/pods')).body), ['b']);
  const one = await api.get('/api/v1/namespaces/default/pods/a');
  assert.equal(at(one.body, 'kind'), 'Pod');
  assert.equal(at(one.body, 'apiVersion'), 'v1');
  const missing = await api.get('/api/v1/namespaces/default/pods/zzz');
  assertStatus(missing, 404, 'NotFound', 'pods "zzz" not found');
  assert.deepEqual(at(missing.body, 'details'), { name: 'zzz', kind: 'pods' });
});

test('big bodies are compressed for whoever accepts it, small ones never', async (t) => {
  const api = await startApi(t);
  for (let i = 0; i < 200; i += 1) addPod(api, `pod-${i}`, { note: 'x'.repeat(1000) });
  const big = await api.get(PODS);
  assert.equal(big.headers.get('content-encoding'), 'gzip');
  assert.equal(names(big.body).length, 200);
  assert.equal((await api.get(`${PODS}?limit=2`)).headers.get('content-encoding'), null);
  const plain = await api.call('GET', PODS, undefined, { 'accept-encoding': 'identity' });
  assert.equal(plain.headers.get('content-encoding'), null);
});

test('protobuf is for pods, where it is preferred, and for their refusals; a Table for whoever prefers it', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const protobuf = 'application/vnd.kubernetes.protobuf';
  const ask = (path: string, accept: string): ReturnType<typeof api.call> =>
    api.call('GET', path, undefined, { accept });
  assertStatus(await ask('/api/v1/namespaces', protobuf), 406, 'NotAcceptable');
  for (const path of [PODS, `${PODS}?limit=x`]) {
    const either = await ask(path, `${protobuf}, application/json`);
    assert.equal(either.headers.get('content-type'), protobuf);
    assert.match(either.text, path === PODS ? /^k8s\0[^]*PodList/ : /^k8s\0[^]*Status/);
  }
  const other = await ask('/api/v1/namespaces', `${protobuf}, application/json`);
  assert.equal(at(other.body, 'kind'), 'NamespaceList');
  assert.equal(at((await ask(PODS, `application/json, ${protobuf}`)).body, 'kind'), 'PodList');
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const { body } = await api.call('GET', PODS, undefined, { accept: table });
  assert.equal(at(body, 'kind'), 'Table');
  assert.deepEqual(at(listAt(body, 'rows')[0], 'cells'), ['a', '0/1', 'Running', 0, '0s']);
});
