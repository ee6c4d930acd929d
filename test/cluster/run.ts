/** Runs the suite against the cluster of TEST_KUBECONFIG, in namespaces of its own: `npm run test:cluster`. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../src/adapters/kubernetes/connection-error.ts';
import type { Cluster } from './cluster.ts';
import { openCluster } from './cluster.ts';
import type { GoAhead } from './go-ahead.ts';
import { goAheadOf } from './go-ahead.ts';
import { namespaceOf, PLACES, RUN_LABEL, STORIES } from './names.ts';
import type { Made } from './namespaces.ts';
import { makeNamespace, removeNamespaces } from './namespaces.ts';

const INTERRUPTED = 130;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Told by SIGINT or SIGTERM. Whatever comes after the first changes nothing: what was made is being removed. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      complain(`${name}: the namespaces of this run are being removed, wait`);
      interrupted.abort();
    });
  }
  return interrupted.signal;
}

async function tellStories(prefix: string, interrupted: AbortSignal): Promise<number> {
  const files = STORIES.map((story) => fileURLToPath(new URL(`stories/${story}.ts`, import.meta.url)));
  const args = ['--test', '--test-concurrency=4', '--test-reporter=spec', ...files];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TEST_CLUSTER_NAMESPACES: prefix },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  interrupted.addEventListener('abort', () => child.kill('SIGINT'));
  const [code]: unknown[] = await once(child, 'close');
  return typeof code === 'number' ? code : INTERRUPTED;
}

function introduce({ context, kubeconfig }: GoAhead, server: string, run: string): string {
  const prefix = `revoker-test-${run}`;
  say(`cluster   ${server} (context "${context}" of ${kubeconfig})`);
  say(`creates   the namespaces ${PLACES.map((place) => namespaceOf(prefix, place)).join(', ')}`);
  say(`          with the label ${RUN_LABEL}=${run}; everything else is made in them`);
  say('removes   these namespaces at the end, whatever happens, and nothing else');
  return prefix;
}

async function removeAll(cluster: Cluster, made: readonly Made[]): Promise<boolean> {
  try {
    await removeNamespaces(cluster, made);
    say('removed   all namespaces of this run');
    return true;
  } catch (error) {
    complain(`not all namespaces of this run are gone: ${messageOf(error)}`);
    complain(`still to be removed: kubectl delete namespace ${made.map(({ name }) => name).join(' ')}`);
    return false;
  }
}

async function run(goAhead: GoAhead): Promise<number> {
  const interrupted = interruption();
  const cluster = await openCluster();
  const suffix = randomBytes(4).toString('hex');
  const prefix = introduce(goAhead, cluster.connection.server, suffix);
  const made: Made[] = [];
  let code = 1;
  try {
    for (const place of PLACES) {
      if (!interrupted.aborted) made.push(await makeNamespace(cluster, namespaceOf(prefix, place), suffix));
    }
    code = interrupted.aborted ? INTERRUPTED : await tellStories(prefix, interrupted);
    if (interrupted.aborted) code = INTERRUPTED;
  } catch (error) {
    complain(messageOf(error));
  }
  const isClean = await removeAll(cluster, made);
  await cluster.connection.close();
  return isClean ? code : Math.max(code, 1);
}

const goAhead = goAheadOf(process.env);
if (typeof goAhead === 'string') {
  complain(goAhead);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await run(goAhead);
  } catch (error) {
    complain(messageOf(error));
    process.exitCode = 2;
  }
}
