/** A small kubelet for all nodes: it runs scheduled pods and ends terminating ones. */

import type { SimClock } from '../clock.ts';
import { deleteObject } from './deletion.ts';
import { delayOf, type EndingRule, Endings } from './endings.ts';
import { type JsonObject, type KubeObject, listAt, textAt, wholeSeconds } from './object.ts';
import { findResource } from './resources.ts';
import type { Store } from './store.ts';

export type KubeletOptions = {
  /** Default: they exit at once on SIGTERM. */
  readonly ending?: EndingRule;
  /** How long a scheduled pod takes to become Running and Ready, in milliseconds; undefined for never. Default 0. */
  readonly starting?: (pod: KubeObject) => number | undefined;
  /** Pods without a node are put on these in turn. Default: they stay unscheduled. */
  readonly nodes?: readonly string[];
};

const DEFAULT_SCHEDULER = 'default-scheduler';

type Plan = { readonly what: string; readonly cancel: () => void };

export class Kubelet {
  readonly #store: Store;
  readonly #clock: SimClock;
  readonly #options: KubeletOptions;
  /** By uid: what is due to be done to the pod. */
  readonly #plans = new Map<string, Plan>();
  readonly #unsubscribe: () => void;
  readonly #endings: Endings;
  #placed = 0;
  #addresses = 0;

  constructor(store: Store, clock: SimClock, options: KubeletOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
    this.#endings = new Endings(options.ending);
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

  /** The newest rule is asked first. It counts for pods that terminate already, too. The answer takes it back. */
  endBy(rule: EndingRule): () => void {
    const takeBack = this.#endings.add(rule);
    this.#tendAll();
    return () => {
      takeBack();
      this.#tendAll();
    };
  }

  /** The node is dead: its pods neither start nor end, whatever is asked, and it is told to be NotReady. */
  lose(node: string): void {
    this.#endings.lost.add(node);
    this.#tellNode(node, 'Unknown', 'NodeStatusUnknown');
    this.#tendAll();
  }

  /** The node is back, and ends what should have ended long ago. */
  recover(node: string): void {
    this.#endings.lost.delete(node);
    this.#tellNode(node, 'True', 'KubeletReady');
    this.#tendAll();
  }

  #tendAll(): void {
    for (const pod of this.#store.list('pods')) this.#tend(pod);
  }

  #tellNode(name: string, status: string, reason: string): void {
    const node = this.#store.get('nodes', undefined, name);
    if (node === undefined) return;
    const ready = { type: 'Ready', status, reason, lastTransitionTime: wholeSeconds(this.#clock.now()) };
    this.#store.replace('nodes', { ...node, status: { ...node.status, conditions: [ready] } });
  }

  #tend(pod: KubeObject): void {
    const { deletionGracePeriodSeconds, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) {
      if ((deletionGracePeriodSeconds ?? 0) > 0) this.#planEnd(pod, deletionTimestamp);
    } else if ((textAt(pod, 'spec', 'nodeName') ?? '') === '') this.#place(pod);
    else if ((textAt(pod, 'status', 'phase') ?? 'Pending') === 'Pending') this.#planStart(pod);
  }

  #planStart(pod: KubeObject): void {
    const { uid } = pod.metadata;
    const delay = this.#options.starting === undefined ? 0 : this.#options.starting(pod);
    if (delay !== undefined) this.#plan(uid, 'start', delay, () => this.#start(uid, pod));
  }

  #place(pod: KubeObject): void {
    const nodes = this.#options.nodes ?? [];
    const nodeName = nodes[this.#placed % Math.max(1, nodes.length)];
    const current = this.#current(pod);
    if (nodeName === undefined || current === undefined || !isOurs(current)) return;
    this.#placed += 1;
    this.#store.replace('pods', { ...current, spec: { ...current.spec, nodeName } });
  }

  #start(uid: string, pod: KubeObject): void {
    this.#plans.delete(uid);
    const current = this.#current(pod);
    if (current === undefined || current.metadata.deletionTimestamp !== undefined) return;
    if (this.#endings.isLost(current)) return;
    this.#addresses += 1;
    const podIP = `10.${(this.#addresses >> 16) & 255}.${(this.#addresses >> 8) & 255}.${this.#addresses & 255}`;
    const status = { ...current.status, ...runningStatus(current, podIP, wholeSeconds(this.#clock.now())) };
    this.#store.replace('pods', { ...current, status });
  }

  #planEnd(pod: KubeObject, deletionTimestamp: string): void {
    const ending = this.#endings.of(pod);
    if (ending.kind === 'never') return this.#forget(pod.metadata.uid);
    const delay = delayOf(ending, Math.max(0, Date.parse(deletionTimestamp) - this.#clock.now()));
    const what = `end ${deletionTimestamp} ${JSON.stringify(ending)}`;
    this.#plan(pod.metadata.uid, what, delay, () => this.#end(pod));
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

/** A pod that names another scheduler is left to that one, for ever where there is none. */
function isOurs(pod: KubeObject): boolean {
  return (textAt(pod, 'spec', 'schedulerName') ?? DEFAULT_SCHEDULER) === DEFAULT_SCHEDULER;
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
