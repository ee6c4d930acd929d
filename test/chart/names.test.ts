/** Names, labels and placement: within the limits of Kubernetes, and the operator's where they are given. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { render, ROOT } from './support/helm.ts';
import { at, key, type Manifest, ofKind, only, podSpec } from './support/manifest.ts';
import { COMBINATIONS, EVERYTHING } from './support/matrix.ts';

const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const DNS_LABEL = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

function labelsOf(manifest: Manifest): readonly string[] {
  const ofPods = at(manifest, 'spec', 'template', 'metadata', 'labels');
  return Object.values({ ...manifest.metadata.labels, ...(ofPods as Record<string, string> | undefined) });
}

test('every name and label is within the limits, in every combination', async () => {
  for (const { title, values, release } of COMBINATIONS) {
    for (const manifest of await render(values, release)) {
      const { name } = manifest.metadata;
      assert.match(name, manifest.kind === 'Service' ? DNS_LABEL : DNS_SUBDOMAIN, title);
      for (const value of labelsOf(manifest)) assert.match(value, LABEL_VALUE, title);
    }
  }
});

async function named(name: string): Promise<string> {
  return only(await render({}, { name }), 'Deployment').metadata.name;
}

test("a release has the chart's name once: alone, inside its own, or behind it", async () => {
  assert.equal(await named('pod-identity-revoker'), 'pod-identity-revoker');
  assert.equal(await named('my-pod-identity-revoker'), 'my-pod-identity-revoker');
  assert.equal(await named('guard'), 'guard-pod-identity-revoker');
});

test('a name that is given is the name of all objects, and the Lease and the ledger keep theirs', async () => {
  const manifests = await render({ fullnameOverride: 'guard' });
  const others = manifests.filter(({ metadata }) => !/^guard(?:-revoker)?$/.test(metadata.name));
  assert.deepEqual(others.map(key), []);
  assert.equal(at(podSpec(manifests), 'serviceAccountName'), 'guard');
  const limited = ofKind(manifests, 'Role').flatMap((role) =>
    (at(role, 'rules') as readonly unknown[]).flatMap((rule) => at(rule, 'resourceNames') ?? []),
  );
  assert.deepEqual(limited, ['pod-identity-revoker-ledger', 'pod-identity-revoker']);
});

async function clusterwide(namespace: string): Promise<readonly string[]> {
  return (await render({}, { namespace }))
    .filter(({ metadata }) => metadata.namespace === undefined)
    .map(key);
}

test('two releases in two namespaces share nothing that is not in a namespace', async () => {
  const [one, two] = [await clusterwide('one'), await clusterwide('two')];
  assert.equal(one.length, 2);
  const shared = one.filter((name) => two.includes(name));
  assert.deepEqual(shared, []);
});

test('every object has the usual labels, and common labels add to them without taking their place', async () => {
  for (const manifest of await render(EVERYTHING)) {
    const labels = manifest.metadata.labels;
    assert.equal(labels?.['app.kubernetes.io/name'], 'pod-identity-revoker', key(manifest));
    assert.equal(labels['app.kubernetes.io/instance'], 'pod-identity-revoker', key(manifest));
    assert.equal(labels['app.kubernetes.io/managed-by'], 'Helm', key(manifest));
    assert.equal(labels['team'], 'security', key(manifest));
  }
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

test('the chart has the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };
  const chart = parse(read('charts/pod-identity-revoker/Chart.yaml')) as Record<string, unknown>;
  assert.deepEqual([chart['version'], chart['appVersion']], [version, version]);
});

async function image(given: object): Promise<unknown> {
  const values = { image: { repository: 'r.example/x', ...given } };
  return at(podSpec(await render(values)), 'containers', 0, 'image');
}

test("the image is that of the chart's version, or the given tag, or the given digest before all", async () => {
  const digest = `sha256:${'b'.repeat(64)}`;
  assert.match(String(await image({})), /^r\.example\/x:\d+\.\d+\.\d+$/);
  assert.equal(await image({ tag: 'next' }), 'r.example/x:next');
  assert.equal(await image({ tag: 'next', digest }), `r.example/x@${digest}`);
});

test('replicas keep away from each other unless the operator says where they go', async () => {
  const spec = podSpec(await render());
  const constraints = at(spec, 'topologySpreadConstraints') as readonly unknown[];
  assert.deepEqual(
    constraints.map((each) => at(each, 'topologyKey')),
    ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
  );
  assert.ok(at(spec, 'affinity', 'podAntiAffinity'));
  const mine = { nodeAffinity: {} };
  assert.deepEqual(at(podSpec(await render({ affinity: mine })), 'affinity'), mine);
});
