/** The real kubectl against the simulated API server. */

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { realClock } from '../../../simulator/clock.ts';
import { at } from '../../../simulator/kubernetes/object.ts';
import { kubectlPath } from '../../support/kubectl.ts';
import { addPod, type Api, eventually, startApi } from './support.ts';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'made' },
  spec: { containers: [{ name: 'c', image: 'i' }] },
};

let tool = '';
let directory = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubectl-'));
  try {
    tool = await kubectlPath();
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error;
  }
});

after(() => rm(directory, { recursive: true }));

type Kubectl = Api & {
  run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }>;
  start(...args: readonly string[]): ChildProcess;
};

/** Undefined, and the test skipped with a loud line, where there is no kubectl. */
async function startWithKubectl(t: TestContext): Promise<Kubectl | undefined> {
  if (tool === '') {
    t.skip('SKIPPED: kubectl could not be unpacked');
    return undefined;
  }
  const api = await startApi(t, { clock: realClock() });
  const file = join(directory, `${new URL(api.url).port}.json`);
  await writeFile(file, api.kubeconfig());
  const common = ['--kubeconfig', file, '--cache-dir', join(directory, 'cache'), '--request-timeout', '10s'];
  const environment = { PATH: process.env['PATH'] ?? '', HOME: directory };
  return {
    ...api,
    run: async (...args) => {
      try {
        const { stderr, stdout } = await promisify(execFile)(tool, [...common, ...args], {
          env: environment,
        });
        return { code: 0, out: stdout + stderr };
      } catch (error) {
        return {
          code: Number(at({ error }, 'error', 'code')),
          out: `${String(at({ error }, 'error', 'stdout'))}${String(at({ error }, 'error', 'stderr'))}`,
        };
      }
    },
    start: (...args) => spawn(tool, [...common, ...args], { env: environment }),
  };
}

test('kubectl get', async (t) => {
  const api = await startWithKubectl(t);
  if (api === undefined) return;
  addPod(api, 'a');
  const all = await api.run('get', 'pods', '-A');
  assert.match(all.out, /NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE\ndefault +a +0\/1 +Running +0 +/);
  const one = await api.run('get', 'pod', 'a', '-o', 'json');
  assert.equal(
    at(JSON.parse(one.out), 'metadata', 'uid'),
    api.store.get('pods', 'default', 'a')?.metadata.uid,
  );
  const missing = await api.run('get', 'pod', 'zzz');
  assert.equal(missing.code, 1);
  assert.match(missing.out, /Error from server \(NotFound\): pods "zzz" not found/);
});

test('kubectl get -w', async (t) => {
  const api = await startWithKubectl(t);
  if (api === undefined) return;
  addPod(api, 'first');
  const child = api.start('get', 'pods', '-w', '-o', 'name');
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const ended = new Promise((resolve) => {
    child.once('close', resolve);
  });
  try {
    await eventually(() => api.watches.count() === 1);
    addPod(api, 'second');
    await eventually(() => out.includes('pod/second'));
  } finally {
    child.kill();
    await ended;
  }
  assert.match(out, /^pod\/first\npod\/second\n/);
});

test('kubectl create, describe, label, delete', async (t) => {
  const api = await startWithKubectl(t);
  if (api === undefined) return;
  const file = join(directory, 'pod.json');
  await writeFile(file, JSON.stringify(POD));
  assert.match((await api.run('create', '-f', file, '--validate=false')).out, /pod\/made created/);
  assert.match((await api.run('create', '-f', file, '--validate=false')).out, /\(AlreadyExists\)/);
  const described = await api.run('describe', 'pod', 'made');
  assert.match(described.out, /^Name: +made\n/);
  assert.match(described.out, /Service Account: +default/);
  assert.match((await api.run('label', 'pod', 'made', 'x=y')).out, /pod\/made labeled/);
  assert.deepEqual(api.store.get('pods', 'default', 'made')?.metadata.labels, { x: 'y' });
  assert.match((await api.run('delete', 'pod', 'made')).out, /pod "made" deleted/);
  assert.equal(api.store.list('pods').length, 0);
});

test('kubectl annotate shows in managedFields, with its own name', async (t) => {
  const api = await startWithKubectl(t);
  if (api === undefined) return;
  await api.call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'ledger' } });
  const annotated = await api.run('annotate', 'configmap', 'ledger', 'example.com/paused=yes');
  assert.match(annotated.out, /configmap\/ledger annotated/);
  const { metadata } = api.store.get('configmaps', 'default', 'ledger') ?? {};
  assert.deepEqual(metadata?.annotations, { 'example.com/paused': 'yes' });
  const entry = metadata?.managedFields?.find((one) => at(one, 'manager') === 'kubectl-annotate');
  const mine = { 'f:metadata': { 'f:annotations': { '.': {}, 'f:example.com/paused': {} } } };
  assert.deepEqual(at(entry, 'fieldsV1'), mine);
});

test('kubectl drain is stopped by a budget, and goes through without it', async (t) => {
  const api = await startWithKubectl(t);
  if (api === undefined) return;
  api.store.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
  addPod(api, 'a', {}, { app: 'web' });
  const budget = {
    metadata: { name: 'web' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  };
  await api.call('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', budget);
  const blocked = await api.run('drain', 'node-1', '--force', '--timeout=1s');
  assert.notEqual(blocked.code, 0);
  assert.match(blocked.out, /Cannot evict pod as it would violate the pod's disruption budget/);
  assert.ok(api.store.get('pods', 'default', 'a'));
  api.store.remove('poddisruptionbudgets', 'default', 'web');
  const drained = await api.run('drain', 'node-1', '--force');
  assert.equal(drained.code, 0, drained.out);
  assert.equal(api.store.get('pods', 'default', 'a'), undefined);
  assert.equal(at(api.store.get('nodes', undefined, 'node-1'), 'spec', 'unschedulable'), true);
});

test('kubectl auth can-i', async (t) => {
  const api = await startWithKubectl(t);
  if (api === undefined) return;
  const question = ['auth', 'can-i', 'create', 'pods', '--subresource=eviction'];
  assert.deepEqual(await api.run(...question), { code: 0, out: 'yes\n' });
  api.faults.deny({ verb: 'create', resource: 'pods/eviction' });
  assert.deepEqual(await api.run(...question), { code: 1, out: 'no\n' });
});
