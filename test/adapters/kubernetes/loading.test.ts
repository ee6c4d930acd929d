/** The client library is loaded for a kubeconfig and for nothing else: in a pod it would be much of the memory. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { kubeconfig, scratch } from './support.ts';

const LOADING = fileURLToPath(new URL('loading.ts', import.meta.url));
const LIBRARY = '@kubernetes/client-node';
const IN_POD = { KUBERNETES_SERVICE_HOST: '10.100.0.1', KUBERNETES_SERVICE_PORT: '443' };

/** The packages that a daemon of this environment has loaded when it is connected. */
function loaded(root: string, env: Readonly<Record<string, string>>): readonly string[] {
  return JSON.parse(execFileSync(process.execPath, [LOADING, root], { encoding: 'utf8', env }));
}

test('in a pod the client library is not loaded', (t) => {
  const root = scratch(t);
  const mounted = path.join(root, 'var/run/secrets/kubernetes.io/serviceaccount');
  mkdirSync(mounted, { recursive: true });
  for (const name of ['token', 'ca.crt']) writeFileSync(path.join(mounted, name), name);
  const packages = loaded(root, IN_POD);
  assert.ok(packages.includes('undici') && packages.includes('fastify'), packages.join());
  assert.ok(!packages.includes(LIBRARY), packages.join());
});

test('with a kubeconfig it is', (t) => {
  const root = scratch(t);
  const file = path.join(root, 'config');
  writeFileSync(file, JSON.stringify(kubeconfig('main', { server: 'http://127.0.0.1:1' }, { token: 'a' })));
  assert.ok(loaded(root, { KUBECONFIG: file }).includes(LIBRARY));
});
