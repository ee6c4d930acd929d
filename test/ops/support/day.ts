/** A day of a small cluster in half a minute: two replicas watch, associations end, and not all goes well. */

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
  readonly scene: Scene<SimulatorWithQueue>;
  /** Where the replicas are scraped, as host:port. */
  readonly targets: readonly string[];
  /** Ends with one pod that a budget blocks, and the daemon paused with another one due. */
  pass(): Promise<void>;
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
  const replicas: DaemonProcess[] = [];
  for (const name of REPLICAS) {
    const own = { REVOKER_NAMESPACE: OWN_NAMESPACE, REVOKER_POD_NAME: name };
    replicas.push(await scene.settledDaemon({ ...own, REVOKER_POLL_INTERVAL: '2s' }));
  }
  return {
    scene,
    targets: replicas.map((replica) => String(replica.said('started')[0]?.['listen'])),
    pass: () => pass(scene, replicas),
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  };
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
  makeBudget(simulator.kubernetes.store, { namespace: 'team-blocked', name: 'keep' });
  for (const name of ['etl', 'web', 'blocked'] as const) dissociate(simulator, identity(name));
  update(simulator, identity('batch'), { roleArn: 'arn:aws:iam::111122223333:role/other' });
  await until('three are contained, on both replicas', () => contained() === 6, 40_000);
  simulator.rule.trailLogging = false;
  dissociate(simulator, identity('silent'));
  await until('the poll found one more', () => contained() === 8, 20_000);
  simulator.rule.trailLogging = true;
  const args = ['pause', '--namespace', OWN_NAMESPACE, '--reason', 'a change window'];
  const command = new DaemonProcess(simulator.env(), args);
  if ((await command.ended) !== 0) throw new Error(command.errors);
  await until('paused', async () => (await text(replicas)).includes('brake_engaged{brake="paused"} 1'));
  dissociate(simulator, identity('paused'));
  await until('one is braked', async () => (await text(replicas)).includes('exposed_pods{state="braked"} 1'));
}

async function text(replicas: readonly DaemonProcess[]): Promise<string> {
  const answers = await Promise.all(replicas.map((replica) => replica.get('listen', '/metrics')));
  return (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
}
