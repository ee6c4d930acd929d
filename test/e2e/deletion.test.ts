/** The main job, over HTTP and with the real SDKs: an association is deleted, its holders go, nobody else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barePod, handWrittenTokenVolume } from '../../simulator/cluster/pods.ts';
import { deployment } from '../../simulator/cluster/workload-drafts.ts';
import { makeNamespace } from '../../simulator/cluster/places.ts';
import { aWhile, makeScene, until } from './scene.ts';

test('every stale holder is evicted within poll + settle + 2 s, nothing else is touched, then rest', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 3);
  scene.identity('team-a/web', 2);
  scene.identity('team-b/etl', 2);
  const daemon = await scene.settledDaemon();
  const deletedAt = Date.now();
  await scene.deleteAssociation(etl.associationId);
  await until('three evictions', () => scene.evicted().length === 3);
  for (const { at } of scene.evictions())
    assert.ok(at - deletedAt <= 300 + 500 + 2000, `${at - deletedAt} ms`);
  await until('contained', () => daemon.said('a revocation is contained').length === 1);
  await aWhile();
  assert.deepEqual([...scene.evicted()].toSorted(), ['etl-0', 'etl-1', 'etl-2']);
  for (const { body, namespace, name } of scene.evictions()) {
    const pod = etl.pods.find(({ metadata }) => metadata.name === name);
    assert.equal(namespace, 'team-a');
    assert.deepEqual((body as { deleteOptions?: { preconditions?: unknown } }).deleteOptions?.preconditions, {
      uid: pod?.metadata.uid,
    });
  }
  assert.deepEqual(scene.otherWrites(), []);
  const events = scene.simulator.kubernetes.store.list('events', 'team-a');
  assert.equal(events.length, 3);
  const metrics = await (await daemon.get('listen', '/metrics')).text();
  assert.match(metrics, /pod_identity_revoker_evictions_total\{outcome="evicted"\} 3/);
  assert.match(metrics, /pod_identity_revoker_revocations_total\{cause="deleted"\} 1/);
  assert.match(metrics, /pod_identity_revoker_containment_seconds_count 1/);
  assert.equal(await daemon.stop(), 0);
});

test('replacements of a Deployment start without credentials and are left alone', async () => {
  await using scene = await makeScene();
  const { associationId } = scene.identity('team-a/etl', 0);
  const { store } = scene.simulator.kubernetes;
  const wish = { namespace: 'team-a', serviceAccount: 'etl', name: 'etl', replicas: 3 };
  scene.past(1, () => store.create('deployments', deployment(wish)));
  await until('three pods', () => store.list('pods', 'team-a').length === 3);
  await scene.settledDaemon();
  await scene.deleteAssociation(associationId);
  await until('three evictions', () => scene.evicted().length === 3);
  await aWhile(2500);
  assert.equal(scene.evictions().length, 3);
  assert.equal(store.list('pods', 'team-a').length, 3);
});

test('deleted and recreated with the same grant inside the settle time: nobody is evicted', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 2);
  const daemon = await scene.settledDaemon({ REVOKER_SETTLE_TIME: '2s' });
  await scene.deleteAssociation(etl.associationId);
  await until('settling', () => daemon.said('the end of a grant is confirmed and settling').length === 1);
  scene.associate('team-a/etl');
  await until('refuted', () => daemon.lines.some(({ stage }) => stage === 'refuted'));
  await aWhile(2500);
  assert.deepEqual(scene.evictions(), []);
});

test('a Deployment that spells the volume out and never had an association: one eviction each, then rest', async () => {
  await using scene = await makeScene();
  const { store } = scene.simulator.kubernetes;
  makeNamespace(store, 'team-a');
  const volumes = [handWrittenTokenVolume('aws-iam-token')];
  const wish = { namespace: 'team-a', serviceAccount: 'hand', name: 'hand', replicas: 2, volumes };
  scene.past(1, () => store.create('deployments', deployment(wish)));
  await until('two pods', () => store.list('pods', 'team-a').length === 2);
  const running = store.list('pods', 'team-a').map(({ metadata }) => metadata.name);
  const daemon = await scene.settledDaemon();
  await until('two evictions', () => scene.evicted().length === 2);
  await aWhile(3000);
  assert.deepEqual([...scene.evicted()].toSorted(), running.toSorted());
  const answer = await daemon.get('statusListen', '/api/v1/holders');
  const { holders } = (await answer.json()) as { holders: { reason: string }[] };
  assert.deepEqual([...new Set(holders.map(({ reason }) => reason))], ['no-grant-since-start']);
});

test('a pod admitted from a stale webhook cache after the deletion is found and evicted too', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 1);
  scene.simulator.webhook.lag.end = 60_000;
  await scene.settledDaemon({ REVOKER_CONSISTENCY_WINDOW: '3s' });
  await scene.deleteAssociation(etl.associationId);
  await until('one eviction', () => scene.evicted().length === 1);
  scene.simulator.pods.create(barePod({ namespace: 'team-a', serviceAccount: 'etl', name: 'late' }));
  await until('the late one too', () => scene.evicted().length === 2);
  assert.deepEqual(scene.evicted(), ['etl-0', 'late']);
});

test('killed with SIGKILL at any point of a revocation and started again: completed, nobody evicted twice', async () => {
  for (const moment of [0, 450, 700, 900]) {
    await using scene = await makeScene({
      kubernetes: { kubelet: { ending: () => ({ kind: 'after', ms: 1500 }) } },
    });
    const etl = scene.identity('team-a/etl', 3);
    scene.identity('team-b/web', 2);
    const first = await scene.settledDaemon({ REVOKER_EVICTION_RATE: '10', REVOKER_EVICTION_BURST: '1' });
    await scene.deleteAssociation(etl.associationId);
    await aWhile(moment);
    first.signal('SIGKILL');
    await first.ended;
    scene.daemon();
    await until('three evictions', () => scene.evicted().length >= 3);
    await aWhile(1000);
    assert.deepEqual([...scene.evicted()].toSorted(), ['etl-0', 'etl-1', 'etl-2'], `at ${moment} ms`);
  }
});
