/** Tests of nodes that die and of pods that do not end as they should. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, listAt } from '../../../simulator/kubernetes/object.ts';
import { addPod, assertStatus, startApi } from './support.ts';

const PODS = '/api/v1/namespaces/default/pods';
const MERGE = { 'content-type': 'application/merge-patch+json' };

test('the pods of a lost node stay terminating until it is back; grace 0 removes the object', async (t) => {
  const api = await startApi(t);
  api.store.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
  for (const name of ['a', 'b']) addPod(api, name);
  addPod(api, 'elsewhere', { nodeName: 'node-2' });
  api.kubelet?.lose('node-1');
  const node = await api.get('/api/v1/nodes/node-1');
  assert.equal(at(listAt(node.body, 'status', 'conditions')[0], 'status'), 'Unknown');
  for (const name of ['a', 'b', 'elsewhere']) await api.call('DELETE', `${PODS}/${name}`);
  assert.equal(api.store.get('pods', 'default', 'elsewhere'), undefined);
  await api.call('DELETE', `${PODS}/a?gracePeriodSeconds=1`);
  api.clock.advance(86_400_000);
  assert.equal(api.store.list('pods').length, 2);
  await api.call('DELETE', `${PODS}/b?gracePeriodSeconds=0`);
  assert.deepEqual(
    api.store.list('pods').map(({ metadata }) => metadata.name),
    ['a'],
  );
  api.kubelet?.recover('node-1');
  assert.equal(api.store.list('pods').length, 0);
});

test('a pod that waits to start on a node that is lost starts when it is back', async (t) => {
  const api = await startApi(t, { kubelet: { nodes: ['node-1'], starting: () => 1000 } });
  api.kubelet?.lose('node-1');
  await api.call('POST', PODS, {
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  api.clock.advance(60_000);
  assert.equal(at(api.store.get('pods', 'default', 'a'), 'status', 'phase'), 'Pending');
  api.kubelet?.recover('node-1');
  api.clock.advance(1000);
  assert.equal(at(api.store.get('pods', 'default', 'a'), 'status', 'phase'), 'Running');
});

test('a pod can outlive its grace; rules come and go, and count for pods that terminate already', async (t) => {
  const api = await startApi(t);
  const outlive = api.kubelet?.endBy(({ metadata }) =>
    metadata.name === 'a' ? { kind: 'outlives', ms: 45_000 } : undefined,
  );
  addPod(api, 'a');
  addPod(api, 'b');
  for (const name of ['a', 'b']) await api.call('DELETE', `${PODS}/${name}`);
  assert.deepEqual(
    api.store.list('pods').map(({ metadata }) => metadata.name),
    ['a'],
  );
  api.clock.advance(74_000);
  const stuck = api.store.get('pods', 'default', 'a');
  assert.ok(Date.parse(stuck?.metadata.deletionTimestamp ?? '') < api.clock.now());
  const never = api.kubelet?.endBy(() => ({ kind: 'never' }));
  api.clock.advance(600_000);
  assert.ok(api.store.get('pods', 'default', 'a'));
  never?.();
  assert.ok(api.store.get('pods', 'default', 'a'));
  api.clock.advance(45_000);
  assert.equal(api.store.get('pods', 'default', 'a'), undefined);
  outlive?.();
});

test('a terminating object takes no new finalizer, and keeps the ones it has', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const hold = (...finalizers: readonly string[]) =>
    api.call('PATCH', `${PODS}/a`, { metadata: { finalizers } }, MERGE);
  assert.equal((await hold('x.io/one')).code, 200);
  await api.call('DELETE', `${PODS}/a`);
  assertStatus(
    await hold('x.io/one', 'x.io/two'),
    422,
    'Invalid',
    'Pod "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being ' +
      'deleted, found new finalizers []string{"x.io/two"}',
  );
  const { body } = await api.get(`${PODS}/a`);
  const released = { ...Object(body), metadata: { ...Object(at(body, 'metadata')), finalizers: [] } };
  assert.equal((await api.call('PUT', `${PODS}/a`, released)).code, 200);
  assert.equal(api.store.get('pods', 'default', 'a'), undefined);
});
