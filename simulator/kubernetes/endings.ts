/** How the containers of pods take their end, by rules that may change, and on nodes that may be lost. */

import { type KubeObject, listAt, numberAt, textAt } from './object.ts';

/**
 * How a pod's containers take their end, counted from the moment it starts terminating:
 * - `after-grace`: they use up the whole grace period
 * - `after`: they exit by themselves after so many milliseconds, or with the grace period if that ends before
 * - `outlives`: they hang beyond the grace period, for so many milliseconds more
 * - `never`: the node is dead, so nobody confirms the end
 */
export type Ending =
  | { readonly kind: 'after-grace' }
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'outlives'; readonly ms: number }
  | { readonly kind: 'never' };

/** Undefined leaves the decision to the next. */
export type EndingRule = (pod: KubeObject) => Ending | undefined;

export class Endings {
  /** The names of dead nodes. */
  readonly lost = new Set<string>();
  readonly #rules: EndingRule[];

  constructor(first: EndingRule | undefined) {
    this.#rules = first === undefined ? [] : [first];
  }

  /** The newest rule is asked first. The answer takes it back. */
  add(rule: EndingRule): () => void {
    this.#rules.unshift(rule);
    return () => {
      const index = this.#rules.indexOf(rule);
      if (index !== -1) this.#rules.splice(index, 1);
    };
  }

  isLost(pod: KubeObject): boolean {
    return this.lost.has(textAt(pod, 'spec', 'nodeName') ?? '');
  }

  of(pod: KubeObject): Ending {
    if (this.isLost(pod)) return { kind: 'never' };
    for (const rule of this.#rules) {
      const ending = rule(pod);
      if (ending !== undefined) return ending;
    }
    return afterHooks(pod);
  }
}

/** Whatever has no rule exits at once on SIGTERM, which comes after the longest preStop sleep. */
function afterHooks(pod: KubeObject): Ending {
  const sleeps = listAt(pod, 'spec', 'containers').map(
    (container) => numberAt(container, 'lifecycle', 'preStop', 'sleep', 'seconds') ?? 0,
  );
  return { kind: 'after', ms: Math.max(0, ...sleeps) * 1000 };
}

/** `left`: what is left of the grace period. */
export function delayOf(ending: Exclude<Ending, { kind: 'never' }>, left: number): number {
  switch (ending.kind) {
    case 'after':
      return Math.min(ending.ms, left);
    case 'after-grace':
      return left;
    case 'outlives':
      return left + ending.ms;
  }
}
