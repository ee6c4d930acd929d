/** What the tests of the Kubernetes adapters share: a client on a scripted server, raw pods, Status objects. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { KubernetesClient } from '../../../src/adapters/kubernetes/client.ts';
import type { KubernetesConnection } from '../../../src/adapters/kubernetes/connection.ts';
import { connect } from '../../../src/adapters/kubernetes/connection.ts';
import type { Holder } from '../../../src/domain/holder.ts';
import { podUid } from '../../../src/domain/holder.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import type { Revocation } from '../../../src/domain/revocation.ts';
import { instant, milliseconds } from '../../../src/domain/time.ts';
import type { EvictionOrder } from '../../../src/ports/evictor.ts';
import type { KubernetesRequest } from '../../../src/ports/traffic.ts';
import type { Script, ServerOptions } from '../../support/scripted-api-server.ts';
import { ScriptedApiServer } from '../../support/scripted-api-server.ts';
import { SteppedClock } from '../../support/stepped-clock.ts';

export const never: AbortSignal = new AbortController().signal;

export type World = {
  readonly server: ScriptedApiServer;
  readonly connection: KubernetesConnection;
  readonly client: KubernetesClient;
  readonly clock: SteppedClock;
  readonly traffic: KubernetesRequest[];
};

/** A directory that is gone when the test is over. */
export function scratch(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'kubernetes-adapter-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Sets variables of the environment until the test is over. */
export function setEnv(t: TestContext, variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    t.after(() => restore(name, before));
    restore(name, value);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Writes a kubeconfig of one cluster and one user and makes it the one in use. */
export function useKubeconfig(t: TestContext, cluster: object, user: object): string {
  const file = path.join(scratch(t), 'config');
  writeFileSync(file, JSON.stringify(kubeconfig('main', cluster, user)));
  setEnv(t, { KUBECONFIG: file });
  return file;
}

export function kubeconfig(name: string, cluster: object, user: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}

export async function startServer(
  t: TestContext,
  script: Script,
  options?: ServerOptions,
): Promise<ScriptedApiServer> {
  const server = await ScriptedApiServer.start(script, options);
  t.after(() => server.close());
  return server;
}

export async function open(t: TestContext, clock: SteppedClock): Promise<KubernetesConnection> {
  const connection = await connect({ clock, version: '1.2.3' }, never);
  t.after(() => connection.close());
  return connection;
}

export function clientOn(
  connection: KubernetesConnection,
  clock: SteppedClock,
  traffic: KubernetesRequest[] = [],
): KubernetesClient {
  return new KubernetesClient({
    connection,
    clock,
    random: () => 0.5,
    traffic: { aws: () => undefined, kubernetes: (request) => traffic.push(request) },
  });
}

export async function worldOn(t: TestContext, script: Script): Promise<World> {
  const server = await startServer(t, script);
  useKubeconfig(t, { server: server.url }, { token: 'secret' });
  const clock = new SteppedClock();
  const connection = await open(t, clock);
  const traffic: KubernetesRequest[] = [];
  return { server, connection, clock, traffic, client: clientOn(connection, clock, traffic) };
}

/** Waits, in real time, for what needs the network to happen. */
export async function until(happened: () => boolean, what = 'what was waited for'): Promise<void> {
  for (let round = 0; round < 2000; round++) {
    if (happened()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
  throw new Error(`${what} did not happen`);
}

/** A short while of real time, for what must not happen over the network. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 25);
  });
}

/** Like `until`, while the clock goes on in small steps. */
export async function stepUntil(clock: SteppedClock, happened: () => boolean, what?: string): Promise<void> {
  let stepping: Promise<void> = Promise.resolve();
  const step = (): boolean => {
    stepping = stepping.then(() => clock.advance(milliseconds(50)));
    return happened();
  };
  await until(step, what);
  await stepping;
}

export type RawPod = {
  name?: string;
  namespace?: string;
  uid?: string;
  version?: string;
  serviceAccount?: string;
  holds?: boolean;
  metadata?: object;
  spec?: object;
  status?: object;
};

export function rawPod(options: RawPod = {}): object {
  const { name = 'etl-0', namespace = 'team-a', holds = true } = options;
  return {
    metadata: {
      name,
      namespace,
      uid: options.uid ?? `uid-${name}`,
      resourceVersion: options.version ?? '10',
      creationTimestamp: '2026-01-05T11:00:00Z',
      ...options.metadata,
    },
    spec: {
      serviceAccountName: options.serviceAccount ?? 'etl',
      volumes: holds ? [{ name: 'config', configMap: {} }, TOKEN_VOLUME] : [],
      ...options.spec,
    },
    status: { phase: 'Running', ...options.status },
  };
}

export const TOKEN_VOLUME: object = {
  name: 'eks-pod-identity-token',
  projected: {
    sources: [{ serviceAccountToken: { audience: 'pods.eks.amazonaws.com', path: 'token' } }],
  },
};

export function podList(items: readonly object[], version: string, token?: string): object {
  return {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: { resourceVersion: version, ...(token === undefined ? {} : { continue: token }) },
    items,
  };
}

export function status(code: number, reason: string, message: string, details?: object): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details,
    code,
  };
}

export function holderOf(overrides: Partial<Holder> = {}): Holder {
  return {
    uid: podUid('uid-etl-0'),
    namespace: 'team-a',
    name: 'etl-0',
    identity: 'team-a/etl' as Identity,
    start: instant(Date.UTC(2026, 0, 5, 11)),
    finished: false,
    labels: {},
    ...overrides,
  };
}

export function revocationOf(overrides: Partial<Revocation> = {}): Revocation {
  return {
    identity: 'team-a/etl' as Identity,
    cause: 'deleted',
    stage: 'confirmed',
    association: undefined,
    grant: undefined,
    isPresumed: false,
    end: undefined,
    source: 'list',
    evidence: undefined,
    suspectedAt: instant(0),
    settlingSince: undefined,
    confirmedAt: undefined,
    clearSince: undefined,
    closedAt: undefined,
    found: 0,
    evicted: 0,
    ...overrides,
  };
}

export function orderOf(holder: Holder = holderOf()): EvictionOrder {
  return { holder, reason: 'deleted', revocation: revocationOf() };
}
