/** What a Deployment does: one ReplicaSet for its present template, and none of the pods of earlier templates. */

import { createHash } from 'node:crypto';
import type { Draft, KubeObject } from '../kubernetes/object.ts';
import { at, recordAt } from '../kubernetes/object.ts';
import { textsAt } from './pod-plans.ts';

const HASH_LABEL = 'pod-template-hash';
const HASH_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';

export type ReplicaSetPlan = { readonly create: Draft | undefined; readonly replace: readonly Draft[] };

/** `replicaSets` are those that the Deployment controls. */
export function planReplicaSets(deployment: KubeObject, replicaSets: readonly KubeObject[]): ReplicaSetPlan {
  const hash = templateHash(deployment);
  const name = `${deployment.metadata.name}-${hash}`;
  const replicas = at(deployment, 'spec', 'replicas') ?? 1;
  const replace = replicaSets.map((set) => withReplicas(set, set.metadata.name === name ? replicas : 0));
  const exists = replicaSets.some((set) => set.metadata.name === name);
  return { create: exists ? undefined : newReplicaSet(deployment, hash), replace };
}

function newReplicaSet(deployment: KubeObject, hash: string): Draft {
  const { apiVersion, kind, metadata } = deployment;
  const label = { [HASH_LABEL]: hash };
  const template = recordAt(deployment, 'spec', 'template');
  const labels = { ...textsAt(template, 'metadata', 'labels'), ...label };
  const matchLabels = { ...recordAt(deployment, 'spec', 'selector', 'matchLabels'), ...label };
  const reference = { apiVersion, kind, name: metadata.name, uid: metadata.uid };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels,
      ownerReferences: [{ ...reference, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas: at(deployment, 'spec', 'replicas') ?? 1,
      selector: { matchLabels },
      template: { ...template, metadata: { ...recordAt(template, 'metadata'), labels } },
    },
  };
}

function withReplicas(set: KubeObject, replicas: unknown): Draft {
  return { ...set, spec: { ...set.spec, replicas } };
}

/** Ten characters of the kind that Kubernetes makes, the same for the same template. */
function templateHash(deployment: KubeObject): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(recordAt(deployment, 'spec', 'template')))
    .digest();
  const characters = [...digest.subarray(0, 10)].map(
    (byte) => HASH_CHARACTERS[byte % HASH_CHARACTERS.length],
  );
  return characters.join('');
}
