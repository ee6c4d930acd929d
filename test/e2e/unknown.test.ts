/** What EKS and Kubernetes get wrong never costs anybody a pod: over HTTP, with the real SDKs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fault from '../../simulator/aws/fault-kinds.ts';
import { barePod, handWrittenTokenVolume } from '../../simulator/cluster/pods.ts';
import type { Scene } from './scene.ts';
import { aWhile, makeScene, until } from './scene.ts';

type Trouble = {
  readonly name: string;
  /** Makes the trouble; answers what ends it. */
  readonly begin: (scene: Scene) => () => void;
};

const LIST = { operation: 'ListPodIdentityAssociations' } as const;
const DESCRIBE = { operation: 'DescribePodIdentityAssociation' } as const;

const TROUBLES: readonly Trouble[] = [
  {
    name: 'List fails half-way',
    begin: ({ simulator }) => {
      for (let n = 0; n < 150; n += 1) {
        simulator.eks.associations.create({
          namespace: 'many',
          serviceAccount: `sa-${n}`,
          roleArn: 'arn:aws:iam::111122223333:role/many',
        });
      }
      return simulator.eks.faults.add({ ...LIST, page: 2 }, fault.serverError());
    },
  },
  { name: 'EKS answers 500', begin: ({ simulator }) => simulator.eks.faults.add({}, fault.serverError()) },
  {
    name: 'EKS throttles',
    begin: ({ simulator }) => simulator.eks.faults.add({}, fault.throttle('too-many')),
  },
  { name: 'a proxy answers HTML', begin: ({ simulator }) => simulator.eks.faults.add({}, fault.garbage()) },
  {
    name: 'the connection is cut',
    begin: ({ simulator }) => simulator.eks.faults.add({}, fault.cut('in-body')),
  },
];

for (const { name, begin } of TROUBLES) {
  test(`${name}: nobody is evicted on the strength of it; when it ends, the deletion is found`, async () => {
    await using scene = await makeScene();
    const etl = scene.identity('team-a/etl', 2);
    scene.identity('team-b/web', 2);
    await scene.settledDaemon();
    const end = begin(scene);
    scene.simulator.eks.associations.delete(etl.associationId);
    await aWhile(2000);
    assert.deepEqual(scene.evictions(), []);
    end();
    await until('two evictions', () => scene.evicted().length === 2);
    await aWhile(500);
    assert.deepEqual([...scene.evicted()].toSorted(), ['etl-0', 'etl-1']);
  });
}

test('Describe is denied: nobody is evicted, and the IAM action is named', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 2);
  const daemon = await scene.settledDaemon();
  scene.simulator.eks.faults.add(DESCRIBE, {
    kind: 'error',
    status: 403,
    code: 'AccessDeniedException',
    message:
      'User: arn:aws:sts::111122223333:assumed-role/revoker/s is not authorized to perform: eks:DescribePodIdentityAssociation',
  });
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('it says so', () => daemon.lines.some(({ why }) => why === 'denied'));
  await aWhile();
  assert.deepEqual(scene.evictions(), []);
  const [line] = daemon.lines.filter(({ why }) => why === 'denied');
  assert.match(String(line?.['detail']), /eks:DescribePodIdentityAssociation/);
});

test('the cluster name does not exist: nobody is evicted, it is not ready, and it says why', async () => {
  await using scene = await makeScene();
  scene.identity('team-a/etl', 2);
  const daemon = scene.daemon({ REVOKER_CLUSTER_NAME: 'misspelt' });
  await until('it says so', () => daemon.lines.some(({ why }) => why === 'not-found'));
  await aWhile();
  assert.deepEqual(scene.evictions(), []);
  const ready = await daemon.get('listen', '/readyz');
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /misspelt/);
  assert.equal((await daemon.get('listen', '/livez')).status, 200);
});

test('List comes back empty with a 200 for a cluster that has associations: nobody is evicted', async () => {
  await using scene = await makeScene();
  scene.identity('team-a/etl', 2);
  const daemon = await scene.settledDaemon();
  const end = scene.simulator.eks.faults.add(LIST, fault.emptyList());
  await until('suspected', () => daemon.lines.some(({ stage }) => stage === 'suspected'));
  await aWhile(2000);
  assert.deepEqual(scene.evictions(), []);
  end();
  await until('refuted', () => daemon.lines.some(({ stage }) => stage === 'refuted'));
  await aWhile(1000);
  assert.deepEqual(scene.evictions(), []);
});

