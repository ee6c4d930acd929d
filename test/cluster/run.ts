/** Runs the suite against the cluster of TEST_KUBECONFIG, in namespaces of its own: `npm run test:cluster`. */

import type { ChildProcess } from 'node:child_process';
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
import type { RunPlaces } from './namespaces.ts';
import { makeNamespace, removeNamespaces } from './namespaces.ts';

const FAILED = 1;
const MISUSED = 2;
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

/** In a process group of its own, so that none of the daemons that it starts outlives it. */
async function tellStories(
  stories: readonly string[],
  prefix: string,
  interrupted: AbortSignal,
): Promise<number> {
  const files = stories.map((story) => fileURLToPath(new URL(`stories/${story}.ts`, import.meta.url)));
  const args = ['--test', '--test-concurrency=4', '--test-reporter=spec', ...files];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TEST_CLUSTER_NAMESPACES: prefix },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const interrupt = (): void => signalGroup(child, 'SIGINT');
  if (interrupted.aborted) interrupt();
  interrupted.addEventListener('abort', interrupt);
  const [code]: unknown[] = await once(child, 'close');
  signalGroup(child, 'SIGKILL');
  if (interrupted.aborted) return INTERRUPTED;
  return typeof code === 'number' ? code : FAILED;
}

/** Where nobody of the group is left there is nothing to do. */
function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function introduce({ context, kubeconfig }: GoAhead, server: string, { run, names }: RunPlaces): void {
  say(`cluster   ${server} (context "${context}" of ${kubeconfig})`);
  say(`creates   the namespaces ${names.join(', ')}`);
  say(`          with the label ${RUN_LABEL}=${run}; everything else is made in them`);
  say('removes   these namespaces at the end, whatever happens, and nothing else');
}

async function removeAll(cluster: Cluster, places: RunPlaces): Promise<boolean> {
  const left = await removeNamespaces(cluster, places);
  if (left.length === 0) say('removed   all namespaces of this run');
  else {
    complain(`not all namespaces of this run could be removed:\n${left.join('\n')}`);
    complain(`remove them by: kubectl delete namespace -l ${RUN_LABEL}=${places.run}`);
  }
  return left.length === 0;
}

async function runSuite(goAhead: GoAhead, stories: readonly string[]): Promise<number> {
  const interrupted = interruption();
  const cluster = await openCluster();
  const run = randomBytes(4).toString('hex');
  const prefix = `revoker-test-${run}`;
  const places = { run, names: PLACES.map((place) => namespaceOf(prefix, place)) };
  introduce(goAhead, cluster.connection.server, places);
  let code = FAILED;
  try {
    for (const name of places.names) {
      if (!interrupted.aborted) await makeNamespace(cluster, name, run);
    }
    code = interrupted.aborted ? INTERRUPTED : await tellStories(stories, prefix, interrupted);
  } catch (error) {
    complain(messageOf(error));
  }
  const isClean = await removeAll(cluster, places);
  await cluster.connection.close();
  return isClean ? code : Math.max(code, FAILED);
}

/** All, or those that the arguments name. */
function storiesOf(args: readonly string[]): readonly string[] | string {
  const known: readonly string[] = STORIES;
  const unknown = args.filter((name) => !known.includes(name));
  if (unknown.length > 0) return `there is no story ${unknown.join(', ')}: there are ${STORIES.join(', ')}`;
  return args.length === 0 ? STORIES : args;
}

async function main(): Promise<number> {
  const stories = storiesOf(process.argv.slice(2));
  const goAhead = goAheadOf(process.env);
  const problem = [stories, goAhead].find((one) => typeof one === 'string');
  if (typeof stories === 'string' || typeof goAhead === 'string') {
    complain(String(problem));
    return MISUSED;
  }
  try {
    return await runSuite(goAhead, stories);
  } catch (error) {
    complain(messageOf(error));
    return MISUSED;
  }
}

process.exitCode = await main();
