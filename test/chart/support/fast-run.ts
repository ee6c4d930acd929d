/** The whole daemon over HTTP in time that runs fast, as the service account of the chart, which may do what its roles say. */

import { setTimeout as wait } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { SimClock } from '../../../simulator/clock.ts';
import { makeNamespace, makeServiceAccount } from '../../../simulator/cluster/places.ts';
import { barePod } from '../../../simulator/cluster/pods.ts';
import { deployment } from '../../../simulator/cluster/workload-drafts.ts';
import type { Binding } from '../../../simulator/kubernetes/rbac.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import { createLogger } from '../../../src/adapters/report/log.ts';
import { createMetrics } from '../../../src/adapters/report/metrics.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import { knowingItself } from '../../../src/cli/own-pod.ts';
import { buildDeps, reachCluster } from '../../../src/cli/parts.ts';
import { parseConfig } from '../../../src/config.ts';
import { Daemon } from '../../../src/controller/daemon.ts';
import { instant, milliseconds } from '../../../src/domain/time.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Permission } from './permissions.ts';

/** Seconds of the story in one of ours: slow enough that answers which are due in seconds come in time. */
const SPEED = 20;

const OWN = { namespace: 'revoker', name: 'pod-identity-revoker' };

const STARTED = Date.now();

function fastNow(): number {
  return STARTED + (Date.now() - STARTED) * SPEED;
}

const FAST: Clock = {
  now: () => instant(fastNow()),
  monotonic: () => milliseconds(systemClock().monotonic() * SPEED),
  turn: () => systemClock().turn(),
  sleep: (duration, signal) => systemClock().sleep(milliseconds(duration / SPEED), signal),
};

/** A cluster that has been running for a day can be made by being behind for a while. */
class FastPast implements SimClock {
  behind = 0;

  now(): number {
    return fastNow() - this.behind;
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, ms / SPEED);
    return () => clearTimeout(timer);
  }
}

export type FastRun = {
  readonly simulator: Simulator;
  readonly user: string;
  readonly log: readonly string[];
  /** Until then EKS does not tell the daemon which cluster it is. */
  readonly prove: () => void;
};

/** Associations of two teams; of one the pods can go, of the other two budgets select them. */
function furnish(simulator: Simulator, clock: FastPast): void {
  const { store } = simulator.kubernetes;
  clock.behind = 7_200_000;
  for (const [namespace, name] of [
    ['team-a', 'etl'],
    ['team-b', 'web'],
    [OWN.namespace, OWN.name],
  ] as const) {
    makeNamespace(store, namespace);
    makeServiceAccount(store, namespace, name);
    const roleArn = `arn:aws:iam::111122223333:role/${name}`;
    simulator.eks.associations.create({ namespace, serviceAccount: name, roleArn });
  }
  clock.behind = 3_600_000;
  simulator.pods.create(barePod({ namespace: 'team-a', serviceAccount: 'etl', name: 'etl' }));
  simulator.pods.create(barePod({ namespace: 'team-b', serviceAccount: 'web', name: 'web' }));
  store.create('deployments', deployment({ ...OWN, serviceAccount: OWN.name, replicas: 1 }));
  for (const name of ['one', 'two']) {
    store.create('poddisruptionbudgets', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { namespace: 'team-b', name, generation: 1 },
      spec: { selector: { matchLabels: {} }, minAvailable: '100%' },
      status: {},
    });
  }
  clock.behind = 0;
}

/** What the roles allow, as the simulator takes it. */
function bindingOf({ apiGroup, resource, verb, scope, name }: Permission): Binding {
  const rule = {
    apiGroups: [apiGroup],
    resources: [resource],
    verbs: [verb],
    ...(name === undefined ? {} : { resourceNames: [name] }),
  };
  return { rules: [rule], ...(scope === 'cluster' ? {} : { namespace: scope }) };
}

/**
 * Runs until `isDone`, or in vain for a minute and a half of ours. The daemon finds the cluster and AWS in the
 * environment, as in a pod: it is put back afterwards.
 */
