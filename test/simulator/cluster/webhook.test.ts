/** What pods get when they are admitted: defaults, the API server's token, and what the Pod Identity webhook injects. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeServiceAccount } from '../../../simulator/cluster/places.ts';
import type { BarePodWish } from '../../../simulator/cluster/pods.ts';
import { barePod, handWrittenTokenVolume } from '../../../simulator/cluster/pods.ts';
import { at, listAt, textAt } from '../../../simulator/kubernetes/object.ts';
import { ROLE, audiences, containers, env, first, smallCluster, volume } from './support.ts';
import type { SmallCluster } from './support.ts';

const AUDIENCE = 'pods.eks.amazonaws.com';
const IDENTITY = { namespace: 'team-a', serviceAccount: 'reader' };
const MOUNT = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';

function admit({ pods }: SmallCluster, wish: Partial<BarePodWish> = {}) {
  return pods.create(barePod({ name: `pod-${counter()}`, ...IDENTITY, ...wish }));
}

let count = 0;
function counter(): number {
  count += 1;
  return count;
}

function hasUri(container: unknown): boolean {
  return 'AWS_CONTAINER_CREDENTIALS_FULL_URI' in env(container);
}

test('a pod whose identity has an association gets volume, mounts, environment and label', (t) => {
  const cluster = smallCluster(t);
  cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  const pod = admit(cluster, { containers: ['main', 'sidecar'], initContainers: ['init'] });
  assert.equal(pod.metadata.labels?.['eks.amazonaws.com/pod-identity'], 'enabled');
  const token = at(volume(pod, 'eks-pod-identity-token'), 'projected');
  const source = at(first(listAt(token, 'sources')), 'serviceAccountToken');
  const seconds = Number(at(source, 'expirationSeconds'));
  assert.ok(seconds >= 79_200 && seconds <= 86_400, String(seconds));
  assert.equal(at(source, 'audience'), AUDIENCE);
  assert.equal(at(source, 'path'), 'eks-pod-identity-token');
  for (const container of [...containers(pod), ...containers(pod, 'initContainers')]) {
    const mount = listAt(container, 'volumeMounts').find((one) => textAt(one, 'mountPath') === MOUNT);
    assert.deepEqual(mount, { name: 'eks-pod-identity-token', mountPath: MOUNT, readOnly: true });
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, ...variables } = env(container);
    assert.equal(uri, 'http://169.254.170.23/v1/credentials');
    assert.equal(variables['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'], `${MOUNT}/eks-pod-identity-token`);
    assert.equal(variables['AWS_REGION'], 'us-west-2');
    assert.equal(variables['AWS_DEFAULT_REGION'], 'us-west-2');
    assert.equal(variables['AWS_STS_REGIONAL_ENDPOINTS'], 'regional');
  }
});

test('only the exact pair of namespace and service account counts', (t) => {
  const cluster = smallCluster(t);
  cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  assert.deepEqual(audiences(admit(cluster, { namespace: 'team-b' })), []);
  assert.deepEqual(audiences(admit(cluster, { serviceAccount: 'reader2' })), []);
  assert.deepEqual(audiences(admit(cluster)), [AUDIENCE]);
});

test('variables that a container has are left as they are', (t) => {
  const cluster = smallCluster(t);
  cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  const draft = barePod({ name: 'own-region', ...IDENTITY });
  const main = { name: 'main', image: 'demo/main:1', env: [{ name: 'AWS_REGION', value: 'eu-west-1' }] };
  const pod = cluster.pods.create({ ...draft, spec: { serviceAccountName: 'reader', containers: [main] } });
  const variables = listAt(first(containers(pod)), 'env').filter(
    (one) => textAt(one, 'name') === 'AWS_REGION',
  );
  assert.deepEqual(variables, [{ name: 'AWS_REGION', value: 'eu-west-1' }]);
  assert.equal(env(first(containers(pod)))['AWS_DEFAULT_REGION'], 'us-west-2');
});

test('annotations skip containers and set the lifetime of the token', (t) => {
  const cluster = smallCluster(t);
  cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  const annotations = {
    'eks.amazonaws.com/skip-containers': 'sidecar, init',
    'eks.amazonaws.com/token-expiration': '3600',
  };
  const pod = admit(cluster, { annotations, containers: ['main', 'sidecar'], initContainers: ['init'] });
  assert.deepEqual(containers(pod).map(hasUri), [true, false]);
  assert.deepEqual(containers(pod, 'initContainers').map(hasUri), [false]);
  const source = first(listAt(volume(pod, 'eks-pod-identity-token'), 'projected', 'sources'));
  assert.equal(at(source, 'serviceAccountToken', 'expirationSeconds'), 3600);
});

test('the cache learns of a creation only after its lag', (t) => {
  const cluster = smallCluster(t);
  cluster.webhook.lag.birth = 8000;
  cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  cluster.clock.advance(7999);
  assert.deepEqual(audiences(admit(cluster)), []);
  cluster.clock.advance(1);
  assert.deepEqual(audiences(admit(cluster)), [AUDIENCE]);
});

test('the cache still hands out what was deleted until its lag has passed', (t) => {
  const cluster = smallCluster(t);
  cluster.webhook.lag.end = 5000;
  const { associationId } = cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  cluster.associations.delete(associationId);
  cluster.clock.advance(4999);
  assert.deepEqual(audiences(admit(cluster)), [AUDIENCE]);
  cluster.clock.advance(1);
  assert.deepEqual(audiences(admit(cluster)), []);
});

test('a webhook that can not be reached lets pods pass as they are', (t) => {
  const cluster = smallCluster(t);
  cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  cluster.webhook.reachable = false;
  const pod = admit(cluster);
  assert.deepEqual(audiences(pod), []);
  assert.equal(pod.metadata.labels?.['eks.amazonaws.com/pod-identity'], undefined);
});

test('a webhook that misses lets so many pods pass as they are, and only those that match', (t) => {
  const cluster = smallCluster(t);
  cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  cluster.webhook.miss({ times: 1, when: ({ metadata }) => metadata.name === 'unlucky' });
  assert.deepEqual(audiences(admit(cluster)), [AUDIENCE]);
  assert.deepEqual(audiences(admit(cluster, { name: 'unlucky' })), []);
  cluster.pods.delete(
    first(cluster.store.list('pods').filter(({ metadata }) => metadata.name === 'unlucky')),
    0,
  );
  assert.deepEqual(audiences(admit(cluster, { name: 'unlucky' })), [AUDIENCE]);
  const end = cluster.webhook.miss();
  assert.deepEqual(audiences(admit(cluster)), []);
  end();
  assert.deepEqual(audiences(admit(cluster)), [AUDIENCE]);
});

test('injection flaps: a share of the pods is missed, until that ends', (t) => {
  const cluster = smallCluster(t);
  cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  const end = cluster.webhook.flap(0.5);
  const injected = Array.from({ length: 100 }, () => admit(cluster)).filter(
    (pod) => audiences(pod).length > 0,
  );
  assert.ok(injected.length > 25 && injected.length < 75, String(injected.length));
  end();
  assert.deepEqual(audiences(admit(cluster)), [AUDIENCE]);
});

test('an association goes before the annotation of the service account; without one the annotation counts', (t) => {
  const cluster = smallCluster(t);
  makeServiceAccount(cluster.store, 'team-a', 'reader', { 'eks.amazonaws.com/role-arn': ROLE });
  const { associationId } = cluster.associations.create({ ...IDENTITY, roleArn: ROLE });
  assert.deepEqual(audiences(admit(cluster)), [AUDIENCE]);
  cluster.associations.delete(associationId);
  const pod = admit(cluster);
  assert.deepEqual(audiences(pod), ['sts.amazonaws.com']);
  const variables = env(first(containers(pod)));
  assert.equal(variables['AWS_ROLE_ARN'], ROLE);
  assert.equal(
    variables['AWS_WEB_IDENTITY_TOKEN_FILE'],
    '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
  );
  assert.equal(pod.metadata.labels?.['eks.amazonaws.com/pod-identity'], undefined);
});

test('a volume that a template spells out is there without any association', (t) => {
  const cluster = smallCluster(t);
  const pod = admit(cluster, { volumes: [handWrittenTokenVolume()] });
  assert.deepEqual(audiences(pod), [AUDIENCE]);
});

test('every pod gets a service account, the token for the API server, and defaults', (t) => {
  const cluster = smallCluster(t);
  const pod = cluster.pods.create(barePod({ name: 'plain', namespace: 'team-a' }));
  assert.equal(textAt(pod, 'spec', 'serviceAccountName'), 'default');
  const access = listAt(pod, 'spec', 'volumes').find((one) =>
    (textAt(one, 'name') ?? '').startsWith('kube-api-access-'),
  );
  assert.match(textAt(access, 'name') ?? '', /^kube-api-access-[a-z0-9]{5}$/);
  assert.deepEqual(audiences(pod), []);
  const mounts = listAt(first(containers(pod)), 'volumeMounts');
  assert.ok(mounts.some((one) => textAt(one, 'name') === textAt(access, 'name')));
  const keys = listAt(pod, 'spec', 'tolerations').map((one) => textAt(one, 'key'));
  assert.deepEqual(keys, ['workload', 'node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);
});

test('a pod that wants no API token gets none', (t) => {
  const cluster = smallCluster(t);
  const draft = barePod({ name: 'no-token', namespace: 'team-a' });
  const spec = { containers: [{ name: 'main', image: 'demo/main:1' }], automountServiceAccountToken: false };
  const pod = cluster.pods.create({ ...draft, spec });
  assert.deepEqual(listAt(pod, 'spec', 'volumes'), []);
});
