/** The cluster that is measured: many identities with a past, one pod each, on the simulator with its queue. */

import { PastClock } from '../simulator/past-clock.ts';
import { realClock } from '../simulator/clock.ts';
import { makeNamespace, makeServiceAccount } from '../simulator/cluster/places.ts';
import { barePod } from '../simulator/cluster/pods.ts';
import type { SimulatorWithQueue } from '../simulator/simulator.ts';
import { startSimulator } from '../simulator/simulator.ts';

/** An identity with its association, and its one pod, which is named like it. */
export type Tenant = {
  /** `namespace/serviceAccount`. */
  readonly identity: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly associationId: string;
  readonly uid: string;
};

export type BenchCluster = {
  readonly simulator: SimulatorWithQueue;
  readonly tenants: readonly Tenant[];
};

const NAMESPACE = 'tenants';
const HOUR = 3_600_000;

/** As in AWS, LookupEvents sees a record minutes later: what is heard within seconds is heard from the queue. */
const TRAIL_LAG = 900_000;

/** Associations are a day older than the pods; a pod takes `endingMs` to end. */
export async function buildCluster(count: number, endingMs = 0): Promise<BenchCluster> {
  const clock = new PastClock(realClock(), 26 * HOUR);
  const simulator = await startSimulator({
    clock,
    queue: true,
    kubernetes: { kubelet: { ending: () => ({ kind: 'after', ms: endingMs }) } },
  });
  simulator.trail.lag = TRAIL_LAG;
  const { store } = simulator.kubernetes;
  makeNamespace(store, NAMESPACE);
  const associated = Array.from({ length: count }, (_, index) => {
    const serviceAccount = `tenant-${String(index).padStart(4, '0')}`;
    makeServiceAccount(store, NAMESPACE, serviceAccount);
    const roleArn = `arn:aws:iam::${simulator.account}:role/${serviceAccount}`;
    const { associationId } = simulator.eks.associations.create({
      namespace: NAMESPACE,
      serviceAccount,
      roleArn,
    });
    return { serviceAccount, associationId };
  });
  clock.pass(24 * HOUR);
  const tenants = associated.map(({ serviceAccount, associationId }) => {
    const pod = simulator.pods.create(
      barePod({ namespace: NAMESPACE, serviceAccount, name: serviceAccount }),
    );
    const identity = `${NAMESPACE}/${serviceAccount}`;
    return { identity, namespace: NAMESPACE, serviceAccount, associationId, uid: pod.metadata.uid };
  });
  clock.arrive();
  return { simulator, tenants };
}
