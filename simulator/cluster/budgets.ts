/** PodDisruptionBudgets that come and go, without HTTP. */

import type { KubeObject } from '../kubernetes/object.ts';
import type { Store } from '../kubernetes/store.ts';

export type BudgetWish = {
  readonly namespace: string;
  readonly name: string;
  /** The labels of the pods that it is about; default: all of the namespace. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
  readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow';
};

/** Without minAvailable and maxUnavailable it lets no pod go. The disruption controller sees it at once. */
export function makeBudget(store: Store, wish: BudgetWish): KubeObject {
  const { namespace, name, labels = {}, ...rest } = wish;
  const isBare = rest.minAvailable === undefined && rest.maxUnavailable === undefined;
  const made = store.create('poddisruptionbudgets', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace, generation: 1 },
    spec: { selector: { matchLabels: labels }, ...rest, ...(isBare ? { minAvailable: '100%' } : {}) },
    status: {},
  });
  return store.get('poddisruptionbudgets', namespace, name) ?? made;
}

export function removeBudget(store: Store, namespace: string, name: string): void {
  store.remove('poddisruptionbudgets', namespace, name);
}
