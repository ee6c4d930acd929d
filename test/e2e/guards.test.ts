/** Two replicas, pauses and releases, and the wrong cluster: real processes over HTTP. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimulatorOptions } from '../../simulator/simulator.ts';
import { makeNamespace, makeServiceAccount } from '../../simulator/cluster/places.ts';
import { barePod } from '../../simulator/cluster/pods.ts';
import type { LogLine, Scene } from './scene.ts';
import { aWhile, DaemonProcess, makeScene, until } from './scene.ts';

const NAMESPACE = 'revoker';
const LEDGER = 'pod-identity-revoker-ledger';

/** The Lease is there and given up, so that nobody waits until a leader that never was must be gone. */
async function replicatedScene(options: Omit<SimulatorOptions, 'clock'> = {}): Promise<Scene> {
  const scene = await makeScene(options);
  const { store } = scene.simulator.kubernetes;
  makeNamespace(store, NAMESPACE);
  makeServiceAccount(store, NAMESPACE, 'revoker');
  store.create('leases', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: NAMESPACE, name: 'pod-identity-revoker' },
    spec: { holderIdentity: '', leaseDurationSeconds: 1 },
  });
  return scene;
}

/** One of the replicas, in a pod of its own that the cluster shows. */
async function replica(scene: Scene, name: string): Promise<DaemonProcess> {
  const { simulator } = scene;
  simulator.pods.create(barePod({ namespace: NAMESPACE, serviceAccount: 'revoker', name }));
  return scene.settledDaemon({ REVOKER_NAMESPACE: NAMESPACE, REVOKER_POD_NAME: name });
}

/** A daemon that leads, and has written its ledger. */
async function leader(scene: Scene, name = 'one'): Promise<DaemonProcess> {
  const daemon = await replica(scene, name);
  await until('it leads', () => daemon.said('elected as the leader').length > 0);
  await until('there is a ledger', () => ledgerOf(scene) !== undefined);
  return daemon;
}

function ledgerOf({ simulator }: Scene) {
  return simulator.kubernetes.store.get('configmaps', NAMESPACE, LEDGER);
}

async function command(scene: Scene, ...args: readonly string[]): Promise<DaemonProcess> {
  const started = new DaemonProcess(scene.simulator.env(), [...args, '--namespace', NAMESPACE]);
  await started.ended;
  return started;
}

function engaged(daemon: DaemonProcess, brake: string): readonly LogLine[] {
  return daemon.said('brake engaged: nobody is evicted').filter((line) => line['brake'] === brake);
}

function letGo(daemon: DaemonProcess, brake: string): readonly LogLine[] {
  return daemon.said('brake let go').filter((line) => line['brake'] === brake);
}

test('two replicas: one acts; told to stop, the other one acts within two seconds, and a deletion meanwhile is carried out once', async () => {
  await using scene = await replicatedScene();
  const etl = scene.identity('team-a/etl', 3);
  const web = scene.identity('team-b/web', 2);
  const one = await leader(scene);
  const two = await replica(scene, 'two');
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('the first one acts', () => scene.evicted().length === 3);
  assert.equal(two.said('elected as the leader').length, 0);
  assert.match(two.lines.map(({ msg }) => msg).join(), /leader seen/);

  scene.simulator.eks.associations.delete(web.associationId);
  const told = Date.now();
  assert.equal(await one.stop(), 0);
  await until('the other one leads', () => two.said('elected as the leader').length > 0);
  const taken = Date.now() - told;
  assert.ok(taken < 2000, `${taken} ms from SIGTERM to the next leader`);
  await until('the deletion is carried out', () => scene.evicted().length >= 5);
  await aWhile();
  assert.equal(scene.evictions().length, 5);
  assert.deepEqual(new Set(scene.evicted()), new Set(['etl-0', 'etl-1', 'etl-2', 'web-0', 'web-1']));
});

test('killed without a word: the other one takes over when the Lease is over, and not before', async () => {
  await using scene = await replicatedScene();
  const etl = scene.identity('team-a/etl', 2);
  const one = await leader(scene);
  const two = await replica(scene, 'two');
  one.signal('SIGKILL');
  await one.ended;
  const killed = Date.now();
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('the other one acts', () => scene.evicted().length === 2, 30_000);
  const taken = Date.now() - killed;
  assert.ok(taken >= 12_000, `${taken} ms: another may have acted still`);
  assert.ok(taken < 25_000, `${taken} ms`);
  assert.equal(two.said('elected as the leader').length, 1);
});

