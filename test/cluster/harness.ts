/** What the stories about adapters share: the cluster, a front of it, and clients of the adapters through that. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../src/adapters/clock.ts';
import { KubernetesClient } from '../../src/adapters/kubernetes/client.ts';
import { connect } from '../../src/adapters/kubernetes/connection.ts';
import { never, scratch, setEnv } from '../adapters/kubernetes/support.ts';
import type { Cluster } from './cluster.ts';
import { openCluster } from './cluster.ts';
import type { Front, Passing } from './front.ts';
import { startFront } from './front.ts';

export const clock = systemClock();

export type Ground = {
  readonly cluster: Cluster;
  readonly front: Front;
  /** `name` ends its User-Agent. */
  readonly client: (name?: string) => Promise<KubernetesClient>;
};

/** Closed at the end of the test. */
export async function groundOf(t: TestContext): Promise<Ground> {
  const cluster = await openCluster();
  t.after(() => cluster.connection.close());
  const front = await startFront(cluster.connection);
  t.after(() => front[Symbol.asyncDispose]());
  return { cluster, front, client: (name = 'test') => clientOf(t, front, name) };
}

async function clientOf(t: TestContext, front: Front, name: string): Promise<KubernetesClient> {
  setEnv(t, { KUBECONFIG: kubeconfigOf(t, front) });
  const connection = await connect({ clock, version: name }, never);
  t.after(() => connection.close());
  const traffic = { aws: () => undefined, kubernetes: () => undefined };
  return new KubernetesClient({ connection, clock, random: () => 0, traffic });
}

export function kubeconfigOf(t: TestContext, front: Front): string {
  const file = path.join(scratch(t), 'front');
  writeFileSync(file, front.kubeconfig());
  return file;
}

/** Requests to a resource by their method. */
export function asks(methods: readonly string[], resource: RegExp): (passing: Passing) => boolean {
  return ({ method, path: asked }) => methods.includes(method) && resource.test(asked);
}

export async function happens(isSo: () => boolean, what = 'what was waited for'): Promise<void> {
  const end = Date.now() + 30_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await wait(10);
  }
}

export function releasedLease(name: string): object {
  const spec = { holderIdentity: '', leaseDurationSeconds: 1 };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
}
