/** The scene: a busy cluster with a past, and the one identity in it whose association is going to be deleted. */

import type { Association } from '../aws/association.ts';
import { DELIVERED_AT_ONCE } from '../aws/eventbridge-delivery.ts';
import { realClock } from '../clock.ts';
import { populate } from '../cluster/busy.ts';
import type { BusyIdentityName } from '../cluster/busy.ts';
import { deployment, job, statefulSet } from '../cluster/workload-drafts.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { Simulator, SimulatorWithQueue } from '../simulator.ts';
import { startSimulator } from '../simulator.ts';
import { OPERATOR } from './delete-association.ts';
import { PastClock } from '../past-clock.ts';
import type { PodFacts } from './pod-facts.ts';
import { isHolderOf, podFacts } from './pod-facts.ts';

export type Scene = {
  readonly simulator: SimulatorWithQueue;
  readonly target: Association;
  /** `namespace/serviceAccount` of the target. */
  readonly identity: string;
  /** Every pod before anything is deleted. */
  readonly before: readonly PodFacts[];
  /** Those of them that must go once the target has ended, as the scene knows and the daemon has to find out. */
  readonly expected: readonly PodFacts[];
};

const HOUR = 3_600_000;
const MINUTE = 60_000;

const IDENTITY = 'domino-compute/role-analyst' satisfies BusyIdentityName;
const OF_ANALYST = { namespace: 'domino-compute', serviceAccount: 'role-analyst' };

/** Milliseconds that a replacement takes to run. */
const STARTING = 800;

/** Milliseconds from a call to its message in the queue; in AWS these are seconds and sometimes minutes. */
export const EVENT_DELAY = 800;

/** LookupEvents is minutes behind, as in AWS: what is heard here is heard from the queue. */
const TRAIL_LAG = 10 * MINUTE;

/** Associations are a day older than the pods, so that every pod's past is beyond doubt. */
export async function buildScene(): Promise<Scene> {
  const clock = new PastClock(realClock(), 26 * HOUR);
  const simulator = await startSimulator({
    clock,
    queue: true,
    kubernetes: { kubelet: { ending: ({ metadata }) => endingOf(metadata.name), starting: () => STARTING } },
  });
  simulator.rule.delivery = { ...DELIVERED_AT_ONCE, delay: EVENT_DELAY };
  simulator.trail.lag = TRAIL_LAG;
  simulator.eks.access.principals.set(OPERATOR.accessKeyId, OPERATOR.arn);
  const { store } = simulator.kubernetes;
  const busy = populate(simulator, () => clock.pass(24 * HOUR));
  clock.pass(45 * MINUTE);
  store.create('deployments', deployment({ ...OF_ANALYST, name: 'model-api', replicas: 2 }));
  store.create('jobs', job({ ...OF_ANALYST, name: 'score-batch', runSeconds: 600 }));
  clock.pass(15 * MINUTE);
  store.create('statefulsets', statefulSet({ ...OF_ANALYST, name: 'feature-cache', replicas: 2 }));
  clock.arrive();
  const target = busy.identities.get(IDENTITY)?.association;
  if (target === undefined) throw new Error(`the busy cluster has no ${IDENTITY}`);
  const before = currentPods(simulator);
  const expected = before.filter((pod) => isHolderOf(IDENTITY, pod));
  return { simulator, target, identity: IDENTITY, before, expected };
}

export function currentPods({ kubernetes: { store } }: Simulator): readonly PodFacts[] {
  return store.list('pods').map((pod: KubeObject) => podFacts(pod, store));
}

/** Containers take one to two and a half seconds to end, each its own time. */
function endingOf(name: string): { readonly kind: 'after'; readonly ms: number } {
  const sum = Buffer.from(name).reduce((total, byte) => (total * 31 + byte) % 997, 7);
  return { kind: 'after', ms: 1000 + Math.floor((sum / 997) * 1500) };
}
