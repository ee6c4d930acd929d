/** What a person is told after the installation: what it will do, what it still needs, how to see it. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHART, notes, render } from './support/helm.ts';
import { only } from './support/manifest.ts';
import { COMBINATIONS } from './support/matrix.ts';

test('enforcing: it says that pods will be evicted, of which cluster, and how to look first', async () => {
  const text = await notes();
  assert.match(text, /EKS cluster prod-blue/);
  assert.match(text, /EVICTS the pods/);
  assert.match(text, /--set mode=dry-run/);
  assert.match(text, /pods in all namespaces/);
  assert.doesNotMatch(text, /FORCE/);
});

test('dry-run: it says that nobody is evicted, and no more of force', async () => {
  const text = await notes({ mode: 'dry-run', force: true });
  assert.match(text, /evicts nobody, and has no permission to/);
  assert.doesNotMatch(text, /EVICTS|FORCE/);
});

test('force, namespaces and protection are said', async () => {
  const values = { force: true, namespaces: ['team-a', 'team-b'], protectedNamespaces: ['team-b'] };
  const text = await notes(values);
  assert.match(text, /FORCE is on/);
  assert.match(text, /these namespaces only: team-a, team-b\./);
  assert.match(text, /never evicts pods of: team-b\./);
  assert.match(await notes({ protectedNamespaces: [] }), /no namespace is protected/);
});

test('Pod Identity: the association is for the service account that is made', async () => {
  for (const { title, values, release } of COMBINATIONS.filter(({ title: of }) => of !== 'everything off')) {
    const text = await notes(values, release);
    const { name, namespace } = only(await render(values, release), 'ServiceAccount').metadata;
    if (/IRSA: the service account/.test(text)) continue;
    assert.ok(text.includes(`--namespace ${namespace} --service-account ${name} --role-arn`), title);
  }
});

test('IRSA: the role is shown, and no association is asked for', async () => {
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/revoker' };
  const text = await notes({ serviceAccount: { annotations } });
  assert.match(text, /IRSA: .* arn:aws:iam::111122223333:role\/revoker/);
  assert.doesNotMatch(text, /create-pod-identity-association/);
});

test('the status API is reached where it listens', async () => {
  const text = await notes({ ports: { status: 9091 } });
  assert.match(text, /port-forward .* 9091\n\s+then http:\/\/127\.0\.0\.1:9091\/api\/v1\/status/);
});

test('Domino: the platform is protected, the compute namespace watched, the labels copied', async () => {
  const release = { files: [join(CHART, 'values-domino.yaml')] };
  const text = await notes({}, release);
  assert.match(text, /these namespaces only: domino-compute\./);
  assert.match(text, /never evicts pods of: kube-system, domino-platform, domino-system\./);
  const rendered = JSON.stringify(await render({}, release));
  assert.match(rendered, /dominodatalab\.com\/starting-user-username/);
});
