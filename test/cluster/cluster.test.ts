/** The suite that runs against any cluster, run against the simulator: what it tells, what it leaves, when it refuses. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeNamespace, makeServiceAccount } from '../../simulator/cluster/places.ts';
import { barePod, handWrittenTokenVolume } from '../../simulator/cluster/pods.ts';
import type { RecordedRequest } from '../../simulator/kubernetes/requests.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { until } from '../e2e/scene.ts';
import { RUN_LABEL } from './names.ts';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));
const CONTEXT = 'simulated';

/** What has to be told, and by how many tests at the least. */
const TOLD: readonly (readonly [string, number])[] = [
  ['the pod view on a cluster: ', 7],
  ['the evictor on a cluster: ', 18],
  ['the ledger store on a cluster: ', 18],
  ['leadership on a cluster: ', 8],
  ['controls on a cluster: ', 9],
  ['the issuer that the API server of a cluster tells: ', 4],
  ['the issuer in a token of a cluster: ', 3],
  ['the daemon on a cluster: revocation: ', 1],
  ['the daemon on a cluster: PDB: ', 1],
  ['the daemon on a cluster: uid: ', 1],
  ['the daemon on a cluster: watch restart: ', 1],
  ['daemons on a cluster: lease: ', 1],
  ['daemons on a cluster: ledger: ', 1],
];

type Ended = { readonly code: unknown; readonly out: string; readonly errors: string };

class Run {
  out = '';
  errors = '';
  readonly #child;
  readonly #ended;

  constructor(environment: Readonly<Record<string, string>>, stories: readonly string[] = []) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, [RUN, ...stories], { env: { PATH, ...environment } });
    this.#ended = once(this.#child, 'close');
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async ended(): Promise<Ended> {
    const [code]: unknown[] = await this.#ended;
    return { code, out: this.out, errors: this.errors };
  }
}

type Setting = { readonly simulator: Simulator; readonly kubeconfig: string };

