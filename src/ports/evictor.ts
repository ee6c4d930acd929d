/** How the controller asks for a holder to go: evicted, or by force. */

import type { Holder } from '../domain/holder.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Duration } from '../domain/time.ts';
import type { VerdictReason } from '../domain/verdict.ts';

export type EvictionOrder = {
  readonly holder: Holder;
  readonly reason: VerdictReason | 'missed';
  /** Undefined for a missed pod, which held nothing. */
  readonly revocation: Revocation | undefined;
  /** How long the pod may take to end; without it as long as it asks for itself. Sent as whole seconds, at least one. */
  readonly grace?: Duration;
};

/**
 * Both ask once, with the holder's uid as precondition, and never retry by themselves. Whatever the API answers is an
 * outcome; `unreachable` means that it may or may not have been done. Rejected only with the reason of `signal`.
 */
export interface Evictor {
  /** Through the Eviction API: budgets are honoured, and so is what admission says. */
  evict(order: EvictionOrder, signal: AbortSignal): Promise<Outcome>;

  /**
   * Past every budget: the pod is deleted, and `evicted` says that this was accepted. `order.grace` must be given; of
   * a pod that is terminating already the time left is shortened to it, never lengthened. The object of a pod whose
   * node is dead, or that has finalizers, stays all the same: its containers may still run.
   */
  force(order: EvictionOrder & { readonly grace: Duration }, signal: AbortSignal): Promise<Outcome>;
}