export async function fastRun(
  permissions: readonly Permission[],
  settings: Readonly<Record<string, string>>,
  isDone: (run: FastRun) => boolean,
): Promise<FastRun> {
  const clock = new FastPast();
  const simulator = await startSimulator({ clock });
  await using _closed = { [Symbol.asyncDispose]: () => simulator.close() };
  furnish(simulator, clock);
  const name = simulator.kubernetes.store.list('pods', OWN.namespace)[0]?.metadata.name ?? '';
  if (name === '') throw new Error('the Deployment has made no pod');
  const inPod = await simulator.inPod({ ...OWN, serviceAccount: OWN.name, pod: name });
  const before = { ...process.env };
  Object.assign(process.env, simulator.env(), { KUBECONFIG: inPod.kubeconfig });
  simulator.kubernetes.faults.allowOnly(permissions.map(bindingOf));
  const user = `system:serviceaccount:${OWN.namespace}:${OWN.name}`;
  const prove = simulator.eks.access.deny('DescribeCluster');
  const run: FastRun = { simulator, user, log: [], prove };
  try {
    await daemonRun(run, { ...settings, REVOKER_POD_NAME: name }, isDone);
    return run;
  } finally {
    process.env = before;
  }
}

async function daemonRun(
  run: FastRun,
  settings: Readonly<Record<string, string>>,
  isDone: (run: FastRun) => boolean,
): Promise<void> {
  const config = parseConfig({
    REVOKER_CLUSTER_NAME: run.simulator.clusterName,
    REVOKER_NAMESPACE: OWN.namespace,
    ...settings,
  });
  const stopping = new AbortController();
  await using resources = new AsyncDisposableStack();
  const registry = new Registry();
  const destination = { write: (line: string) => void (run.log as string[]).push(line) };
  const logger = createLogger({ level: 'info', clock: FAST, destination });
  const told = { deadline: config.deadline, 'poll-interval': config.pollInterval };
  const metrics = createMetrics({ registry, version: 'test', settings: told });
  const basics = { clock: FAST, random: Math.random, logger, registry, metrics };
  const connection = await reachCluster(FAST, stopping.signal);
  resources.defer(() => connection.close());
  const deps = await knowingItself(buildDeps(config, basics, connection, resources), stopping.signal);
  const running = new Daemon(deps, config).run(stopping.signal);
  await story(run, isDone);
  stopping.abort(new Error('the story is over'));
  await running;
}

async function story(run: FastRun, isDone: (run: FastRun) => boolean): Promise<void> {
  const { simulator } = run;
  const from = Date.now();
  const latest = from + 90_000;
  const until = async (isSo: () => boolean): Promise<void> => {
    while (Date.now() < latest && !isSo()) await wait(50);
  };
  // A brake is said to be engaged, and again when the Event of it is so old that it is written anew.
  await until(() => run.log.some((line) => line.includes('cluster-unproven')));
  run.prove();
  for (const { associationId, namespace } of simulator.eks.associations.list()) {
    if (namespace !== OWN.namespace) simulator.eks.associations.delete(associationId);
  }
  await until(() => Date.now() - from > FOLDED / SPEED || isDone(run));
  pause(simulator, 'a drill');
  await until(() => run.log.some((line) => line.includes('a drill')));
  pause(simulator, undefined);
  await until(() => isDone(run));
}

/** Repeats of an Event within this time are not written. */
const FOLDED = 330_000;

/** As `pause` and `resume` do it. In dry-run the ConfigMap is another daemon's. */
function pause(simulator: Simulator, reason: string | undefined): void {
  const { store } = simulator.kubernetes;
  const metadata = { namespace: OWN.namespace, name: 'pod-identity-revoker-ledger' };
  const current =
    store.get('configmaps', metadata.namespace, metadata.name) ??
    store.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  const annotations = reason === undefined ? {} : { 'pod-identity-revoker.io/paused': reason };
  store.replace('configmaps', { ...current, metadata: { ...current.metadata, annotations } });
}
