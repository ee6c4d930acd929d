/** Time and chance, as the controller asks for them. */

import type { Duration, Instant } from '../domain/time.ts';

export interface Clock {
  /** By the wall clock, which somebody may set back or forward at any moment. */
  now(): Instant;

  /**
   * How long it is since some moment in the past, always the same one. Never goes back and can't be set; it may stand
   * still while the whole machine is suspended. Two processes have nothing in common in it.
   */
  monotonic(): Duration;

  /** Fulfilled when everything that is ready now, timers and answers among it, has had its turn. Takes no time else. */
  turn(): Promise<void>;

  /**
   * Ends after at least `duration` (at once where it is not positive) and is fulfilled, or, when `signal` is
   * aborted before, is rejected with the signal's reason. Leaves no timer behind in either case.
   */
  sleep(duration: Duration, signal: AbortSignal): Promise<void>;
}

/** A number in [0, 1). */
export type Random = () => number;
