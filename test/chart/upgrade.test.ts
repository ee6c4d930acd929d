/** A release can be upgraded: what Kubernetes does not let change stays, and what stays is not replaced. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyOfChart, render, template, type Values } from './support/helm.ts';
import { at, key, type Manifest, ofKind, only } from './support/manifest.ts';
import { EVERYTHING } from './support/matrix.ts';

/** The fields that the API server refuses to change, by kind. */
const IMMUTABLE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Deployment: [['spec', 'selector']],
  RoleBinding: [['roleRef']],
  ClusterRoleBinding: [['roleRef']],
  Service: [['spec', 'clusterIP']],
};

/** The changes that the API server would refuse, as paths. */
function refused(before: readonly Manifest[], after: readonly Manifest[]): readonly string[] {
  const later = new Map(after.map((manifest) => [key(manifest), manifest]));
  return before.flatMap((manifest) => {
    const next = later.get(key(manifest));
    if (next === undefined) return [];
    const paths = [['apiVersion'], ...(IMMUTABLE[manifest.kind] ?? [])];
    return paths
      .filter((path) => JSON.stringify(at(manifest, ...path)) !== JSON.stringify(at(next, ...path)))
      .map((path) => `${key(manifest)} ${path.join('.')}`);
  });
}

test('from the defaults to everything on, and back: nothing immutable changes', async () => {
  const [defaults, everything] = [await render(), await render(EVERYTHING)];
  assert.deepEqual(refused(defaults, everything), []);
  assert.deepEqual(refused(everything, defaults), []);
});

test('from the defaults to everything on: nothing is taken away, and what is added is optional', async () => {
  const before = (await render()).map(key);
  const after = (await render(EVERYTHING)).map(key);
  const taken = before.filter((name) => !after.includes(name));
  assert.deepEqual(taken, []);
  const kinds = after.filter((name) => !before.includes(name)).map((name) => name.split('/')[0] ?? '');
  const optional = ['ConfigMap', 'NetworkPolicy', 'PrometheusRule', 'Role', 'RoleBinding', 'ServiceMonitor'];
  const unexpected = kinds.filter((kind) => !optional.includes(kind));
  assert.deepEqual(unexpected, []);
  assert.ok(['NetworkPolicy', 'ServiceMonitor', 'Role'].every((kind) => kinds.includes(kind)));
});

test('the next version of the chart changes nothing immutable either', async (t) => {
  const chart = copyOfChart(t);
  const file = join(chart, 'Chart.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/ersion: \d\S*/g, 'ersion: 9.9.9'));
  const next = await render({}, { chart });
  assert.equal(only(next, 'Deployment').metadata.labels?.['app.kubernetes.io/version'], '9.9.9');
  assert.deepEqual(refused(await render(), next), []);
});

test('limiting the namespaces later replaces the ClusterRole by Roles and changes no binding', async () => {
  const [everywhere, limited] = [await render(), await render({ namespaces: ['team-a'] })];
  assert.deepEqual(refused(everywhere, limited), []);
  assert.equal(ofKind(everywhere, 'ClusterRole').length, 1);
  assert.equal(ofKind(limited, 'ClusterRole').length, 0);
});

async function pods(values: Values): Promise<unknown> {
  return at(only(await render(values), 'Deployment'), 'spec', 'template');
}

test('a setting that changes rolls the pods, and a value that is not of the pods does not', async () => {
  const before = await pods({});
  assert.notDeepEqual(await pods({ settleTime: '20s' }), before);
  const others = { serviceMonitor: { enabled: true }, networkPolicy: { enabled: true }, replicas: 3 };
  assert.deepEqual(await pods(others), before);
});

test('the same values give the same text: no upgrade without a change', async () => {
  const [one, two] = [await template(EVERYTHING), await template(EVERYTHING)];
  assert.equal(one.out, two.out);
});

test('the check can fail: a selector, a role and a version that change are found', async () => {
  const before = await render();
  const renamed = await render({ nameOverride: 'other', fullnameOverride: 'pod-identity-revoker' });
  assert.deepEqual(refused(before, renamed), ['Deployment/revoker/pod-identity-revoker spec.selector']);
  const bound = before.map((each) =>
    each.kind === 'RoleBinding' ? { ...each, roleRef: { kind: 'Role', name: 'other' } } : each,
  );
  assert.deepEqual(refused(before, bound), ['RoleBinding/revoker/pod-identity-revoker roleRef']);
  const moved = before.map((each) =>
    each.kind === 'PodDisruptionBudget' ? { ...each, apiVersion: 'policy/v2' } : each,
  );
  assert.deepEqual(refused(before, moved), ['PodDisruptionBudget/revoker/pod-identity-revoker apiVersion']);
});
