/** The controllers: which pods they make, and how they replace those that go. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNode } from '../../../simulator/cluster/places.ts';
import { barePod, dominoRun, mirrorPod } from '../../../simulator/cluster/pods.ts';
import { daemonSet, deployment, job, statefulSet } from '../../../simulator/cluster/workload-drafts.ts';
import { at, textAt } from '../../../simulator/kubernetes/object.ts';
import { ROLE, audiences, first, living, names, podsOf, smallCluster, uids } from './support.ts';

const NAMED = { namespace: 'team-a', name: 'api' };
const GRACE_MS = 31_000;

test('a Deployment makes pods through a ReplicaSet', (t) => {
  const { store } = smallCluster(t);
  store.create('deployments', deployment({ ...NAMED, replicas: 3 }));
  const replicaSet = first(store.list('replicasets', 'team-a'));
  const pods = podsOf(store);
  assert.match(replicaSet.metadata.name, /^api-[a-z0-9]{10}$/);
  assert.equal(replicaSet.metadata.ownerReferences?.[0]?.kind, 'Deployment');
  assert.equal(pods.length, 3);
  for (const { metadata } of pods) {
    assert.match(metadata.name, new RegExp(`^${replicaSet.metadata.name}-[a-z0-9]{5}$`));
    assert.equal(`api-${metadata.labels?.['pod-template-hash']}`, replicaSet.metadata.name);
    assert.deepEqual(metadata.ownerReferences, [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: replicaSet.metadata.name,
        uid: replicaSet.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
  }
  assert.deepEqual(
    new Set(pods.map((pod) => textAt(pod, 'spec', 'nodeName'))),
    new Set(['node-a', 'node-b']),
  );
  assert.deepEqual(new Set(pods.map((pod) => textAt(pod, 'status', 'phase'))), new Set(['Running']));
});

test('a terminating ReplicaSet pod is replaced at once, beside it', (t) => {
  const { store, pods, clock } = smallCluster(t);
  store.create('deployments', deployment({ ...NAMED, replicas: 2 }));
  const old = first(podsOf(store));
  pods.delete(old);
  assert.equal(podsOf(store).length, 3);
  assert.equal(living(store).length, 2);
  clock.advance(GRACE_MS);
  assert.equal(podsOf(store).length, 2);
  assert.ok(!uids(podsOf(store)).includes(old.metadata.uid));
});

test('the replacement passes the webhook as it is by then', (t) => {
  const { store, pods, associations } = smallCluster(t);
  const { associationId } = associations.create({
    namespace: 'team-a',
    serviceAccount: 'reader',
    roleArn: ROLE,
  });
  store.create('deployments', deployment({ ...NAMED, serviceAccount: 'reader', replicas: 1 }));
  const old = first(podsOf(store));
  assert.equal(audiences(old).length, 1);
  associations.delete(associationId);
  pods.delete(old);
  assert.deepEqual(audiences(first(living(store))), []);
});

test('a Deployment that is scaled or changed gets what it asks for, and nothing of the old template', (t) => {
  const { store, clock } = smallCluster(t);
  const made = store.create('deployments', deployment({ ...NAMED, replicas: 2 }));
  const before = uids(podsOf(store));
  const scaled = store.replace('deployments', { ...made, spec: { ...made.spec, replicas: 3 } });
  assert.equal(living(store).length, 3);
  assert.ok(before.every((uid) => uids(living(store)).includes(uid)));
  const changed = deployment({
    ...NAMED,
    replicas: 3,
    annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' },
  });
  store.replace('deployments', { ...scaled, spec: changed['spec'] });
  clock.advance(GRACE_MS);
  assert.equal(podsOf(store).length, 3);
  assert.ok(!before.some((uid) => uids(podsOf(store)).includes(uid)));
});

test('a StatefulSet pod comes back with its name and a new uid, only after the old one is gone', (t) => {
  const { store, pods, clock } = smallCluster(t);
  store.create('statefulsets', statefulSet({ ...NAMED, replicas: 2 }));
  assert.deepEqual(names(podsOf(store)), ['api-0', 'api-1']);
  const old = store.get('pods', 'team-a', 'api-1');
  assert.ok(old);
  assert.equal(old.metadata.labels?.['apps.kubernetes.io/pod-index'], '1');
  pods.delete(old);
  clock.advance(GRACE_MS / 2);
  assert.deepEqual(names(living(store)), ['api-0']);
  clock.advance(GRACE_MS);
  assert.deepEqual(names(living(store)), ['api-0', 'api-1']);
  const back = store.get('pods', 'team-a', 'api-1');
  assert.notEqual(back?.metadata.uid, old.metadata.uid);
  assert.equal(back?.metadata.labels?.['apps.kubernetes.io/pod-index'], '1');
});

test('a DaemonSet has one pod on each node, and a new one only after the old one is gone', (t) => {
  const { store, pods, clock } = smallCluster(t);
  store.create('daemonsets', daemonSet(NAMED));
  const nodesOf = () => living(store).map((pod) => textAt(pod, 'spec', 'nodeName') ?? '');
  assert.deepEqual(nodesOf().sort(), ['node-a', 'node-b']);
  const old = first(podsOf(store));
  pods.delete(old);
  assert.equal(living(store).length, 1);
  clock.advance(GRACE_MS);
  assert.deepEqual(nodesOf().sort(), ['node-a', 'node-b']);
  makeNode(store, 'node-c', clock.now());
  assert.deepEqual(nodesOf().sort(), ['node-a', 'node-b', 'node-c']);
});

test('a Job runs until its time is over, then is complete and makes no more pods', (t) => {
  const { store, pods, clock } = smallCluster(t);
  store.create('jobs', job({ ...NAMED, runSeconds: 120 }));
  const pod = first(podsOf(store));
  assert.equal(pod.metadata.labels?.['batch.kubernetes.io/job-name'], 'api');
  clock.advance(119_000);
  assert.equal(textAt(first(podsOf(store)), 'status', 'phase'), 'Running');
  clock.advance(1000);
  const done = first(podsOf(store));
  assert.equal(textAt(done, 'status', 'phase'), 'Succeeded');
  assert.notEqual(at(store.get('jobs', 'team-a', 'api'), 'status', 'completionTime'), undefined);
  pods.delete(done);
  clock.advance(GRACE_MS);
  assert.deepEqual(podsOf(store), []);
});

test("a Job's pod that is taken away is replaced, and its time starts anew", (t) => {
  const { store, pods, clock } = smallCluster(t);
  store.create('jobs', job({ ...NAMED, runSeconds: 120 }));
  const old = first(podsOf(store));
  clock.advance(10_000);
  pods.delete(old);
  const next = first(living(store));
  assert.notEqual(next.metadata.uid, old.metadata.uid);
  clock.advance(GRACE_MS);
  assert.equal(clock.waiting, 1);
  clock.advance(119_000 - GRACE_MS);
  assert.deepEqual(names(podsOf(store)), [next.metadata.name]);
  assert.equal(textAt(first(podsOf(store)), 'status', 'phase'), 'Running');
  clock.advance(1000);
  assert.equal(textAt(first(podsOf(store)), 'status', 'phase'), 'Succeeded');
});

test('bare pods stay gone', (t) => {
  const { store, pods, clock } = smallCluster(t);
  const pod = pods.create(barePod({ name: 'bare', namespace: 'team-a' }));
  pods.delete(pod);
  clock.advance(GRACE_MS);
  assert.deepEqual(podsOf(store), []);
});

test('a delete that means another pod of that name does nothing', (t) => {
  const { store, pods } = smallCluster(t);
  const old = pods.create(barePod({ name: 'bare', namespace: 'team-a' }));
  pods.delete(old, 0);
  const next = pods.create(barePod({ name: 'bare', namespace: 'team-a' }));
  pods.delete(old);
  assert.deepEqual(uids(living(store)), [next.metadata.uid]);
});

test('what a deleted owner controls goes with it', (t) => {
  const { store, clock } = smallCluster(t);
  store.create('deployments', deployment({ ...NAMED, replicas: 2 }));
  store.remove('deployments', 'team-a', 'api');
  clock.advance(GRACE_MS);
  assert.deepEqual(store.list('replicasets', 'team-a'), []);
  assert.deepEqual(podsOf(store), []);
});

test('stopped controllers leave no timer behind and make no more pods', (t) => {
  const { store, pods, clock, workloads } = smallCluster(t);
  store.create('jobs', job({ ...NAMED, runSeconds: 120 }));
  assert.equal(clock.waiting, 1);
  workloads.stop();
  assert.equal(clock.waiting, 0);
  pods.delete(first(podsOf(store)), 0);
  assert.deepEqual(podsOf(store), []);
});

test('a mirror pod says that it is one, and belongs to its node', (t) => {
  const { pods, store } = smallCluster(t);
  const node = first(store.list('nodes'));
  const pod = pods.create(mirrorPod({ name: 'kube-proxy-node-a', namespace: 'kube-system' }, node));
  assert.match(pod.metadata.annotations?.['kubernetes.io/config.mirror'] ?? '', /^[0-9a-f]{32}$/);
  assert.deepEqual(
    pod.metadata.ownerReferences?.map(({ kind, uid }) => [kind, uid]),
    [['Node', node.metadata.uid]],
  );
  assert.equal(textAt(pod, 'spec', 'nodeName'), node.metadata.name);
});

test('a Domino run is a bare pod with the labels that name its project and its user', (t) => {
  const { pods } = smallCluster(t);
  const hex = '6740a1f2c3d4e5f607182930';
  const pod = pods.create(dominoRun({ hex, project: 'churn', user: 'maria', workloadType: 'Workspace' }));
  assert.equal(pod.metadata.name, `run-${hex}`);
  assert.equal(pod.metadata.namespace, 'domino-compute');
  assert.equal(pod.metadata.ownerReferences, undefined);
  assert.equal(pod.metadata.labels?.['dominodatalab.com/project-name'], 'churn');
  assert.equal(pod.metadata.labels?.['dominodatalab.com/starting-user-username'], 'maria');
  assert.equal(pod.metadata.labels?.['dominodatalab.com/workload-type'], 'Workspace');
});
