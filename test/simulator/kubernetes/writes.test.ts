/** Tests of create, update and patch, of objects and of their statuses. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../../../simulator/kubernetes/object.ts';
import { addPod, assertStatus, startApi } from './support.ts';

const PODS = '/api/v1/namespaces/default/pods';
const MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const SPEC = { containers: [{ name: 'c', image: 'i' }] };

test('create answers 201 with what the server gave', async (t) => {
  const api = await startApi(t);
  const { body, code } = await api.call('POST', PODS, {
    metadata: { name: 'a' },
    spec: SPEC,
    status: { phase: 'Failed' },
  });
  assert.equal(code, 201);
  assert.equal(at(body, 'apiVersion'), 'v1');
  assert.equal(at(body, 'kind'), 'Pod');
  assert.equal(at(body, 'metadata', 'namespace'), 'default');
  assert.equal(at(body, 'metadata', 'creationTimestamp'), '2026-11-24T12:00:00Z');
  assert.equal(at(body, 'status', 'phase'), 'Pending');
  assert.equal(at(body, 'spec', 'serviceAccountName'), 'default');
  assertStatus(
    await api.call('POST', PODS, { metadata: { name: 'a' }, spec: SPEC }),
    409,
    'AlreadyExists',
    'pods "a" already exists',
  );
});

test('generateName gets a suffix', async (t) => {
  const api = await startApi(t);
  const { body } = await api.call('POST', PODS, { metadata: { generateName: 'job-' }, spec: SPEC });
  assert.match(String(at(body, 'metadata', 'name')), /^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

const REFUSED = [
  ['no name', { metadata: {}, spec: SPEC }, 422, 'Invalid'],
  ['a name that is none', { metadata: { name: 'A_b' }, spec: SPEC }, 422, 'Invalid'],
  ['no containers', { metadata: { name: 'a' }, spec: {} }, 422, 'Invalid'],
  [
    'a container without image',
    { metadata: { name: 'a' }, spec: { containers: [{ name: 'c' }] } },
    422,
    'Invalid',
  ],
  ['another namespace', { metadata: { name: 'a', namespace: 'b' }, spec: SPEC }, 400, 'BadRequest'],
  ['another kind', { kind: 'Job', metadata: { name: 'a' }, spec: SPEC }, 400, 'BadRequest'],
  ['another version', { apiVersion: 'v2', metadata: { name: 'a' }, spec: SPEC }, 400, 'BadRequest'],
  ['a resourceVersion', { metadata: { name: 'a', resourceVersion: '5' }, spec: SPEC }, 500, 'InternalError'],
  ['no JSON', '{"metadata":', 400, 'BadRequest'],
] as const;

for (const [what, body, code, reason] of REFUSED) {
  test(`create with ${what}: ${code}`, async (t) => {
    const api = await startApi(t);
    assertStatus(await api.call('POST', PODS, body), code, reason);
    assert.equal(api.store.list('pods').length, 0);
  });
}

test('a namespace that is missing is 404, unless that is switched off', async (t) => {
  const path = '/api/v1/namespaces/nowhere/pods';
  const api = await startApi(t);
  assertStatus(
    await api.call('POST', path, { metadata: { name: 'a' }, spec: SPEC }),
    404,
    'NotFound',
    'namespaces "nowhere" not found',
  );
  const lax = await startApi(t, { requireNamespaces: false });
  assert.equal((await lax.call('POST', path, { metadata: { name: 'a' }, spec: SPEC })).code, 201);
});

test('dry run answers as if, and stores nothing', async (t) => {
  const api = await startApi(t);
  const { code } = await api.call('POST', `${PODS}?dryRun=All`, { metadata: { name: 'a' }, spec: SPEC });
  assert.equal(code, 201);
  assert.equal(api.store.list('pods').length, 0);
});

test('admission sees pods on create, in order, and on nothing else', async (t) => {
  const api = await startApi(t);
  for (const name of ['first', 'second']) {
    api.admission.push((pod) => ({
      ...pod,
      metadata: {
        ...pod.metadata,
        labels: { ...pod.metadata.labels, by: `${pod.metadata.labels?.['by'] ?? ''}${name} ` },
      },
    }));
  }
  const { body } = await api.call('POST', PODS, { metadata: { name: 'a' }, spec: SPEC });
  assert.deepEqual(at(body, 'metadata', 'labels'), { by: 'first second ' });
  await api.call('PATCH', `${PODS}/a`, { metadata: { annotations: { x: 'y' } } }, MERGE);
  assert.deepEqual(api.store.get('pods', 'default', 'a')?.metadata.labels, { by: 'first second ' });
});

test('an update with an old resourceVersion is 409; without one it goes through where that is allowed', async (t) => {
  const api = await startApi(t);
  const created = await api.call('POST', MAPS, { metadata: { name: 'c' }, data: { n: '1' } });
  const metadata = at(created.body, 'metadata');
  assert.equal((await api.call('PUT', `${MAPS}/c`, { metadata, data: { n: '2' } })).code, 200);
  const late = await api.call('PUT', `${MAPS}/c`, { metadata, data: { n: '3' } });
  assertStatus(
    late,
    409,
    'Conflict',
    'Operation cannot be fulfilled on configmaps "c": the object has been modified; please apply your changes to ' +
      'the latest version and try again',
  );
  assert.equal((await api.call('PUT', `${MAPS}/c`, { metadata: { name: 'c' }, data: { n: '4' } })).code, 200);
  assert.deepEqual(api.store.get('configmaps', 'default', 'c')?.['data'], { n: '4' });
  assertStatus(await api.call('PUT', `${MAPS}/c`, { metadata: { name: 'd' } }), 400, 'BadRequest');
  assertStatus(
    await api.call('PUT', `${MAPS}/c`, { metadata: { name: 'c', uid: 'other' } }),
    409,
    'Conflict',
  );
  assertStatus(await api.call('PUT', `${MAPS}/zzz`, { metadata: { name: 'zzz' } }), 404, 'NotFound');
});

test('an update that changes nothing makes no event and no version', async (t) => {
  const api = await startApi(t);
  const { body } = await api.call('POST', MAPS, { metadata: { name: 'c' }, data: { n: '1' } });
  const revision = api.store.revision;
  assert.equal((await api.call('PUT', `${MAPS}/c`, body)).code, 200);
  assert.equal(api.store.revision, revision);
});

test('a merge patch merges, null removes, an old resourceVersion in it is 409', async (t) => {
  const api = await startApi(t);
  const created = await api.call('POST', MAPS, { metadata: { name: 'c' }, data: { keep: '1', drop: '2' } });
  const resourceVersion = at(created.body, 'metadata', 'resourceVersion');
  const patched = await api.call('PATCH', `${MAPS}/c`, { data: { drop: null, add: '3' } }, MERGE);
  assert.deepEqual(at(patched.body, 'data'), { keep: '1', add: '3' });
  const late = await api.call(
    'PATCH',
    `${MAPS}/c`,
    { metadata: { resourceVersion }, data: { x: 'y' } },
    MERGE,
  );
  assertStatus(late, 409, 'Conflict');
});

test('patches of other types are 415', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  for (const type of ['application/json-patch+json', 'application/apply-patch+yaml', 'application/json']) {
    assertStatus(
      await api.call('PATCH', `${PODS}/a`, {}, { 'content-type': type }),
      415,
      'UnsupportedMediaType',
    );
  }
});

test('the object and its status are written apart; the generation counts changes of the spec', async (t) => {
  const api = await startApi(t);
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const created = await api.call('POST', path, {
    metadata: { name: 'd' },
    spec: { replicas: 1 },
    status: { replicas: 9 },
  });
  assert.deepEqual(at(created.body, 'status'), {});
  assert.equal(at(created.body, 'metadata', 'generation'), 1);
  const scaled = await api.call(
    'PATCH',
    `${path}/d`,
    { spec: { replicas: 2 }, status: { replicas: 9 } },
    MERGE,
  );
  assert.deepEqual(at(scaled.body, 'status'), {});
  assert.equal(at(scaled.body, 'metadata', 'generation'), 2);
  const told = await api.call(
    'PATCH',
    `${path}/d/status`,
    { spec: { replicas: 7 }, status: { replicas: 2 } },
    MERGE,
  );
  assert.deepEqual(at(told.body, 'status'), { replicas: 2 });
  assert.deepEqual(at(told.body, 'spec'), { replicas: 2 });
  assert.equal(at(told.body, 'metadata', 'generation'), 2);
  assertStatus(await api.get(`${MAPS}/c/status`), 404, 'NotFound');
});

test("a pod's status is written apart, by PUT and PATCH, with conflicts", async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const before = await api.get(`${PODS}/a/status`);
  assert.equal(at(before.body, 'kind'), 'Pod');
  const patched = await api.call('PATCH', `${PODS}/a/status`, { status: { phase: 'Failed' } }, MERGE);
  assert.equal(at(patched.body, 'status', 'phase'), 'Failed');
  const spec = { nodeName: 'elsewhere' };
  const body = { metadata: at(before.body, 'metadata'), spec, status: { phase: 'Running' } };
  assertStatus(await api.call('PUT', `${PODS}/a/status`, body), 409, 'Conflict');
  const put = await api.call('PUT', `${PODS}/a/status`, {
    metadata: { name: 'a' },
    spec,
    status: { phase: 'Running' },
  });
  assert.deepEqual(at(put.body, 'status'), { phase: 'Running' });
  assert.equal(at(put.body, 'spec', 'nodeName'), 'node-1');
});

test('most of a pod never changes', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const image = { spec: { containers: [{ name: 'main', image: 'newer' }] } };
  assert.equal((await api.call('PATCH', `${PODS}/a`, image, MERGE)).code, 200);
  const account = { spec: { serviceAccountName: 'admin' } };
  assertStatus(
    await api.call('PATCH', `${PODS}/a`, account, MERGE),
    422,
    'Invalid',
    /pod updates may not change fields/,
  );
});

test('paths and methods that are not served', async (t) => {
  const api = await startApi(t);
  for (const path of [
    '/api/v1/secrets',
    '/apis/x/v1/pods',
    '/api/v1/pods/a',
    '/nothing',
    '/api/v1/namespaces/%zz/pods',
  ]) {
    assertStatus(await api.get(path), 404, 'NotFound');
  }
  assertStatus(await api.call('POST', '/api/v1/pods', { metadata: { name: 'a' } }), 405, 'MethodNotAllowed');
  assertStatus(await api.call('PUT', PODS, {}), 405, 'MethodNotAllowed');
});
