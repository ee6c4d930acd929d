/** Runs a simulator with the busy cluster until SIGTERM or SIGINT, and prints how to talk to it: `node simulator/start.ts`. */

import { once } from 'node:events';
import { populate } from './cluster/busy.ts';
import type { BusyCluster } from './cluster/busy.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './simulator.ts';

const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
const simulator = await startSimulator();
try {
  process.stdout.write(introduction(simulator, populate(simulator)));
  await ended;
} finally {
  await simulator.close();
}

function introduction(running: Simulator, busy: BusyCluster): string {
  const identities = [...busy.identities].map(
    ([name, { association, pods }]) => `  ${association.associationId}  ${name} (${pods.length} pods)`,
  );
  const exports = Object.entries({ ...running.env(), REVOKER_CLUSTER_NAME: running.clusterName });
  return [
    `EKS         ${running.eks.url}`,
    `Kubernetes  ${running.kubernetes.url}`,
    '',
    'Associations:',
    ...identities,
    '',
    ...exports.map(([name, value]) => `export ${name}='${value}'`),
    '',
  ].join('\n');
}
