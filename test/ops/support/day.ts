/** A day of a small cluster in half a minute: two replicas watch, associations end, and not all goes well. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { SimulatorWithQueue } from '../../../simulator/simulator.ts';
import { makeBudget } from '../../../simulator/cluster/budgets.ts';
import { associate, dissociate, update } from '../../../simulator/cluster/associations.ts';
import { makeNamespace, makeServiceAccount } from '../../../simulator/cluster/places.ts';
import { barePod } from '../../../simulator/cluster/pods.ts';
import type { Scene } from '../../e2e/scene.ts';
import { DaemonProcess, makeQueueScene, until } from '../../e2e/scene.ts';

const OWN_NAMESPACE = 'revoker';
const REPLICAS = ['revoker-1', 'revoker-2'] as const;

export type Day = AsyncDisposable & {
  /** Where the replicas will be scraped, as host:port: known before they start, so that no count is missed. */
  readonly targets: readonly string[];
  /** From the start of the replicas to five ended grants, of which four are contained and one has a blocked pod. */
  pass(): Promise<void>;
  /** An operator pauses the daemon, and one more pod is due. */
  pause(): Promise<void>;
};

const NAMES = ['etl', 'web', 'batch', 'blocked', 'silent', 'paused'] as const;
type Name = (typeof NAMES)[number];

function identity(name: Name): { readonly namespace: string; readonly serviceAccount: string } {
  return { namespace: `team-${name}`, serviceAccount: name };
}

export async function startDay(): Promise<Day> {
  const scene = await makeQueueScene();
  const { simulator } = scene;
  makeNamespace(simulator.kubernetes.store, OWN_NAMESPACE);
  for (const name of NAMES) populate(scene, name);
  for (const name of REPLICAS) simulator.pods.create(barePod({ namespace: OWN_NAMESPACE, name }));
  const targets = await Promise.all(REPLICAS.map(async () => `127.0.0.1:${await freePort()}`));
  let replicas: readonly DaemonProcess[] = [];
  return {
    targets,
    pass: async () => {
      replicas = await startReplicas(scene, targets);
      await pass(scene, replicas);
    },
    pause: () => pause(scene, replicas),
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  };
}

async function startReplicas(scene: Scene, targets: readonly string[]): Promise<readonly DaemonProcess[]> {
  const replicas = REPLICAS.map((name, n) =>
    scene.settledDaemon({
      REVOKER_NAMESPACE: OWN_NAMESPACE,
      REVOKER_POD_NAME: name,
      REVOKER_POLL_INTERVAL: '2s',
      REVOKER_LISTEN: targets[n] ?? '',
    }),
  );
  return Promise.all(replicas);
}

/** Nobody else is likely to take it before the daemon does. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** By calls, so that CloudTrail can tell of them. */
function populate(scene: Scene, name: Name): void {
  const { simulator } = scene;
  const { store } = simulator.kubernetes;
  const place = identity(name);
  makeNamespace(store, place.namespace);
  makeServiceAccount(store, place.namespace, place.serviceAccount);
  scene.past(3, () => associate(simulator, place));
  scene.past(1, () => simulator.pods.create(barePod({ ...place, name: `${name}-0` })));
}

async function pass(scene: Scene<SimulatorWithQueue>, replicas: readonly DaemonProcess[]): Promise<void> {
  const { simulator } = scene;
  const contained = (): number =>
    replicas.flatMap((replica) => replica.said('a revocation is contained')).length;
  await until('one leads', async () => (await text(replicas)).includes('revoker_leader 1'), 40_000);
  await until('the trail has told of the past', async () =>
    /trail_lag_seconds_count [1-9]/.test(await text(replicas)),
  );
  makeBudget(simulator.kubernetes.store, { namespace: 'team-blocked', name: 'keep' });
  for (const name of ['etl', 'web', 'blocked'] as const) dissociate(simulator, identity(name));
  update(simulator, identity('batch'), { roleArn: 'arn:aws:iam::111122223333:role/other' });
  await until('three are contained, on both replicas', () => contained() === 6, 40_000);
  simulator.rule.trailLogging = false;
  dissociate(simulator, identity('silent'));
  await until('the poll found one more', () => contained() === 8, 20_000);
  simulator.rule.trailLogging = true;
  await until('one is blocked', async () =>
    (await text(replicas)).includes('exposed_pods{state="blocked"} 1'),
  );
}

async function pause({ simulator }: Scene, replicas: readonly DaemonProcess[]): Promise<void> {
  const args = ['pause', '--namespace', OWN_NAMESPACE, '--reason', 'a change window'];
  const command = new DaemonProcess(simulator.env(), args);
  if ((await command.ended) !== 0) throw new Error(command.errors);
  await until('paused', async () => (await text(replicas)).includes('brake_engaged{brake="paused"} 1'));
  dissociate(simulator, identity('paused'));
  await until('one is braked', async () => /reason="paused"\} [12]\n/.test(await text(replicas)));
}

async function text(replicas: readonly DaemonProcess[]): Promise<string> {
  const answers = await Promise.all(replicas.map((replica) => replica.get('listen', '/metrics')));
  return (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
}
