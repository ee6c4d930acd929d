/** Tests of access, discovery, the record of requests, and scripted faults. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GONE } from '../../../simulator/kubernetes/faults.ts';
import { at, listAt, textAt } from '../../../simulator/kubernetes/object.ts';
import { addPod, assertStatus, eventually, startApi, watch } from './support.ts';

const PODS = '/api/v1/pods';
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

test('where tokens are demanded, anything else is 401', async (t) => {
  const api = await startApi(t, { tokens: ['right'] });
  assertStatus(await api.get(PODS), 401, 'Unauthorized', 'Unauthorized');
  assertStatus(
    await api.call('GET', PODS, undefined, { authorization: 'Bearer wrong' }),
    401,
    'Unauthorized',
  );
  assert.equal((await api.call('GET', PODS, undefined, { authorization: 'Bearer right' })).code, 200);
  assert.equal((await api.get('/readyz')).code, 200);
  assertStatus(
    await api.call('GET', '/readyz', undefined, { authorization: 'Bearer wrong' }),
    401,
    'Unauthorized',
  );
});

test('a denied verb is 403 in the real words, in the cluster, in a namespace, of a subresource', async (t) => {
  const api = await startApi(t, { user: 'system:serviceaccount:ns:name' });
  addPod(api, 'a');
  const allow = api.faults.deny({ verb: 'list', resource: 'pods' });
  api.faults.deny({ verb: 'create', resource: 'pods/eviction' });
  api.faults.deny({ verb: 'update', resource: 'leases', namespace: 'default' });
  const user = 'User "system:serviceaccount:ns:name"';
  assertStatus(
    await api.get(PODS),
    403,
    'Forbidden',
    `pods is forbidden: ${user} cannot list resource "pods" in API group "" at the cluster scope`,
  );
  assertStatus(
    await api.get('/api/v1/namespaces/default/pods'),
    403,
    'Forbidden',
    `pods is forbidden: ${user} cannot list resource "pods" in API group "" in the namespace "default"`,
  );
  assertStatus(
    await api.call('POST', '/api/v1/namespaces/default/pods/a/eviction', {}),
    403,
    'Forbidden',
    `pods "a" is forbidden: ${user} cannot create resource "pods/eviction" in API group "" in the namespace "default"`,
  );
  const lease = '/apis/coordination.k8s.io/v1/namespaces/default/leases/l';
  assertStatus(
    await api.call('PUT', lease, {}),
    403,
    'Forbidden',
    `leases.coordination.k8s.io "l" is forbidden: ${user} cannot update resource "leases" in API group ` +
      '"coordination.k8s.io" in the namespace "default"',
  );
  assert.equal((await api.get('/api/v1/namespaces/default/pods/a')).code, 200);
  allow();
  assert.equal((await api.get(PODS)).code, 200);
});

test('an access review tells what is denied', async (t) => {
  const api = await startApi(t);
  api.faults.deny({ verb: 'create', resource: 'pods/eviction', namespace: 'default' });
  const ask = async (attributes: Readonly<Record<string, string>>): Promise<unknown> => {
    const { body, code } = await api.call('POST', REVIEWS, { spec: { resourceAttributes: attributes } });
    assert.equal(code, 201);
    return at(body, 'status', 'allowed');
  };
  const eviction = { verb: 'create', resource: 'pods', subresource: 'eviction' };
  assert.equal(await ask({ ...eviction, namespace: 'default' }), false);
  assert.equal(await ask({ ...eviction, namespace: 'other' }), true);
  assert.equal(await ask({ verb: 'create', resource: 'pods', namespace: 'default' }), true);
  assertStatus(await api.call('POST', REVIEWS, { spec: {} }), 400, 'BadRequest');
});

test('health, version, issuer, discovery', async (t) => {
  const api = await startApi(t, { issuer: 'https://issuer.example' });
  for (const path of ['/livez', '/readyz', '/healthz']) assert.equal((await api.get(path)).text, 'ok');
  assert.equal(at((await api.get('/version')).body, 'major'), '1');
  const openId = await api.get('/.well-known/openid-configuration');
  assert.equal(at(openId.body, 'issuer'), 'https://issuer.example');
  assert.match(
    String(at(openId.body, 'jwks_uri')),
    /^https:\/\/ip-[\d-]+\.[\w-]+\.compute\.internal:443\/openid\/v1\/jwks$/,
  );
  assert.deepEqual(listAt((await api.get('/api')).body, 'versions'), ['v1']);
  const groups = listAt((await api.get('/apis')).body, 'groups').map((group) => textAt(group, 'name'));
  assert.deepEqual(
    groups.toSorted((one, other) => String(one).localeCompare(String(other))),
    ['apps', 'authorization.k8s.io', 'batch', 'coordination.k8s.io', 'events.k8s.io', 'policy'],
  );
  const core = listAt((await api.get('/api/v1')).body, 'resources').map((one) => textAt(one, 'name'));
  assert.ok(core.includes('pods/eviction') && core.includes('serviceaccounts'));
  assert.equal((await api.get('/openapi/v2')).code, 404);
});

test('every request is recorded, with what it asked and what it got', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  await api.get(`${PODS}?limit=5`);
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'a', namespace: 'default' },
  };
  await api.call('POST', '/api/v1/namespaces/default/pods/a/eviction', eviction, { 'user-agent': 'test/1' });
  const reader = await watch(t, api, `${PODS}?watch=true`);
  reader.close();
  const [list, write, watching] = api.requests.all();
  assert.deepEqual(
    [list?.verb, list?.resource, list?.status, list?.query.get('limit')],
    ['list', 'pods', 200, '5'],
  );
  assert.equal(watching?.verb, 'watch');
  assert.deepEqual(api.requests.writes(), [write]);
  assert.deepEqual(api.requests.of('create', 'pods/eviction'), [write]);
  const { query: _query, ...rest } = write ?? {};
  assert.deepEqual(rest, {
    method: 'POST',
    path: '/api/v1/namespaces/default/pods/a/eviction',
    resource: 'pods',
    group: '',
    subresource: 'eviction',
    verb: 'create',
    namespace: 'default',
    name: 'a',
    body: eviction,
    userAgent: 'test/1',
    user: 'system:serviceaccount:pod-identity-revoker:pod-identity-revoker',
    pod: undefined,
    at: api.clock.now(),
    status: 201,
  });
  api.requests.clear();
  assert.equal(api.requests.all().length, 0);
});

test('a scripted answer comes as often as it was asked for, to what it matches', async (t) => {
  const api = await startApi(t);
  api.faults.add({
    match: { verb: 'list', resource: 'pods', namespace: 'default' },
    effect: {
      kind: 'answer',
      code: 503,
      body: { reason: 'ServiceUnavailable' },
      headers: { 'retry-after': '3' },
    },
    times: 2,
  });
  const path = '/api/v1/namespaces/default/pods';
  assert.equal((await api.get(PODS)).code, 200);
  const first = await api.get(path);
  assertStatus(first, 503, 'ServiceUnavailable');
  assert.equal(first.headers.get('retry-after'), '3');
  assert.equal((await api.get(path)).code, 503);
  assert.equal((await api.get(path)).code, 200);
});

test('an answer can be any text, and a match any predicate', async (t) => {
  const api = await startApi(t);
  const remove = api.faults.add({
    match: { when: ({ query }) => query.get('limit') === '7' },
    effect: { kind: 'answer', code: 502, body: '<html>bad gateway</html>' },
  });
  assert.equal((await api.get(`${PODS}?limit=7`)).text, '<html>bad gateway</html>');
  assert.equal((await api.get(`${PODS}?limit=8`)).code, 200);
  remove();
  assert.equal((await api.get(`${PODS}?limit=7`)).code, 200);
});

test('a watch can be refused with a plain 410', async (t) => {
  const api = await startApi(t);
  api.faults.add({ match: { verb: 'watch', resource: 'pods' }, effect: GONE, times: 1 });
  assertStatus(await api.get(`${PODS}?watch=true`), 410, 'Expired');
});

test('a delayed answer waits for the clock; a request that hangs waits for ever', async (t) => {
  const api = await startApi(t);
  api.faults.add({ match: { verb: 'list' }, effect: { kind: 'delay', ms: 5000 }, times: 1 });
  const reply = api.get(PODS);
  await eventually(() => api.clock.waiting === 1);
  api.clock.advance(5000);
  assert.equal((await reply).code, 200);
  api.faults.add({ match: { verb: 'list' }, effect: { kind: 'hang' }, times: 1 });
  await assert.rejects(fetch(`${api.url}${PODS}`, { signal: AbortSignal.timeout(30) }), {
    name: 'TimeoutError',
  });
  assert.equal(api.requests.all().at(-1)?.status, undefined);
});

test('a connection can be cut before the deed, after it, and in the middle of the answer', async (t) => {
  const api = await startApi(t);
  const path = '/api/v1/namespaces/default/configmaps';
  const body = { metadata: { name: 'c' } };
  api.faults.add({ match: { verb: 'create' }, effect: { kind: 'cut' }, times: 1 });
  await assert.rejects(api.call('POST', path, body), { message: 'fetch failed' });
  assert.equal(api.store.get('configmaps', 'default', 'c'), undefined);
  api.faults.add({ match: { verb: 'create' }, effect: { kind: 'cut-after' }, times: 1 });
  await assert.rejects(api.call('POST', path, body), { message: 'fetch failed' });
  assert.ok(api.store.get('configmaps', 'default', 'c'));
  api.faults.add({ match: { verb: 'list' }, effect: { kind: 'truncate', bytes: 10 }, times: 1 });
  await assert.rejects(api.get(path), { message: 'terminated' });
  assert.equal((await api.get(path)).code, 200);
});

test('closing ends watches and hanging requests', async (t) => {
  const api = await startApi(t);
  const reader = await watch(t, api, `${PODS}?watch=true`);
  api.faults.add({ match: { verb: 'list' }, effect: { kind: 'hang' } });
  const hanging = assert.rejects(api.get(PODS));
  await eventually(() => api.requests.of('list', 'pods').length === 1);
  await api.close();
  await hanging;
  assert.deepEqual((await reader.rest()).lines, []);
  assert.equal(api.clock.waiting, 0);
});
