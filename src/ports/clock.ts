/** Time and chance, as the controller asks for them. */

import type { Duration, Instant } from '../domain/time.ts';

export interface Clock {
  now(): Instant;

  /**
   * Ends after at least `duration` (at once where it is not positive) and is fulfilled, or, when `signal` is
   * aborted before, is rejected with the signal's reason. Leaves no timer behind in either case.
   */
  sleep(duration: Duration, signal: AbortSignal): Promise<void>;
}

/** A number in [0, 1). */
export type Random = () => number;
