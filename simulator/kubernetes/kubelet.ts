/** A small kubelet for all nodes: it runs scheduled pods and ends terminating ones. */

import type { SimClock } from '../clock.ts';
import { deleteObject } from './deletion.ts';
import { type JsonObject, type KubeObject, listAt, textAt, wholeSeconds } from './object.ts';
import { findResource } from './resources.ts';
import type { Store } from './store.ts';

/**
 * How a pod's containers take their end, counted from the moment it starts terminating:
 * - `after-grace`: they use up the whole grace period
 * - `after`: they exit by themselves after so many milliseconds, or with the grace period if that ends before
 * - `never`: the node is dead, so nobody confirms the end
 */
export type Ending =
  | { readonly kind: 'after-grace' }
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'never' };

export type KubeletOptions = {
  /** Default: they exit at once on SIGTERM. */
  readonly ending?: (pod: KubeObject) => Ending;
  /** How long a scheduled pod takes to become Running and Ready, in milliseconds; undefined for never. Default 0. */
  readonly starting?: (pod: KubeObject) => number | undefined;
  /** Pods without a node are put on these in turn. Default: they stay unscheduled. */
  readonly nodes?: readonly string[];
};

const AT_ONCE: Ending = { kind: 'after', ms: 0 };

type Plan = { readonly what: string; readonly cancel: () => void };

export class Kubelet {
  readonly #store: Store;
  readonly #clock: SimClock;
  readonly #options: KubeletOptions;
  /** By uid: what is due to be done to the pod. */
  readonly #plans = new Map<string, Plan>();
  readonly #unsubscribe: () => void;
  #placed = 0;
  #addresses = 0;

  constructor(store: Store, clock: SimClock, options: KubeletOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
    for (const pod of store.list('pods')) this.#tend(pod);
    this.#unsubscribe = store.subscribe('pods', ({ object, type }) => {
      if (type === 'DELETED') this.#forget(object.metadata.uid);
      else this.#tend(object);
    });
  }

  stop(): void {
    this.#unsubscribe();
    for (const { cancel } of this.#plans.values()) cancel();
    this.#plans.clear();
  }

  #tend(pod: KubeObject): void {
    const { deletionGracePeriodSeconds, deletionTimestamp, uid } = pod.metadata;
    if (deletionTimestamp !== undefined) {
      if ((deletionGracePeriodSeconds ?? 0) > 0) this.#planEnd(pod, deletionTimestamp);
      return;
    }
    const node = textAt(pod, 'spec', 'nodeName') ?? '';
    if (node === '') this.#place(pod);
    else if ((textAt(pod, 'status', 'phase') ?? 'Pending') === 'Pending') {
      const delay = this.#options.starting === undefined ? 0 : this.#options.starting(pod);
      if (delay !== undefined) this.#plan(uid, 'start', delay, () => this.#start(uid, pod));
    }
  }

  #place(pod: KubeObject): void {
    const nodes = this.#options.nodes ?? [];
    const nodeName = nodes[this.#placed % Math.max(1, nodes.length)];
    const current = this.#current(pod);
    if (nodeName === undefined || current === undefined) return;
    this.#placed += 1;
    this.#store.replace('pods', { ...current, spec: { ...current.spec, nodeName } });
  }

  #start(uid: string, pod: KubeObject): void {
    this.#plans.delete(uid);
    const current = this.#current(pod);
    if (current === undefined || current.metadata.deletionTimestamp !== undefined) return;
    this.#addresses += 1;
    const podIP = `10.${(this.#addresses >> 16) & 255}.${(this.#addresses >> 8) & 255}.${this.#addresses & 255}`;
    const status = { ...current.status, ...runningStatus(current, podIP, wholeSeconds(this.#clock.now())) };
    this.#store.replace('pods', { ...current, status });
  }

  #planEnd(pod: KubeObject, deletionTimestamp: string): void {
    const ending = this.#options.ending?.(pod) ?? AT_ONCE;
    if (ending.kind === 'never') return this.#forget(pod.metadata.uid);
    const left = Math.max(0, Date.parse(deletionTimestamp) - this.#clock.now());
    const delay = ending.kind === 'after' ? Math.min(ending.ms, left) : left;
    this.#plan(pod.metadata.uid, `end ${deletionTimestamp}`, delay, () => this.#end(pod));
  }

  #end(pod: KubeObject): void {
    this.#plans.delete(pod.metadata.uid);
    const current = this.#current(pod);
    const pods = findResource('', 'v1', 'pods');
    if (current === undefined || pods === undefined) return;
    deleteObject({ store: this.#store, now: this.#clock.now() }, pods, current, { gracePeriodSeconds: 0 });
  }

  /** The same plan is made once; another one takes its place. */
  #plan(uid: string, what: string, delay: number, run: () => void): void {
    if (this.#plans.get(uid)?.what === what) return;
    this.#forget(uid);
    if (delay <= 0) return run();
    this.#plans.set(uid, { what, cancel: this.#clock.after(delay, run) });
  }

  #forget(uid: string): void {
    this.#plans.get(uid)?.cancel();
    this.#plans.delete(uid);
  }

  /** The pod as it is now, unless another has its name. */
  #current({ metadata: { name, namespace, uid } }: KubeObject): KubeObject | undefined {
    const current = this.#store.get('pods', namespace, name);
    return current?.metadata.uid === uid ? current : undefined;
  }
}

function runningStatus(pod: KubeObject, podIP: string, now: string): JsonObject {
  const types = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'];
  return {
    phase: 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    hostIP: '10.255.0.1',
    startTime: now,
    conditions: types.map((type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: now })),
    containerStatuses: listAt(pod, 'spec', 'containers').map((container) => ({
      name: textAt(container, 'name'),
      image: textAt(container, 'image'),
      imageID: '',
      containerID: `containerd://${pod.metadata.uid}`,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: now } },
      lastState: {},
    })),
  };
}
