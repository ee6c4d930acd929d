/** An outcome: what the Kubernetes API answered to an eviction. */

import type { Duration, Instant } from './time.ts';

export type Outcome =
  /** Accepted; the pod now has a deletionTimestamp, or is gone where it had not been started. */
  | { readonly kind: 'evicted' }
  /** There is no such pod: done. */
  | { readonly kind: 'already-gone' }
  /** A pod of that name is there, with another uid: ours is gone: done. */
  | { readonly kind: 'replaced' }
  /** Somebody's rule stands in the way; tried again. */
  | {
      readonly kind: 'blocked';
      /** PodDisruptionBudgets by name, or what the API named instead; empty where it named nothing. */
      readonly by: readonly string[];
      readonly detail: string;
      readonly retryAfter: Duration | undefined;
    }
  /** Our permissions are wrong; `detail` names the verb and the resource. Tried again. */
  | { readonly kind: 'forbidden'; readonly detail: string }
  /** No usable answer, so the pod may or may not have been evicted. Tried again. */
  | { readonly kind: 'unreachable'; readonly detail: string };

export const OUTCOMES = [
  'evicted',
  'already-gone',
  'replaced',
  'blocked',
  'forbidden',
  'unreachable',
] as const satisfies readonly Outcome['kind'][];

/** What has been tried on one holder so far. */
export type Attempt =
  | { readonly kind: 'accepted'; readonly at: Instant; readonly isForced: boolean }
  /** Dry-run: it was due, and nothing was sent. */
  | { readonly kind: 'withheld'; readonly at: Instant }
  | {
      readonly kind: 'refused';
      readonly outcome: Exclude<Outcome, Done>;
      readonly tries: number;
      readonly isForced: boolean;
      /** Not to be tried again before. */
      readonly notBefore: Instant;
    };

/** An outcome after which there is nothing left to ask of the API for this holder. */
export type Done = Extract<Outcome, { kind: 'evicted' | 'already-gone' | 'replaced' }>;

export function isDone(outcome: Outcome): outcome is Done {
  return outcome.kind === 'evicted' || outcome.kind === 'already-gone' || outcome.kind === 'replaced';
}
