/** What the controller asks of EKS. Reads only. */

import type { Association, AssociationId, Listing, Standing } from '../domain/association.ts';
import type { Identity } from '../domain/identity.ts';
import type { Reading } from '../domain/reading.ts';

/**
 * All three answer with a reading and never fail for what the world does: throttling, denial, time-outs, 5xx
 * and nonsense are `unknown(why)`, after the adapter's own retries with full jitter. They are rejected only
 * with the reason of `signal`. Answers may be seconds old (EKS is eventually consistent) and two answers may
 * contradict each other.
 */
export interface Associations {
  /** Every page, or unknown: a list that broke off half-way is unknown as a whole. */
  list(signal: AbortSignal): Promise<Reading<Listing>>;

  /**
   * One association in full. An id that EKS does not know is `unknown('not-found')`, because the same answer
   * is given when the cluster is missing.
   */
  describe(id: AssociationId, signal: AbortSignal): Promise<Reading<Association>>;

  /**
   * A fresh reading of one identity straight from EKS; `at` is before the first request was sent.
   *
   * `none` is said only when the cluster answered, the filtered List held nothing for the identity, and, where
   * `lastKnown` is given, Describe does not know that id either. `granted` is said only when List shows exactly
   * one id and Describe tells its grant. Everything else is unknown.
   */
  confirm(
    identity: Identity,
    lastKnown: AssociationId | undefined,
    signal: AbortSignal,
  ): Promise<Reading<Standing>>;
}
