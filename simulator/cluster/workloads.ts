/** The controllers of a cluster: they make the pods of Deployments, StatefulSets, DaemonSets and Jobs, and replace those that go. */

import type { SimClock } from '../clock.ts';
import type { Draft, KubeObject } from '../kubernetes/object.ts';
import { numberAt, wholeSeconds } from '../kubernetes/object.ts';
import type { Store, StoreEvent } from '../kubernetes/store.ts';
import { planReplicaSets } from './deployments.ts';
import type { PodPlan, Situation } from './pod-plans.ts';
import {
  isTerminating,
  jobIsComplete,
  planDaemonSet,
  planJob,
  planReplicaSet,
  planStatefulSet,
  succeeded,
} from './pod-plans.ts';
import { RUN_SECONDS } from './workload-drafts.ts';

export type WorkloadsOptions = {
  readonly store: Store;
  readonly clock: SimClock;
  readonly random: () => number;
  /** Creates the pod as the API server does, with all admission. */
  readonly createPod: (draft: Draft) => KubeObject;
  /** Deletes the pod as the API server does, with its own grace period. */
  readonly deletePod: (pod: KubeObject) => void;
};

const PLANS: Readonly<Record<string, (situation: Situation) => PodPlan>> = {
  replicasets: planReplicaSet,
  statefulsets: planStatefulSet,
  daemonsets: planDaemonSet,
  jobs: planJob,
};

const RESOURCE_OF_KIND: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  Job: 'jobs',
};

/**
 * Level-triggered: each event leads to a look at the owner and at all its pods in the store. Bare pods have no
 * owner, so that nothing brings them back.
 */
export class Workloads {
  readonly #options: WorkloadsOptions;
  readonly #stops: (() => void)[] = [];
  readonly #runs = new Map<string, () => void>();

  constructor(options: WorkloadsOptions) {
    this.#options = options;
  }

  start(): void {
    const { store } = this.#options;
    for (const resource of Object.values(RESOURCE_OF_KIND)) {
      this.#stops.push(store.subscribe(resource, (event) => this.#ownerChanged(resource, event)));
      for (const owner of store.list(resource)) this.#reconcile(resource, owner);
    }
    this.#stops.push(store.subscribe('pods', (event) => this.#podChanged(event)));
    this.#stops.push(store.subscribe('nodes', () => this.#nodesChanged()));
  }

  /** Leaves no subscription and no timer behind. */
  stop(): void {
    for (const stop of [...this.#stops.splice(0), ...this.#runs.values()]) stop();
    this.#runs.clear();
  }

  #ownerChanged(resource: string, { type, object }: StoreEvent): void {
    if (type === 'DELETED') this.#collect(object);
    else this.#reconcile(resource, object);
    this.#ownerOf(object);
  }

  #podChanged({ type, object }: StoreEvent): void {
    if (type === 'DELETED') this.#endRun(object);
    this.#ownerOf(object);
  }

  #nodesChanged(): void {
    for (const set of this.#options.store.list('daemonsets')) this.#reconcile('daemonsets', set);
  }

  /** Has the object's controller look at it. */
  #ownerOf({ metadata }: KubeObject): void {
    const reference = metadata.ownerReferences?.find((one) => one.controller === true);
    const resource = RESOURCE_OF_KIND[reference?.kind ?? ''];
    if (reference === undefined || resource === undefined) return;
    const owner = this.#options.store.get(resource, metadata.namespace, reference.name);
    if (owner?.metadata.uid === reference.uid) this.#reconcile(resource, owner);
  }

  /** The event may be older than the store: what counts is the owner as it is now. */
  #reconcile(resource: string, { metadata }: KubeObject): void {
    const owner = this.#options.store.get(resource, metadata.namespace, metadata.name);
    if (owner === undefined || isTerminating(owner)) return;
    const plan = PLANS[resource];
    if (plan === undefined) return this.#reconcileDeployment(owner);
    const { create, remove } = plan(this.#situation(owner));
    for (const pod of remove) this.#options.deletePod(pod);
    for (const draft of create) this.#options.createPod(draft);
    if (resource === 'jobs') this.#reconcileJob(owner);
  }

  #situation(owner: KubeObject): Situation {
    const { store, random } = this.#options;
    const { namespace } = owner.metadata;
    return {
      owner,
      pods: this.#controlled('pods', owner),
      nodes: store.list('nodes').map((node) => node.metadata.name),
      isFree: (name) => store.get('pods', namespace, name) === undefined,
      random,
    };
  }

  #controlled(resource: string, { metadata }: KubeObject): readonly KubeObject[] {
    const objects = this.#options.store.list(resource, metadata.namespace);
    return objects.filter((one) =>
      one.metadata.ownerReferences?.some((owner) => owner.uid === metadata.uid && owner.controller === true),
    );
  }

  #reconcileDeployment(deployment: KubeObject): void {
    const { store } = this.#options;
    const plan = planReplicaSets(deployment, this.#controlled('replicasets', deployment));
    for (const replicaSet of plan.replace) store.replace('replicasets', replicaSet);
    if (plan.create !== undefined) store.create('replicasets', plan.create);
  }

  #reconcileJob(job: KubeObject): void {
    const pods = this.#controlled('pods', job);
    for (const pod of pods) this.#startRun(job, pod);
    const done = succeeded(pods);
    if (jobIsComplete(job) || done < (numberAt(job, 'spec', 'completions') ?? 1)) return;
    const completionTime = wholeSeconds(this.#options.clock.now());
    const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: completionTime }];
    const status = { ...job.status, succeeded: done, completionTime, conditions };
    this.#options.store.replace('jobs', { ...job, status });
  }

  /** The pod of a Job that is told how long it takes succeeds after that time, unless it is taken away before. */
  #startRun(job: KubeObject, pod: KubeObject): void {
    const seconds = Number(job.metadata.annotations?.[RUN_SECONDS]);
    const { uid, namespace, name } = pod.metadata;
    if (Number.isNaN(seconds) || isTerminating(pod) || this.#runs.has(uid)) return;
    const succeed = () => {
      const now = this.#options.store.get('pods', namespace, name);
      if (now === undefined || now.metadata.uid !== uid || isTerminating(now)) return;
      this.#options.store.replace('pods', { ...now, status: { ...now.status, phase: 'Succeeded' } });
    };
    this.#runs.set(uid, this.#options.clock.after(seconds * 1000, succeed));
  }

  #endRun({ metadata }: KubeObject): void {
    this.#runs.get(metadata.uid)?.();
    this.#runs.delete(metadata.uid);
  }

  /** Garbage collection: what a deleted owner controlled goes with it. */
  #collect(owner: KubeObject): void {
    for (const pod of this.#controlled('pods', owner)) {
      if (!isTerminating(pod)) this.#options.deletePod(pod);
    }
    for (const { metadata } of this.#controlled('replicasets', owner)) {
      this.#options.store.remove('replicasets', metadata.namespace, metadata.name);
    }
  }
}
