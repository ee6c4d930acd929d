/** The daemon's own way: the pod view over its own client, as the daemon builds it. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../../src/adapters/clock.ts';
import { KubernetesClient } from '../../../src/adapters/kubernetes/client.ts';
import { connect } from '../../../src/adapters/kubernetes/connection.ts';
import { PodView } from '../../../src/adapters/kubernetes/pod-view.ts';
import type { Way } from '../way.ts';

const never = new AbortController().signal;
const LOOK_EVERY_MS = 2;

async function make(url: string): Promise<PodView> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'bench-pods-')), 'config');
  const kubeConfig = {
    clusters: [{ name: 'bench', cluster: { server: url } }],
    users: [{ name: 'bench', user: { token: 'bench' } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  };
  writeFileSync(file, JSON.stringify(kubeConfig));
  process.env['KUBECONFIG'] = file;
  const clock = systemClock();
  const connection = await connect({ clock, version: 'bench' }, never);
  const traffic = { aws: (): void => undefined, kubernetes: (): void => undefined };
  const client = new KubernetesClient({ connection, clock, random: Math.random, traffic });
  return new PodView({ client, clock, random: Math.random }, {});
}

function run(podView: PodView, changed: (identity: string) => void = () => undefined): void {
  podView.run({ changed, unreadable: () => undefined }, never).catch((error: unknown) => {
    process.stderr.write(`the view failed: ${String(error)}\n`);
    process.exit(1);
  });
}

function holders(podView: PodView): number {
  return [...podView.identities()].reduce((sum, identity) => sum + podView.holdersOf(identity).length, 0);
}

async function synced(podView: PodView): Promise<void> {
  while (podView.freshness().kind !== 'synced') await pause(LOOK_EVERY_MS);
}

/** Until it is synced. What is counted are holders. */
export const view: Way = async ({ url }) => {
  const podView = await make(url);
  return async () => {
    run(podView);
    await synced(podView);
    return holders(podView);
  };
};

/** Until the holder that comes after the changes is there. What is counted are events. */
export const viewChanges: Way = async ({ changes, url }) => {
  const podView = await make(url);
  return () =>
    new Promise((resolve) => {
      run(podView, (identity) => {
        if (identity === 'done/done') resolve(changes);
      });
    });
};

/** From the first sync, which is not measured, to the end of the second. What is counted are holders. */
export const viewRelist: Way = async ({ url }) => {
  const podView = await make(url);
  run(podView);
  await synced(podView);
  return async () => {
    let before = asOf(podView);
    while (podView.mended().lists < 2 || asOf(podView) === before) {
      if (podView.mended().lists < 2) before = asOf(podView);
      await pause(LOOK_EVERY_MS);
    }
    return holders(podView);
  };
};

/** While a state is being read nothing but its end makes the view younger. */
function asOf(podView: PodView): number {
  const freshness = podView.freshness();
  return freshness.kind === 'synced' ? freshness.asOf : 0;
}