test('a List with duplicates, unknown members and entries without a name: nobody is evicted', async () => {
  await using scene = await makeScene();
  scene.identity('team-a/etl', 2);
  const daemon = await scene.settledDaemon();
  for (const strange of [
    fault.duplicateEntries(),
    fault.unknownMembers(),
    fault.missingMembers('namespace'),
  ]) {
    const end = scene.simulator.eks.faults.add(LIST, strange);
    await aWhile(900);
    end();
  }
  assert.deepEqual(scene.evictions(), []);
  assert.equal((await daemon.get('listen', '/readyz')).status, 200);
});

test('malformed pods are undecided and visible, and the others go on', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 1);
  const volumes = [handWrittenTokenVolume()];
  const odd = barePod({ namespace: 'team-a', serviceAccount: 'etl', name: 'odd', volumes });
  scene.simulator.kubernetes.admission.push((pod) =>
    pod.metadata.name === 'odd' ? { ...pod, spec: { volumes: [...volumes, { projected: 7 }, null] } } : pod,
  );
  scene.simulator.pods.create(odd);
  const huge = barePod({
    namespace: 'team-a',
    serviceAccount: 'etl',
    name: 'huge',
    annotations: { note: 'x'.repeat(2_000_000) },
  });
  scene.past(1, () => scene.simulator.pods.create(huge));
  const daemon = await scene.settledDaemon();
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('two evictions', () => scene.evicted().length === 2);
  assert.deepEqual([...scene.evicted()].toSorted(), ['etl-0', 'huge']);
  const status = (await (await daemon.get('statusListen', '/api/v1/status')).json()) as {
    unreadablePods: { count: number };
  };
  assert.equal(status.unreadablePods.count, 1);
});

test('an eviction that RBAC forbids: the verb is named, and it is tried again', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 1);
  const daemon = await scene.settledDaemon();
  const allow = scene.simulator.kubernetes.faults.deny({ verb: 'create', resource: 'pods/eviction' });
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('it says so', () => daemon.lines.some(({ outcome }) => outcome === 'forbidden'));
  const [line] = daemon.lines.filter(({ outcome }) => outcome === 'forbidden');
  assert.match(JSON.stringify(line), /create.*pods\/eviction/);
  allow();
  await until('the eviction', () => scene.evicted().length === 1);
});

test('pods that may neither be listed nor watched: it is not ready, names the verb, and recovers', async () => {
  await using scene = await makeScene();
  scene.identity('team-a/etl', 1);
  const { faults } = scene.simulator.kubernetes;
  const allow = [
    faults.deny({ verb: 'list', resource: 'pods' }),
    faults.deny({ verb: 'watch', resource: 'pods' }),
  ];
  const daemon = scene.daemon();
  await until('started', () => daemon.said('started').length === 1);
  await aWhile(500);
  const ready = await daemon.get('listen', '/readyz');
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /list.*pods/);
  for (const each of allow) each();
  await until('ready', async () => (await daemon.get('listen', '/readyz')).status === 200, 40_000);
});

test('a pod of the same name with another uid is never evicted', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 1);
  const daemon = await scene.settledDaemon();
  const { kubernetes, pods, eks } = scene.simulator;
  kubernetes.faults.add({ match: { verb: 'watch', resource: 'pods' }, effect: { kind: 'silence' } });
  const [first] = etl.pods;
  assert.ok(first !== undefined);
  pods.delete(first, 0);
  eks.associations.delete(etl.associationId);
  const successor = pods.create(barePod({ namespace: 'team-a', serviceAccount: 'etl', name: 'etl-0' }));
  await until('an answer', () => daemon.lines.some(({ outcome }) => outcome === 'replaced'));
  assert.equal(kubernetes.store.get('pods', 'team-a', 'etl-0')?.metadata.uid, successor.metadata.uid);
  assert.deepEqual(
    scene.evictions().map(({ status }) => status),
    [409],
  );
});
