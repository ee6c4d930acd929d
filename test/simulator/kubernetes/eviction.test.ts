/** Tests of the eviction subresource and of the budgets that stand in its way. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, type JsonObject, listAt } from '../../../simulator/kubernetes/object.ts';
import { addPod, type Api, assertStatus, type Reply, startApi } from './support.ts';

const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const SLOW = { kubelet: { ending: () => ({ kind: 'after-grace' }) as const } };
const BLOCKED = "Cannot evict pod as it would violate the pod's disruption budget.";

async function evict(api: Api, name: string, deleteOptions: JsonObject = {}, query = ''): Promise<Reply> {
  return api.call('POST', `/api/v1/namespaces/default/pods/${name}/eviction${query}`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: 'default' },
    deleteOptions,
  });
}

async function addBudget(api: Api, name: string, spec: JsonObject): Promise<void> {
  const selector = { matchLabels: { app: 'web' } };
  const budget = { metadata: { name }, spec: { selector, ...spec } };
  assert.equal((await api.call('POST', BUDGETS, budget)).code, 201);
}

function addWeb(api: Api, ...names: readonly string[]): void {
  for (const name of names) addPod(api, name, {}, { app: 'web' });
}

function isTerminating(api: Api, name: string): boolean {
  return api.store.get('pods', 'default', name)?.metadata.deletionTimestamp !== undefined;
}

test('accepted: 201, a deletionTimestamp, and the condition that says why; once more: 201 again', async (t) => {
  const api = await startApi(t, SLOW);
  const { uid } = addPod(api, 'a').metadata;
  const reply = await evict(api, 'a', { preconditions: { uid }, gracePeriodSeconds: 10 });
  assert.equal(reply.code, 201);
  assert.deepEqual(reply.body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  });
  const pod = api.store.get('pods', 'default', 'a');
  assert.equal(pod?.metadata.deletionTimestamp, '2026-11-24T12:00:10Z');
  const condition = listAt(pod, 'status', 'conditions').find((one) => at(one, 'type') === 'DisruptionTarget');
  assert.equal(at(condition, 'status'), 'True');
  assert.equal(at(condition, 'reason'), 'EvictionByEvictionAPI');
  const revision = api.store.revision;
  assert.equal((await evict(api, 'a', { preconditions: { uid } })).code, 201);
  assert.equal(api.store.revision, revision);
});

test('no such pod: 404; another uid: 409 in the real words, and nothing happens', async (t) => {
  const api = await startApi(t, SLOW);
  assertStatus(await evict(api, 'a'), 404, 'NotFound', 'pods "a" not found');
  const { uid } = addPod(api, 'a').metadata;
  const reply = await evict(api, 'a', { preconditions: { uid: 'other' } });
  assertStatus(reply, 409, 'Conflict');
  assert.ok(
    String(at(reply.body, 'message')).endsWith(
      `the UID in the precondition (other) does not match the UID in record (${uid}). ` +
        'The object might have been deleted and then recreated',
    ),
  );
  assert.equal(isTerminating(api, 'a'), false);
});

test('an eviction that is none: 400', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const path = '/api/v1/namespaces/default/pods/a/eviction';
  const metadata = { name: 'a', namespace: 'default' };
  const wrong = [
    { apiVersion: 'policy/v1beta1', kind: 'Eviction', metadata },
    { apiVersion: 'policy/v1', kind: 'Pod', metadata },
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'b' } },
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: {} },
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a', namespace: 'other' } },
  ];
  for (const body of wrong) assertStatus(await api.call('POST', path, body), 400, 'BadRequest');
  assertStatus(await api.call('POST', path), 400, 'BadRequest');
  assertStatus(await api.get(path), 405, 'MethodNotAllowed');
  assert.equal(isTerminating(api, 'a'), false);
});

test('dry run, in the options or in the query: 201, and nothing happens, to the budget neither', async (t) => {
  const api = await startApi(t, SLOW);
  addWeb(api, 'a', 'b');
  await addBudget(api, 'web', { minAvailable: 1 });
  const revision = api.store.revision;
  assert.equal((await evict(api, 'a', { dryRun: ['All'] })).code, 201);
  assert.equal((await evict(api, 'a', {}, '?dryRun=All')).code, 201);
  assert.equal(api.store.revision, revision);
});

test('a budget allows what it can spare, and then blocks without Retry-After, naming itself', async (t) => {
  const api = await startApi(t, SLOW);
  addWeb(api, 'a', 'b', 'c');
  await addBudget(api, 'web', { minAvailable: 2 });
  assert.equal((await evict(api, 'a')).code, 201);
  const reply = await evict(api, 'b');
  assertStatus(reply, 429, 'TooManyRequests', BLOCKED);
  assert.equal(reply.headers.get('retry-after'), null);
  assert.deepEqual(at(reply.body, 'details'), {
    causes: [
      {
        reason: 'DisruptionBudget',
        message: 'The disruption budget web needs 2 healthy pods and has 2 currently',
      },
    ],
  });
  assert.equal(isTerminating(api, 'b'), false);
  addWeb(api, 'd');
  assert.equal((await evict(api, 'b')).code, 201);
});

test('an eviction counts at once, even before the controller has seen it', async (t) => {
  const api = await startApi(t, SLOW);
  addWeb(api, 'a', 'b', 'c');
  await addBudget(api, 'web', { minAvailable: 2 });
  api.disruption.pause();
  assert.equal((await evict(api, 'a')).code, 201);
  const budget = api.store.get('poddisruptionbudgets', 'default', 'web');
  assert.equal(at(budget, 'status', 'disruptionsAllowed'), 0);
  assert.deepEqual(at(budget, 'status', 'disruptedPods'), { a: '2026-11-24T12:00:00Z' });
  assertStatus(await evict(api, 'b'), 429, 'TooManyRequests');
  api.disruption.resume();
  const after = api.store.get('poddisruptionbudgets', 'default', 'web');
  assert.equal(at(after, 'status', 'disruptedPods'), undefined);
  assert.equal(at(after, 'status', 'currentHealthy'), 2);
});

test('a budget that its controller has not seen yet: 429 with Retry-After', async (t) => {
  const api = await startApi(t, SLOW);
  addWeb(api, 'a');
  api.disruption.pause();
  await addBudget(api, 'web', { minAvailable: 0 });
  const reply = await evict(api, 'a');
  assertStatus(reply, 429, 'TooManyRequests', BLOCKED);
  assert.equal(reply.headers.get('retry-after'), '10');
  assert.equal(at(reply.body, 'details', 'retryAfterSeconds'), 10);
  assert.deepEqual(at(reply.body, 'details', 'causes'), [
    {
      reason: 'DisruptionBudget',
      message: 'The disruption budget web is still being processed by the server.',
    },
  ]);
  api.disruption.resume();
  assert.equal((await evict(api, 'a')).code, 201);
});

test('two budgets on one pod: 500, and no reason', async (t) => {
  const api = await startApi(t, SLOW);
  addWeb(api, 'a');
  await addBudget(api, 'one', { minAvailable: 0 });
  await addBudget(api, 'two', { minAvailable: 0 });
  const message =
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
  assertStatus(await evict(api, 'a'), 500, undefined, message);
  assert.equal(isTerminating(api, 'a'), false);
});

test('a pod that is on its way already is evicted again, whatever the budget says', async (t) => {
  const api = await startApi(t, SLOW);
  addWeb(api, 'a');
  await api.call('DELETE', '/api/v1/namespaces/default/pods/a');
  await addBudget(api, 'web', { minAvailable: 1 });
  assert.equal((await evict(api, 'a')).code, 201);
});

test('an eviction shortens the grace of a pod that is on its way, and does not prolong it', async (t) => {
  const api = await startApi(t, SLOW);
  addPod(api, 'a');
  for (const [asked, grace] of [
    [20, 20],
    [60, 20],
    [5, 5],
  ] as const) {
    assert.equal((await evict(api, 'a', { gracePeriodSeconds: asked })).code, 201);
    const pod = api.store.get('pods', 'default', 'a');
    assert.equal(pod?.metadata.deletionGracePeriodSeconds, grace);
    assert.equal(pod?.metadata.deletionTimestamp, `2026-11-24T12:00:${String(grace).padStart(2, '0')}Z`);
  }
});

test('an eviction that fails on the uid has used the budget up, for two minutes', async (t) => {
  const api = await startApi(t, SLOW);
  addWeb(api, 'a', 'b');
  await addBudget(api, 'web', { minAvailable: 1 });
  assertStatus(await evict(api, 'a', { preconditions: { uid: 'other' } }), 409, 'Conflict');
  assertStatus(await evict(api, 'b'), 429, 'TooManyRequests', BLOCKED);
  api.clock.advance(121_000);
  api.disruption.resume();
  assert.equal((await evict(api, 'b')).code, 201);
});

test('the budget is asked before the uid', async (t) => {
  const api = await startApi(t, SLOW);
  addWeb(api, 'a');
  await addBudget(api, 'web', { minAvailable: 1 });
  assertStatus(await evict(api, 'a', { preconditions: { uid: 'other' } }), 429, 'TooManyRequests');
});

test('unscheduled and finished pods go at once, budget or not; pending ones are not protected', async (t) => {
  const api = await startApi(t, SLOW);
  await addBudget(api, 'web', { minAvailable: 5 });
  addPod(api, 'unscheduled', { nodeName: '' }, { app: 'web' });
  const pending = api.store.get('pods', 'default', 'unscheduled');
  assert.ok(pending);
  api.store.replace('pods', { ...pending, status: { phase: 'Pending' } });
  const done = addPod(api, 'done', {}, { app: 'web' });
  api.store.replace('pods', { ...done, status: { phase: 'Succeeded' } });
  for (const name of ['unscheduled', 'done']) {
    assert.equal((await evict(api, name)).code, 201);
    assert.equal(api.store.get('pods', 'default', name), undefined);
  }
});

const UNREADY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] };
const UNHEALTHY_ROWS = [
  ['is blocked while the others do not suffice', { minAvailable: 2 }, 429],
  ['goes while the others suffice', { minAvailable: 1 }, 201],
  ['goes always under AlwaysAllow', { minAvailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow' }, 201],
] as const;

for (const [what, spec, code] of UNHEALTHY_ROWS) {
  test(`a pod that is not ready ${what}`, async (t) => {
    const api = await startApi(t, SLOW);
    addWeb(api, 'healthy');
    const pod = addPod(api, 'sick', {}, { app: 'web' });
    api.store.replace('pods', { ...pod, status: UNREADY });
    await addBudget(api, 'web', spec);
    assert.equal((await evict(api, 'sick')).code, code);
  });
}

const SHARES = [
  [{ minAvailable: '50%' }, 3, 1],
  [{ maxUnavailable: 1 }, 4, 1],
  [{ maxUnavailable: '30%' }, 3, 2],
  [{ maxUnavailable: 0 }, 5, 0],
] as const;

for (const [spec, desired, allowed] of SHARES) {
  test(`${JSON.stringify(spec)} of 5 replicas, 4 or 5 of them ready`, async (t) => {
    const api = await startApi(t);
    const set = api.store.create('statefulsets', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 's', namespace: 'default' },
      spec: { replicas: 5 },
    });
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      name: 's',
      uid: set.metadata.uid,
      controller: true,
    };
    const ready = desired + allowed;
    for (let i = 0; i < 5; i += 1) {
      const pod = addPod(api, `s-${i}`, {}, { app: 'web' });
      const status = i < ready ? pod.status : UNREADY;
      api.store.replace('pods', {
        ...pod,
        metadata: { ...pod.metadata, ownerReferences: [owner] },
        ...(status === undefined ? {} : { status }),
      });
    }
    await addBudget(api, 'web', spec);
    const { body } = await api.get(`${BUDGETS}/web`);
    assert.equal(at(body, 'status', 'expectedPods'), 5);
    assert.equal(at(body, 'status', 'desiredHealthy'), desired);
    assert.equal(at(body, 'status', 'currentHealthy'), ready);
    assert.equal(at(body, 'status', 'disruptionsAllowed'), allowed);
    assert.equal(at(body, 'status', 'observedGeneration'), 1);
  });
}

test('bare pods are not counted by maxUnavailable, so that such a budget blocks them', async (t) => {
  const api = await startApi(t);
  addWeb(api, 'a', 'b');
  await addBudget(api, 'web', { maxUnavailable: 1 });
  assertStatus(await evict(api, 'a'), 429, 'TooManyRequests', BLOCKED);
});
