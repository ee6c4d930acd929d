/** Starts the front and talks to it: which pods are the simulator's, and whether the state is always too old. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchCluster } from '../cluster.ts';
import { startPodServer } from '../pods/measure.ts';
import { HOLDERS_EVERY } from '../pods/template.ts';
import type { Front } from '../stage.ts';
import type { Reading } from './reading.ts';

const FRONT = fileURLToPath(new URL('front.ts', import.meta.url));

export type PodFront = Front & {
  readonly setRestless: (is: boolean) => Promise<void>;
  readonly readings: () => Promise<readonly Reading[]>;
};

export async function startFront({ simulator, tenants }: BenchCluster, pods: number): Promise<PodFront> {
  await using cleanup = new AsyncDisposableStack();
  const { kubernetes } = simulator;
  const { port } = cleanup.use(await startPodServer([kubernetes.url, String(pods)], FRONT));
  const url = `http://127.0.0.1:${port}`;
  const ask = async (what: string, body?: string): Promise<string> =>
    (await fetch(`${url}/front/${what}`, { method: 'POST', ...(body === undefined ? {} : { body }) })).text();
  await ask('tenants', JSON.stringify(kubernetes.store.list('pods')));
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-front-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const kubeconfig = path.join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubernetes.kubeconfig().replaceAll(kubernetes.url, url));
  const kept = cleanup.move();
  return {
    kubeconfig,
    holders: pods / HOLDERS_EVERY + tenants.length,
    setRestless: async (is) => void (await ask(`restless?is=${is}`)),
    readings: async () => JSON.parse(await ask('readings')),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
