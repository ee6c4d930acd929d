/** A small disruption controller: it keeps the status of PodDisruptionBudgets. */

import type { SimClock } from '../clock.ts';
import { isReady } from './eviction.ts';
import { structuredSelector } from './label-selector.ts';
import {
  type JsonObject,
  type KubeObject,
  listAt,
  numberAt,
  recordAt,
  textAt,
  wholeSeconds,
} from './object.ts';
import type { Store, StoreEvent } from './store.ts';

/** After so long an eviction that no deletion followed is forgotten. */
const DELETION_TIMEOUT = 120_000;

const BUDGETS = 'poddisruptionbudgets';

/** By the kind of an owner: the resource it is found under. */
const SCALED: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
};

export class DisruptionController {
  readonly #store: Store;
  readonly #clock: SimClock;
  readonly #unsubscribe: readonly (() => void)[];
  #paused = false;

  constructor(store: Store, clock: SimClock) {
    this.#store = store;
    this.#clock = clock;
    const onScale = ({ object }: StoreEvent): void => this.#syncAll(object.metadata.namespace);
    this.#unsubscribe = [
      store.subscribe('pods', (event) => this.#syncTouched(event)),
      ...[BUDGETS, ...Object.values(SCALED)].map((resource) => store.subscribe(resource, onScale)),
    ];
    this.#syncAll(undefined);
  }

  /** While paused, a new or changed budget is "still being processed". */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#syncAll(undefined);
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #syncAll(namespace: string | undefined): void {
    if (this.#paused) return;
    for (const budget of this.#store.list(BUDGETS, namespace)) {
      this.#sync(budget);
    }
  }

  /** Only the budgets that the pod belongs to, or did. */
  #syncTouched({ object, previous }: StoreEvent): void {
    if (this.#paused) return;
    for (const budget of this.#store.list(BUDGETS, object.metadata.namespace)) {
      const matches = structuredSelector(budget.spec?.['selector']);
      if (matches(object.metadata.labels) || matches(previous?.metadata.labels)) this.#sync(budget);
    }
  }

  #sync(budget: KubeObject): void {
    this.#store.replace(BUDGETS, { ...budget, status: this.#statusOf(budget) });
  }

  #statusOf(budget: KubeObject): JsonObject {
    const matches = structuredSelector(budget.spec?.['selector']);
    const pods = this.#store
      .list('pods', budget.metadata.namespace)
      .filter((pod) => matches(pod.metadata.labels) && !isOver(pod));
    const disruptedPods = this.#stillDisrupted(budget, pods);
    const currentHealthy = pods.filter(
      (pod) =>
        pod.metadata.deletionTimestamp === undefined &&
        !Object.hasOwn(disruptedPods, pod.metadata.name) &&
        isReady(pod),
    ).length;
    const { desiredHealthy, expectedPods } = this.#wanted(budget, pods);
    const spare = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
    return {
      observedGeneration: budget.metadata.generation ?? 0,
      ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
      disruptionsAllowed: spare,
      currentHealthy,
      desiredHealthy,
      expectedPods,
      conditions: [this.#condition(budget, spare > 0)],
    };
  }

  /** Evictions that were allowed, but have not yet shown as a deletion. */
  #stillDisrupted(budget: KubeObject, pods: readonly KubeObject[]): JsonObject {
    const now = this.#clock.now();
    const entries = Object.entries(recordAt(budget, 'status', 'disruptedPods')).filter(([name, since]) => {
      const pod = pods.find((one) => one.metadata.name === name);
      const isWaiting = pod !== undefined && pod.metadata.deletionTimestamp === undefined;
      return isWaiting && Date.parse(String(since)) + DELETION_TIMEOUT > now;
    });
    return Object.fromEntries(entries);
  }

  #wanted(
    budget: KubeObject,
    pods: readonly KubeObject[],
  ): { readonly desiredHealthy: number; readonly expectedPods: number } {
    const { maxUnavailable, minAvailable } = recordAt(budget, 'spec');
    if (maxUnavailable !== undefined) {
      const expectedPods = this.#expectedScale(pods);
      return {
        expectedPods,
        desiredHealthy: Math.max(0, expectedPods - share(maxUnavailable, expectedPods)),
      };
    }
    const isPercentage = typeof minAvailable === 'string';
    const expectedPods = isPercentage ? this.#expectedScale(pods) : pods.length;
    return { expectedPods, desiredHealthy: share(minAvailable ?? 0, expectedPods) };
  }

  /** The sum of the replicas of the controllers. Pods that have none are not counted, as in the real one. */
  #expectedScale(pods: readonly KubeObject[]): number {
    const scales = new Map<string, number>();
    for (const pod of pods) {
      const top = this.#scaledOwner(pod);
      if (top !== undefined) scales.set(top.metadata.uid, numberAt(top, 'spec', 'replicas') ?? 1);
    }
    return [...scales.values()].reduce((sum, scale) => sum + scale, 0);
  }

  #scaledOwner(object: KubeObject): KubeObject | undefined {
    const reference = (object.metadata.ownerReferences ?? []).find((one) => one.controller === true);
    const resource = SCALED[reference?.kind ?? ''];
    if (reference === undefined || resource === undefined) return undefined;
    const owner = this.#store.get(resource, object.metadata.namespace, reference.name);
    if (owner === undefined || owner.metadata.uid !== reference.uid) return undefined;
    return this.#scaledOwner(owner) ?? owner;
  }

  #condition(budget: KubeObject, isAllowed: boolean): JsonObject {
    const status = isAllowed ? 'True' : 'False';
    const reason = isAllowed ? 'SufficientPods' : 'InsufficientPods';
    const before = listAt(budget, 'status', 'conditions').find((one) => textAt(one, 'status') === status);
    const since = textAt(before, 'lastTransitionTime') ?? wholeSeconds(this.#clock.now());
    const observedGeneration = budget.metadata.generation ?? 0;
    return {
      type: 'DisruptionAllowed',
      status,
      reason,
      message: '',
      observedGeneration,
      lastTransitionTime: since,
    };
  }
}

/** Finished pods are not waited for. */
function isOver(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

/** A number as it is; a percentage of the whole, rounded up. */
function share(value: unknown, whole: number): number {
  if (typeof value === 'number') return value;
  return Math.ceil((Number.parseInt(String(value), 10) * whole) / 100);
}