test('pause and resume: within seconds, and reported with the person', async () => {
  await using scene = await replicatedScene();
  const etl = scene.identity('team-a/etl', 2);
  const daemon = await leader(scene);
  const paused = await command(scene, 'pause', '--reason', 'a game day');
  assert.equal(await paused.ended, 0, paused.errors);
  await until('it is paused', () => engaged(daemon, 'paused').length > 0, 5000);
  const [line] = engaged(daemon, 'paused');
  assert.match(String(line?.['detail']), /^paused by pod-identity-revoker-cli \S+@\S+ at .*: a game day/);
  scene.simulator.eks.associations.delete(etl.associationId);
  await aWhile(4000);
  assert.deepEqual(scene.evictions(), []);
  const metrics = await (await daemon.get('listen', '/metrics')).text();
  assert.match(metrics, /pod_identity_revoker_brake_engaged\{brake="paused"\} 1/);
  assert.equal(await (await command(scene, 'resume')).ended, 0);
  await until('it goes on', () => scene.evicted().length === 2, 6000);
  await until('it is said', () => letGo(daemon, 'paused').length === 1);
});

test('mass end: held, released by a person, who is named; a ledger that is saved meanwhile loses nothing of it', async () => {
  await using scene = await replicatedScene();
  const all = Array.from({ length: 8 }, (_, n) => scene.identity(`team-a/sa-${n}`, 1));
  const daemon = await leader(scene);
  for (const { associationId } of all) scene.simulator.eks.associations.delete(associationId);
  await until('it is held', () => engaged(daemon, 'mass-end').length > 0);
  await aWhile(2000);
  assert.deepEqual(scene.evictions(), []);
  const released = await command(scene, 'release', 'mass-end');
  assert.equal(await released.ended, 0, released.errors);
  await until('they go', () => scene.evicted().length === 8, 6000);
  const [line] = daemon.said('brake released by an operator');
  assert.match(String(line?.['by']), /^pod-identity-revoker-cli \S+@\S+$/);
  assert.equal(line?.['brake'], 'mass-end');
});

test('a brake that no command releases: exit code 2, and what does', async () => {
  await using scene = await replicatedScene();
  for (const [brake, remedy] of [
    ['cluster-unproven', /REVOKER_CLUSTER_ISSUER/],
    ['paused', /resume/],
    ['nonsense', /the brakes are/],
  ] as const) {
    const told = await command(scene, 'release', brake);
    assert.equal(await told.ended, 2);
    assert.match(told.errors, remedy);
  }
  const early = await command(scene, 'pause');
  assert.equal(await early.ended, 2, 'there is no ledger yet');
  assert.match(early.errors, /no daemon has kept its ledger/);
});

test('another cluster of that name: nobody is evicted, it is said, and the gauge shows it', async () => {
  const issuer = 'https://oidc.eks.us-west-2.amazonaws.com/id/ANOTHERCLUSTER';
  await using scene = await makeScene();
  scene.simulator.eks.addCluster({ name: 'other', issuer });
  const etl = scene.identity('team-a/etl', 2);
  const daemon = scene.daemon({ REVOKER_CLUSTER_NAME: 'other' });
  await until('it says so', () => engaged(daemon, 'cluster-unproven').length > 0, 20_000);
  const detail = String(engaged(daemon, 'cluster-unproven')[0]?.['detail']);
  assert.ok(detail.includes(issuer), detail);
  assert.match(detail, /REVOKER_CLUSTER_NAME/);
  scene.simulator.eks.associations.delete(etl.associationId);
  await aWhile(3000);
  assert.deepEqual(scene.evictions(), []);
  const metrics = await (await daemon.get('listen', '/metrics')).text();
  assert.match(metrics, /pod_identity_revoker_brake_engaged\{brake="cluster-unproven"\} 1/);
});

test('DescribeCluster is denied: nobody is evicted; with REVOKER_CLUSTER_ISSUER they are', async () => {
  await using scene = await makeScene();
  scene.simulator.eks.access.deny('DescribeCluster');
  const etl = scene.identity('team-a/etl', 2);
  const daemon = await scene.settledDaemon();
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('it says so', () => engaged(daemon, 'cluster-unproven').length > 0, 20_000);
  assert.match(String(engaged(daemon, 'cluster-unproven')[0]?.['detail']), /eks:DescribeCluster/);
  assert.deepEqual(scene.evictions(), []);
  assert.equal(await daemon.stop(), 0);
  await scene.settledDaemon({ REVOKER_CLUSTER_ISSUER: scene.simulator.eks.cluster.issuer });
  await until('they are evicted', () => scene.evicted().length === 2);
});
