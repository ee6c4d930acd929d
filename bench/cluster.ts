/** The cluster that is measured: many identities with a past and their pods, on the simulator with its queue. */

import { PastClock } from '../simulator/past-clock.ts';
import { realClock } from '../simulator/clock.ts';
import { makeNamespace, makeServiceAccount } from '../simulator/cluster/places.ts';
import { barePod } from '../simulator/cluster/pods.ts';
import type { SimulatorWithQueue } from '../simulator/simulator.ts';
import { startSimulator } from '../simulator/simulator.ts';

/** A pod and its identity with its association; of an identity with several pods there are as many. */
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
/** For a daemon that keeps a ledger and holds a Lease. */
export const OWN_NAMESPACE = 'revoker';
const HOUR = 3_600_000;

/** As in AWS, LookupEvents sees a record minutes later: what is heard within seconds is heard from the queue. */
const TRAIL_LAG = 900_000;

export type ClusterWish = {
  readonly identities: number;
  /** How many pods the first identity has; the others have one each. Default: one. */
  readonly crowd?: number;
  /** How long a pod takes to end, in milliseconds. Default: no time. */
  readonly endingMs?: number;
  /** These have associations too, and pods that another server tells of. */
  readonly others?: readonly Place[];
};

type Place = { readonly namespace: string; readonly serviceAccount: string };

/** Associations are a day older than the pods. */
export async function buildCluster({
  identities,
  crowd = 1,
  endingMs = 0,
  others = [],
}: ClusterWish): Promise<BenchCluster> {
  const clock = new PastClock(realClock(), 26 * HOUR);
  const simulator = await startSimulator({
    clock,
    queue: true,
    kubernetes: { kubelet: { ending: () => ({ kind: 'after', ms: endingMs }) } },
  });
  simulator.trail.lag = TRAIL_LAG;
  const { store } = simulator.kubernetes;
  makeNamespace(store, NAMESPACE);
  makeNamespace(store, OWN_NAMESPACE);
  const associated = Array.from({ length: identities }, (_, index) => {
    const serviceAccount = `tenant-${String(index).padStart(4, '0')}`;
    makeServiceAccount(store, NAMESPACE, serviceAccount);
    return { serviceAccount, associationId: associate(simulator, { namespace: NAMESPACE, serviceAccount }) };
  });
  for (const other of others) associate(simulator, other);
  clock.pass(24 * HOUR);
  const tenants = associated.flatMap((each, index) =>
    Array.from({ length: index === 0 ? crowd : 1 }, (_, serial) => {
      const { serviceAccount } = each;
      const name = serial === 0 ? serviceAccount : `${serviceAccount}-${serial}`;
      const pod = simulator.pods.create(barePod({ namespace: NAMESPACE, serviceAccount, name }));
      const identity = `${NAMESPACE}/${serviceAccount}`;
      return { ...each, identity, namespace: NAMESPACE, uid: pod.metadata.uid };
    }),
  );
  clock.arrive();
  return { simulator, tenants };
}

function associate({ account, eks }: SimulatorWithQueue, place: Place): string {
  const roleArn = `arn:aws:iam::${account}:role/${place.serviceAccount}`;
  return eks.associations.create({ ...place, roleArn }).associationId;
}
