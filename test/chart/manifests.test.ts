/** What the chart makes are objects that Kubernetes knows, over every combination of values. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CHART, helm, LEAST, render, ROOT } from './support/helm.ts';
import { at, key, type Manifest, ofKind, only } from './support/manifest.ts';
import { COMBINATIONS, EVERYTHING } from './support/matrix.ts';
import { literal, validate } from './support/models.ts';

test('helm lint --strict has nothing to say, whatever the values', async () => {
  for (const { title, values, release } of COMBINATIONS) {
    const files = [...(release?.files ?? []), '-'].flatMap((file) => ['--values', file]);
    const answer = await helm(
      ['lint', '--strict', '--quiet', CHART, ...files],
      JSON.stringify({ ...LEAST, ...values }),
    );
    assert.equal(answer.code, 0, `${title}: ${answer.out}${answer.err}`);
    assert.doesNotMatch(answer.out, /\[(?:WARNING|ERROR)\]/, title);
  }
});

/** The compiler's complaints about the objects as typed literals. */
async function complaints(t: TestContext, manifests: readonly Manifest[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'literals-'));
  t.after(() => rm(folder, { recursive: true }));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const text = manifests.map((manifest, i) => literal(manifest, `object${i}`)).join('');
  await writeFile(join(folder, 'literals.ts'), text);
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2025'];
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, ...options, '--types', '', 'literals.ts'],
      { cwd: folder },
      (error, out) => {
        resolve(error === null ? [] : out.trim().split('\n'));
      },
    );
  });
}

/** Object literals of one key are compared once: most combinations differ in few objects. */
async function everyObject(): Promise<readonly Manifest[]> {
  const seen = new Map<string, Manifest>();
  for (const { values, release } of COMBINATIONS) {
    for (const manifest of await render(values, release)) seen.set(JSON.stringify(manifest), manifest);
  }
  return [...seen.values()];
}

test('every object has the fields that its kind must have, of the right type', async () => {
  const objects = await everyObject();
  assert.ok(objects.length > 50, `only ${objects.length} objects`);
  for (const each of objects) assert.doesNotThrow(() => validate(each), key(each));
});

test('no object has a field that its kind does not know', async (t) => {
  assert.deepEqual(await complaints(t, await everyObject()), []);
});

test('the checks can fail: a wrong type, a missing field, an unknown one and a misplaced one', async (t) => {
  const manifests = await render(EVERYTHING);
  const deployment = only(manifests, 'Deployment');
  const spec = deployment['spec'] as object;
  assert.throws(() => validate({ ...deployment, spec: { ...spec, replicas: '2' } }));
  const { selector: _, ...without } = spec as { readonly selector: unknown };
  assert.throws(() => validate({ ...deployment, spec: without }));
  assert.throws(() => validate({ ...deployment, kind: 'Deploymnet' }), /no schema is known/);
  const monitor = only(manifests, 'ServiceMonitor');
  const misplaced = { ...deployment, spec: { ...spec, terminationGracePeriodSeconds: 30 } };
  const unknown = { ...monitor, spec: { ...(monitor['spec'] as object), planted: true } };
  const found = await complaints(t, [deployment, misplaced, unknown]);
  assert.equal(found.filter((line) => line.includes('error TS')).length, 2, found.join('\n'));
  assert.match(found.join('\n'), /'"terminationGracePeriodSeconds"' does not exist/);
  assert.match(found.join('\n'), /'"planted"' does not exist/);
});

test('no two objects are the same object, and every one says where it goes', async () => {
  for (const { title, values, release } of COMBINATIONS) {
    const manifests = await render(values, release);
    const keys = manifests.map(key);
    assert.equal(new Set(keys).size, keys.length, title);
    const homeless = manifests.filter(
      ({ kind, metadata }) => metadata.namespace === undefined && !kind.startsWith('ClusterRole'),
    );
    assert.deepEqual(homeless.map(key), [], title);
  }
});

test('service, budget, policy and placement select the pods of the Deployment, and the monitor the service', async () => {
  for (const { title, values, release } of COMBINATIONS) {
    const manifests = await render(values, release);
    const deployment = only(manifests, 'Deployment');
    const selector = at(deployment, 'spec', 'selector', 'matchLabels') as object;
    const service = only(manifests, 'Service');
    const others = [
      at(service, 'spec', 'selector'),
      ...ofKind(manifests, 'PodDisruptionBudget').map((each) => at(each, 'spec', 'selector', 'matchLabels')),
      ...ofKind(manifests, 'NetworkPolicy').map((each) => at(each, 'spec', 'podSelector', 'matchLabels')),
      ...ofKind(manifests, 'ServiceMonitor').map((each) => at(each, 'spec', 'selector', 'matchLabels')),
      ...defaultPlacement(at(deployment, 'spec', 'template', 'spec')),
    ];
    for (const other of others) assert.deepEqual(other, selector, title);
    const pods = at(deployment, 'spec', 'template', 'metadata', 'labels') as object;
    assert.deepEqual({ ...pods, ...selector }, pods, title);
    assert.deepEqual({ ...service.metadata.labels, ...selector }, service.metadata.labels, title);
  }
});

/** The selectors of the chart's own rules of placement, where the operator has none. */
function defaultPlacement(spec: unknown): readonly unknown[] {
  const terms = at(spec, 'affinity', 'podAntiAffinity', 'preferredDuringSchedulingIgnoredDuringExecution') as
    | readonly unknown[]
    | undefined;
  if (terms === undefined) return [];
  const spread = at(spec, 'topologySpreadConstraints') as readonly unknown[];
  return [...terms.map((term) => at(term, 'podAffinityTerm')), ...spread].map((each) =>
    at(each, 'labelSelector', 'matchLabels'),
  );
}
