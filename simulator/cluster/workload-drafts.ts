/** Drafts of the objects that make pods: Deployments, StatefulSets, DaemonSets, Jobs. */

import type { Draft } from '../kubernetes/object.ts';
import { podTemplate } from './pods.ts';
import type { PodWish } from './pods.ts';

export type WorkloadWish = PodWish & { readonly name: string };
export type ReplicatedWish = WorkloadWish & { readonly replicas: number };

/** A Job with this annotation has its pods succeed so many seconds after their start; without it they run on. */
export const RUN_SECONDS = 'simulator/run-seconds';

export function deployment(wish: ReplicatedWish): Draft {
  return workload('apps/v1', 'Deployment', wish, { replicas: wish.replicas });
}

export function statefulSet(wish: ReplicatedWish): Draft {
  return workload('apps/v1', 'StatefulSet', wish, { replicas: wish.replicas, serviceName: wish.name });
}

export function daemonSet(wish: WorkloadWish): Draft {
  return workload('apps/v1', 'DaemonSet', wish, {});
}

export function job(
  wish: WorkloadWish & { readonly runSeconds?: number; readonly completions?: number },
): Draft {
  const { runSeconds, completions = 1 } = wish;
  const spec = { completions, parallelism: completions, backoffLimit: 6 };
  const draft = workload('batch/v1', 'Job', { ...wish, restartPolicy: 'Never' }, spec);
  if (runSeconds === undefined) return draft;
  return { ...draft, metadata: { ...draft.metadata, annotations: { [RUN_SECONDS]: String(runSeconds) } } };
}

function workload(
  apiVersion: string,
  kind: string,
  wish: WorkloadWish,
  spec: Record<string, unknown>,
): Draft {
  const { name, namespace } = wish;
  const labels = { 'app.kubernetes.io/name': name, ...wish.labels };
  const template = podTemplate({ ...wish, labels });
  const selector = { matchLabels: { 'app.kubernetes.io/name': name } };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels },
    spec: { ...spec, ...(kind === 'Job' ? {} : { selector }), template },
  };
}
