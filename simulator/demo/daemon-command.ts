/** How the demo starts the daemon: the real entry point, in an environment that holds nothing else. */

import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '../simulator.ts';
import type { DaemonCommand } from './daemon-process.ts';
import { REPORTED_LABELS } from './pod-facts.ts';

/** Shorter than the defaults, so that nobody waits long. Seconds. */
export const TIMES = { poll: 2, settle: 5, window: 10 } as const;

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export function daemonCommand(simulator: Simulator): DaemonCommand {
  return {
    command: process.execPath,
    args: [MAIN, 'run'],
    env: { ...inherited('PATH', 'HOME'), ...simulator.env(), ...settings(simulator.clusterName) },
  };
}

function settings(clusterName: string): Record<string, string> {
  return {
    REVOKER_CLUSTER_NAME: clusterName,
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
