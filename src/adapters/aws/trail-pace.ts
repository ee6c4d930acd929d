/** Keeps requests to CloudTrail apart: its quota is of the whole account and Region, not ours alone. */

import { between, type Instant, milliseconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** Below the quota of two requests a second, so that a jitter on the way does not make three of them. */
const LEAST_BETWEEN_MS = 600;

export class TrailPace {
  readonly #clock: Clock;
  #last: Instant | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends when the next request may go out. For one caller at a time. */
  async turn(signal: AbortSignal): Promise<void> {
    if (this.#last !== undefined) {
      const elapsed = Math.max(0, between(this.#last, this.#clock.now()));
      await this.#clock.sleep(milliseconds(LEAST_BETWEEN_MS - elapsed), signal);
    }
    this.#last = this.#clock.now();
  }
}
