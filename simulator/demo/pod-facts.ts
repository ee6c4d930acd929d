/** What the demo says of a pod, whoever tells of it. */

import { isRecord, listAt, textAt } from '../kubernetes/object.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { Store } from '../kubernetes/store.ts';

export type PodFacts = {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** `namespace/serviceAccount`, whether it has an association or not. */
  readonly identity: string;
  /** Milliseconds since the epoch, whole seconds. */
  readonly start: number;
  /** What made the pod, as people call it: `Deployment web`, `Workspace of maria`, `bare pod`. */
  readonly workload: string;
  /** What many pods of one origin have in common, for counting them: `team-a/web (Deployment)`. */
  readonly origin: string;
  readonly hasToken: boolean;
  readonly isRunning: boolean;
  readonly isFinished: boolean;
  readonly isTerminating: boolean;
};

const AUDIENCE = 'pods.eks.amazonaws.com';
const WORKLOAD_TYPE = 'dominodatalab.com/workload-type';
const STARTING_USER = 'dominodatalab.com/starting-user-username';

/** The labels of the demo's user workloads that the daemon is told to copy into its reports. */
export const REPORTED_LABELS = [WORKLOAD_TYPE, STARTING_USER, 'dominodatalab.com/project-name'] as const;

export function podFacts(pod: KubeObject, store: Store): PodFacts {
  const { uid, name, namespace = '', creationTimestamp, deletionTimestamp } = pod.metadata;
  const phase = textAt(pod, 'status', 'phase');
  return {
    uid,
    namespace,
    name,
    identity: `${namespace}/${textAt(pod, 'spec', 'serviceAccountName') ?? 'default'}`,
    start: Date.parse(creationTimestamp),
    ...originOf(pod, store),
    hasToken: hasToken(pod),
    isRunning: phase === 'Running',
    isFinished: phase === 'Succeeded' || phase === 'Failed',
    isTerminating: deletionTimestamp !== undefined,
  };
}

/** A pod of the identity that can obtain credentials and has not ended or begun to. */
export function isHolderOf(identity: string, pod: PodFacts): boolean {
  return pod.identity === identity && pod.hasToken && !pod.isFinished && !pod.isTerminating;
}

/** By the audience, as the agent on the node would ask for it; names of volumes and labels prove nothing. */
function hasToken(pod: KubeObject): boolean {
  return listAt(pod, 'spec', 'volumes')
    .filter(isRecord)
    .flatMap((volume) => listAt(volume, 'projected', 'sources'))
    .some((source) => textAt(source, 'serviceAccountToken', 'audience') === AUDIENCE);
}

function originOf(pod: KubeObject, store: Store): Pick<PodFacts, 'workload' | 'origin'> {
  const { namespace, name, labels = {} } = pod.metadata;
  const owner = topOwner(pod, store);
  if (owner !== undefined) {
    return { workload: `${owner.kind} ${owner.name}`, origin: `${namespace}/${owner.name} (${owner.kind})` };
  }
  const type = labels[WORKLOAD_TYPE];
  const user = labels[STARTING_USER];
  if (type === undefined || user === undefined) {
    return { workload: 'bare pod', origin: `${namespace}/${name} (bare pod)` };
  }
  return { workload: `${type} of ${user}`, origin: `${namespace}/run-… (${type} of ${user})` };
}

/** A ReplicaSet is told as its Deployment. */
function topOwner({ metadata }: KubeObject, store: Store): { kind: string; name: string } | undefined {
  const owner = metadata.ownerReferences?.find((one) => one.controller === true);
  if (owner?.kind !== 'ReplicaSet') return owner;
  const set = store.get('replicasets', metadata.namespace, owner.name);
  return (set && topOwner(set, store)) ?? owner;
}
