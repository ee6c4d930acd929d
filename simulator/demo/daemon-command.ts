/** How the demo starts the daemon: the real entry point, in an environment that holds nothing else. */

import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { SimulatorWithQueue } from '../simulator.ts';
import type { DaemonCommand } from './daemon-process.ts';
import { REPORTED_LABELS } from './pod-facts.ts';

/**
 * Seconds. Settle time and window are shorter than the defaults, so that nobody waits long; the poll interval is
 * the default, and so long that a poll has no part in the story.
 */
export const TIMES = { poll: 30, settle: 5, window: 10 } as const;

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export function daemonCommand(simulator: SimulatorWithQueue): DaemonCommand {
  return {
    command: process.execPath,
    args: [MAIN, 'run'],
    env: { ...inherited('PATH', 'HOME'), ...simulator.env(), ...settings(simulator) },
  };
}

function settings({ clusterName, queueUrl }: SimulatorWithQueue): Record<string, string> {
  return {
    REVOKER_CLUSTER_NAME: clusterName,
    REVOKER_QUEUE_URL: queueUrl,
    REVOKER_POLL_INTERVAL: `${TIMES.poll}s`,
    REVOKER_SETTLE_TIME: `${TIMES.settle}s`,
    REVOKER_CONSISTENCY_WINDOW: `${TIMES.window}s`,
    REVOKER_DESCRIBE_RATE: '20',
    REVOKER_POD_LABELS: REPORTED_LABELS.join(','),
    REVOKER_LISTEN: '127.0.0.1:0',
    REVOKER_STATUS_LISTEN: '127.0.0.1:0',
  };
}

function inherited(...names: readonly string[]): Record<string, string> {
  const entries = names.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
