/** The commands `pause`, `resume` and `release`: what an operator tells the daemon, as annotations on its ledger. */

import { hostname, userInfo } from 'node:os';
import { systemClock } from '../adapters/clock.ts';
import { KubernetesClient } from '../adapters/kubernetes/client.ts';
import { kubernetesControls } from '../adapters/kubernetes/controls.ts';
import { BRAKES } from '../domain/brake.ts';
import type { ReleasableBrake } from '../domain/controls.ts';
import { RELEASABLE_BRAKES } from '../domain/controls.ts';
import type { ControlOutcome, Controls } from '../ports/controls.ts';
import type { CommandLine } from './command-line.ts';
import { DeploymentError } from './deployment-error.ts';
import { LEDGER_NAME } from './guard-parts.ts';
import type { Invocation } from './invocation.ts';
import { reachCluster } from './parts.ts';

/** What lets go of the brakes that no command releases. */
const WAYS_OUT = {
  'cluster-unproven':
    'allow eks:DescribeCluster or set REVOKER_CLUSTER_ISSUER, and check REVOKER_CLUSTER_NAME',
  'view-stale': 'it lets go when the API server and EKS can be read again',
  paused: 'pod-identity-revoker resume',
  'not-leader': 'it lets go when this replica is elected',
} as const;

export function pause(invocation: Invocation, line: CommandLine): Promise<number> {
  const reason = line.options['reason'];
  const text = typeof reason === 'string' && reason.trim() !== '' ? reason : 'no reason given';
  return tell(invocation, line, 'paused: nobody is evicted until pod-identity-revoker resume', (controls) =>
    controls.pause(text, invocation.stopping),
  );
}

export function resume(invocation: Invocation, line: CommandLine): Promise<number> {
  return tell(invocation, line, 'resumed', (controls) => controls.resume(invocation.stopping));
}

export function release(invocation: Invocation, line: CommandLine): Promise<number> {
  const brake = releasable(line.operands[0] ?? '');
  return tell(invocation, line, `released ${brake}: what was noticed until now may be evicted`, (controls) =>
    controls.release(brake, invocation.stopping),
  );
}

function releasable(name: string): ReleasableBrake {
  const found = RELEASABLE_BRAKES.find((brake) => brake === name);
  if (found !== undefined) return found;
  const other = BRAKES.find((brake) => brake === name);
  if (other === undefined || other === 'mass-end') {
    throw new DeploymentError(`${JSON.stringify(name)} is no brake; the brakes are ${BRAKES.join(', ')}`);
  }
  throw new DeploymentError(`the brake ${other} is not released by a command: ${WAYS_OUT[other]}`);
}

async function tell(
  { environment, out, stopping }: Invocation,
  line: CommandLine,
  done: string,
  act: (controls: Controls) => Promise<ControlOutcome>,
): Promise<number> {
  const namespace = namespaceOf(line, environment);
  const clock = systemClock();
  const connection = await reachCluster(clock, stopping);
  try {
    const traffic = { aws: () => {}, kubernetes: () => {} };
    const client = new KubernetesClient({ connection, clock, random: Math.random, traffic });
    const person = `${userInfo().username}@${hostname()}`;
    const outcome = await act(kubernetesControls(client, { namespace, name: LEDGER_NAME, clock, person }));
    if (outcome.kind !== 'done') throw new DeploymentError(outcome.detail);
    out(`${done}\n`);
    return 0;
  } finally {
    await connection.close();
  }
}

function namespaceOf({ options }: CommandLine, environment: Invocation['environment']): string {
  const given = options['namespace'] ?? environment['REVOKER_NAMESPACE'];
  if (typeof given === 'string' && given !== '') return given;
  throw new DeploymentError(
    'in which namespace does the daemon run? Say it with --namespace or REVOKER_NAMESPACE',
  );
}
