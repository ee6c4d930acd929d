/** How the controller asks for a holder to be evicted. */

import type { Holder } from '../domain/holder.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { VerdictReason } from '../domain/verdict.ts';

export type EvictionOrder = {
  readonly holder: Holder;
  readonly reason: VerdictReason | 'missed';
  /** Undefined for a missed pod, which held nothing. */
  readonly revocation: Revocation | undefined;
};

export interface Evictor {
  /**
   * Asks once, with the holder's uid as precondition; never retries by itself. Whatever the API answers is an
   * outcome; `unreachable` means that the pod may or may not have been evicted. Rejected only with the reason
   * of `signal`.
   */
  evict(order: EvictionOrder, signal: AbortSignal): Promise<Outcome>;
}