/** A cluster with somebody else's holder in it, of which no association is known. */
async function someCluster(t: TestContext): Promise<Setting> {
  const simulator = await startSimulator({ kubernetes: { user: 'admin' } });
  t.after(() => simulator.close());
  makeNamespace(simulator.kubernetes.store, 'bystander');
  makeServiceAccount(simulator.kubernetes.store, 'bystander', 'etl');
  const volumes = [handWrittenTokenVolume()];
  simulator.pods.create(barePod({ namespace: 'bystander', serviceAccount: 'etl', name: 'other', volumes }));
  const folder = mkdtempSync(join(tmpdir(), 'cluster-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, simulator.kubernetes.kubeconfig());
  return { simulator, kubeconfig };
}

function namespacesOf({ kubernetes }: Simulator): readonly string[] {
  return kubernetes.store.list('namespaces').map(({ metadata }) => metadata.name);
}

function isOfARun({ namespace, resource, name, body }: RecordedRequest): boolean {
  const made = JSON.stringify(body ?? '').match(/"name":"(revoker-test-[a-z0-9-]+)"/)?.[1];
  const place = resource === 'namespaces' ? (name ?? made) : namespace;
  return place !== undefined && /^revoker-test-[0-9a-f]{8}-[a-z]+$/.test(place);
}

/** What is written elsewhere than in a namespace that a run has made, or by which it makes and removes one. */
function writesOutside({ kubernetes }: Simulator): readonly string[] {
  return kubernetes.requests
    .writes()
    .filter((request) => !isOfARun(request))
    .map(({ method, path }) => `${method} ${path}`);
}

test('the whole suite, on a cluster that the simulator plays: all is told, and only its own namespaces were touched', async (t) => {
  const { simulator, kubeconfig } = await someCluster(t);
  const before = namespacesOf(simulator);
  const labels = new Set<string | undefined>();
  simulator.kubernetes.store.subscribe('namespaces', ({ type, object }) => {
    if (type === 'ADDED') labels.add(object.metadata.labels?.[RUN_LABEL]);
  });
  const environment = { TEST_KUBECONFIG: kubeconfig, TEST_CLUSTER_GO_AHEAD: CONTEXT };
  const { code, out, errors } = await new Run(environment).ended();
  assert.equal(code, 0, `${out}\n${errors}`);
  for (const [title, least] of TOLD) {
    const passed = out.split('\n').filter((line) => line.startsWith(`✔ ${title}`)).length;
    assert.ok(passed >= least, `${title}${passed} of ${least} passed\n${out}`);
  }
  for (const count of ['fail', 'skipped', 'cancelled', 'todo'])
    assert.match(out, new RegExp(`ℹ ${count} 0\n`));
  const plan = out.indexOf('creates   the namespaces revoker-test-');
  assert.ok(plan !== -1 && plan < out.indexOf('✔'), out);
  assert.deepEqual(namespacesOf(simulator), before);
  assert.deepEqual(writesOutside(simulator), []);
  assert.ok(simulator.kubernetes.requests.writes().length > 100);
  assert.equal(labels.size, 1);
  assert.match([...labels][0] ?? '', /^[0-9a-f]{8}$/);
  const bystander = simulator.kubernetes.store.get('pods', 'bystander', 'other');
  assert.equal(bystander?.metadata.deletionTimestamp, undefined);
  assert.ok(bystander);
});

test('SIGINT in the middle: what was made is removed, and the exit code says that it did not end by itself', async (t) => {
  const { simulator, kubeconfig } = await someCluster(t);
  const before = namespacesOf(simulator);
  const run = new Run({ TEST_KUBECONFIG: kubeconfig, TEST_CLUSTER_GO_AHEAD: CONTEXT }, ['daemon']);
  const { watches } = simulator.kubernetes;
  await until('a daemon at work', () => watches.count({ resource: 'pods' }) > 0, 30_000);
  run.signal('SIGINT');
  const { code, out, errors } = await run.ended();
  assert.equal(code, 130, `${out}\n${errors}`);
  assert.match(errors, /SIGINT: the namespaces of this run are being removed/);
  assert.deepEqual(namespacesOf(simulator), before);
  assert.deepEqual(writesOutside(simulator), []);
});

test('a story that fails: exit code 1, and what was made is removed', async (t) => {
  const { simulator, kubeconfig } = await someCluster(t);
  const before = namespacesOf(simulator);
  simulator.kubernetes.faults.deny({ verb: 'create', resource: 'serviceaccounts' });
  const environment = { TEST_KUBECONFIG: kubeconfig, TEST_CLUSTER_GO_AHEAD: CONTEXT };
  const { code, out } = await new Run(environment, ['issuer']).ended();
  assert.equal(code, 1, out);
  assert.match(out, /could not create in .*serviceaccounts: 403 serviceaccounts is forbidden/);
  assert.deepEqual(namespacesOf(simulator), before);
});

test('namespaces that may not be made: exit code 1, the words of the cluster, and no story', async (t) => {
  const { simulator, kubeconfig } = await someCluster(t);
  simulator.kubernetes.faults.deny({ verb: 'create', resource: 'namespaces' });
  const environment = { TEST_KUBECONFIG: kubeconfig, TEST_CLUSTER_GO_AHEAD: CONTEXT };
  const { code, out, errors } = await new Run(environment).ended();
  assert.equal(code, 1);
  assert.match(errors, /User "admin" cannot create resource "namespaces"/);
  assert.doesNotMatch(out, /ℹ tests/);
});

type Refused = readonly [Readonly<Record<string, string>>, RegExp, ...stories: string[]];

test('without a go-ahead that names the context: exit code 2, what to set, and no request', async (t) => {
  const { simulator, kubeconfig } = await someCluster(t);
  const nowhere = join(kubeconfig, '..', 'nowhere');
  const broken = join(kubeconfig, '..', 'broken');
  writeFileSync(broken, 'clusters: [');
  const cases: readonly Refused[] = [
    [{}, /TEST_KUBECONFIG is not set/],
    [{ TEST_CLUSTER_GO_AHEAD: CONTEXT }, /TEST_KUBECONFIG is not set/],
    [{ KUBECONFIG: kubeconfig, TEST_CLUSTER_GO_AHEAD: CONTEXT }, /TEST_KUBECONFIG is not set/],
    [{ TEST_KUBECONFIG: nowhere, TEST_CLUSTER_GO_AHEAD: CONTEXT }, /names no file that exists: .*nowhere/],
    [{ TEST_KUBECONFIG: broken, TEST_CLUSTER_GO_AHEAD: CONTEXT }, /has no current-context/],
    [{ TEST_KUBECONFIG: kubeconfig }, /GO_AHEAD is not set[^]*set TEST_CLUSTER_GO_AHEAD='simulated'/],
    [
      { TEST_KUBECONFIG: kubeconfig, TEST_CLUSTER_GO_AHEAD: 'prod' },
      /GO_AHEAD is "prod"[^]*set TEST_CLUSTER_GO_AHEAD='simulated'/,
    ],
    [
      { TEST_KUBECONFIG: kubeconfig, TEST_CLUSTER_GO_AHEAD: CONTEXT },
      /there is no story nonsense: there are lease, /,
      'nonsense',
    ],
  ];
  const check = async ([environment, complaint, ...stories]: Refused): Promise<void> => {
    const { code, out, errors } = await new Run(environment, stories).ended();
    assert.equal(code, 2, errors);
    assert.match(errors, complaint);
    assert.equal(out, '');
    assert.doesNotMatch(errors, /\n\s+at /);
  };
  await Promise.all(cases.map(check));
  assert.deepEqual(simulator.kubernetes.requests.all(), []);
});
