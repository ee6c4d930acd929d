/** What each kind of controller wants of its pods, given those that there are: which to create, which to take away. */

import type { Draft, KubeObject } from '../kubernetes/object.ts';
import { at, numberAt, recordAt, textAt } from '../kubernetes/object.ts';
import { nameSuffix } from './admission.ts';
import { managedFields } from './pods.ts';

export type PodPlan = { readonly create: readonly Draft[]; readonly remove: readonly KubeObject[] };

export type Situation = {
  readonly owner: KubeObject;
  /** The pods that the owner controls, those that terminate included. */
  readonly pods: readonly KubeObject[];
  readonly nodes: readonly string[];
  /** Whether there is no pod of that name in the owner's namespace. */
  readonly isFree: (name: string) => boolean;
  readonly random: () => number;
};

/** A terminating pod no longer counts: its replacement comes at once, beside it. */
export function planReplicaSet({ owner, pods, random }: Situation): PodPlan {
  const active = pods.filter(isActive);
  const wanted = numberAt(owner, 'spec', 'replicas') ?? 1;
  const missing = Math.max(0, wanted - active.length);
  const create = Array.from({ length: missing }, () => fromTemplate(owner, randomName(owner, random)));
  return { create, remove: active.slice(Math.max(0, wanted)) };
}

/** Names are fixed: a pod comes back only after the old one of its name is gone. */
export function planStatefulSet({ owner, pods, isFree }: Situation): PodPlan {
  const wanted = numberAt(owner, 'spec', 'replicas') ?? 1;
  const ordinals = Array.from({ length: wanted }, (_, index) => ({
    name: `${owner.metadata.name}-${index}`,
    labels: { 'apps.kubernetes.io/pod-index': String(index) },
  }));
  const names = ordinals.map(({ name }) => name);
  const create = ordinals
    .filter(({ name }) => isFree(name))
    .map(({ name, labels }) =>
      fromTemplate(owner, name, { labels: { ...labels, 'statefulset.kubernetes.io/pod-name': name } }),
    );
  const remove = pods.filter(
    (pod) => !isTerminating(pod) && (isFinished(pod) || !names.includes(pod.metadata.name)),
  );
  return { create, remove };
}

/** One on each node; a pod comes back only after the old one is gone from its node. */
export function planDaemonSet({ owner, pods, nodes, random }: Situation): PodPlan {
  const taken = new Set(pods.map((pod) => textAt(pod, 'spec', 'nodeName')));
  const create = nodes
    .filter((node) => !taken.has(node))
    .map((nodeName) => fromTemplate(owner, randomName(owner, random), { spec: { nodeName } }));
  const remove = pods.filter((pod) => !isTerminating(pod) && isSurplus(pod, nodes));
  return { create, remove };
}

/** As many at a time as are still to succeed; a pod that was taken away is replaced at once. */
export function planJob({ owner, pods, random }: Situation): PodPlan {
  if (jobIsComplete(owner)) return { create: [], remove: [] };
  const parallelism = numberAt(owner, 'spec', 'parallelism') ?? 1;
  const failed = pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Failed').length;
  if (failed > (numberAt(owner, 'spec', 'backoffLimit') ?? 6)) return { create: [], remove: [] };
  const left = (numberAt(owner, 'spec', 'completions') ?? 1) - succeeded(pods);
  const missing = Math.max(0, Math.min(parallelism, left) - pods.filter(isActive).length);
  const labels = {
    'batch.kubernetes.io/job-name': owner.metadata.name,
    'batch.kubernetes.io/controller-uid': owner.metadata.uid,
  };
  const create = Array.from({ length: missing }, () =>
    fromTemplate(owner, randomName(owner, random), { labels }),
  );
  return { create, remove: [] };
}

export function jobIsComplete(job: KubeObject): boolean {
  return at(job, 'status', 'completionTime') !== undefined;
}

export function succeeded(pods: readonly KubeObject[]): number {
  return pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Succeeded').length;
}

export function isTerminating(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

function isFinished(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

function isActive(pod: KubeObject): boolean {
  return !isTerminating(pod) && !isFinished(pod);
}

function isSurplus(pod: KubeObject, nodes: readonly string[]): boolean {
  return isFinished(pod) || !nodes.includes(textAt(pod, 'spec', 'nodeName') ?? '');
}

function randomName(owner: KubeObject, random: () => number): string {
  return `${owner.metadata.name}-${nameSuffix(random)}`;
}

type More = {
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
};

function fromTemplate(owner: KubeObject, name: string, more: More = {}): Draft {
  const { apiVersion, kind, metadata } = owner;
  const template = recordAt(owner, 'spec', 'template');
  const reference = { apiVersion, kind, name: metadata.name, uid: metadata.uid };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...recordAt(template, 'metadata'),
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(kind === 'StatefulSet' ? {} : { generateName: `${metadata.name}-` }),
      labels: { ...textsAt(template, 'metadata', 'labels'), ...more.labels },
      ownerReferences: [{ ...reference, controller: true, blockOwnerDeletion: true }],
      managedFields: managedFields('kube-controller-manager'),
    },
    spec: { ...recordAt(template, 'spec'), ...more.spec },
  };
}

export function textsAt(value: unknown, ...path: readonly string[]): Record<string, string> {
  const entries = Object.entries(recordAt(value, ...path));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
