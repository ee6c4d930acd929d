/** Faults on script: which calls they befall, how often, and what goes wrong. */

import type { Pace } from '../connection.ts';
import type { Call, Operation } from './call.ts';
import { text } from './call.ts';
import type { Body } from './execute.ts';
import { pageNumber } from './paging.ts';

/** Every member that is set must match. `page` counts the pages of a List from 1. */
export type FaultTarget = {
  readonly operation?: Operation | readonly Operation[];
  readonly page?: number;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly associationId?: string;
};

export type Fault =
  /** Answered instead of being carried out. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** So many milliseconds of the simulator's clock pass before the call is carried out, or between that and the answer. */
  | { readonly kind: 'delay'; readonly ms: number; readonly when: 'before' | 'after' }
  /** Never answered; not carried out. */
  | { readonly kind: 'hang' }
  /** The connection ends: before the call is carried out, after it, or in the middle of the answer's body. */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' | 'in-body' }
  /** As `cut`, but with a reset in place of an orderly end. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Carried out; half of the answer's body comes and then nothing more, and the connection stays open. */
  | { readonly kind: 'stall' }
  /** Carried out; the answer's body comes in so many bytes at a time, `ms` apart by the simulator's clock. */
  | ({ readonly kind: 'slow' } & Pace)
  /** Carried out, and this text is the body of the 200 answer. */
  | { readonly kind: 'garbage'; readonly text: string }
  /** Carried out, and the answer's body is what this makes of it. */
  | { readonly kind: 'rewrite'; readonly rewrite: (body: Body) => Body };

export type ErrorFault = Extract<Fault, { kind: 'error' }>;

type Rule = { readonly target: FaultTarget; readonly fault: Fault; left: number };

/** Several faults may befall one call: delays add up, rewrites follow each other, the first of the others decides. */
export class Faults {
  readonly #rules = new Set<Rule>();

  /** Befalls the next `times` calls that match, or all until it is cleared. Returns what clears it. */
  add(target: FaultTarget, fault: Fault, times: number = Number.POSITIVE_INFINITY): () => void {
    const rule: Rule = { target, fault, left: times };
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The faults that befall this call, in the order in which they were added; uses up one of each one's times. */
  take(call: Call): Fault[] {
    const taken = [...this.#rules].filter((rule) => isHit(rule.target, call));
    for (const rule of taken) {
      rule.left -= 1;
      if (rule.left <= 0) this.#rules.delete(rule);
    }
    return taken.map((rule) => rule.fault);
  }
}

function isHit(target: FaultTarget, { operation, params }: Call): boolean {
  const { operation: wanted, page } = target;
  if (wanted !== undefined && ![wanted].flat().includes(operation)) return false;
  if (page !== undefined && page !== pageNumber(text(params, 'nextToken'))) return false;
  const names = ['namespace', 'serviceAccount', 'associationId'] as const;
  return names.every((name) => target[name] === undefined || target[name] === params[name]);
}
