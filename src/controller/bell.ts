/** A bell: a pause that may be cut short, but not below its least length. */

import type { Duration } from '../domain/time.ts';
import { milliseconds } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

export class Bell {
  readonly #clock: Clock;
  #isRung = false;
  #wake: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the pause under way, or the next one, as soon as its least length has passed. */
  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /** Fulfilled after `most`, or after `least` once the bell was rung; rejected with the reason of `signal`. */
  async pause(least: Duration, most: Duration, signal: AbortSignal): Promise<void> {
    const shorter = milliseconds(Math.min(least, most));
    await this.#clock.sleep(shorter, signal);
    if (!this.#isRung) await this.#rungOr(milliseconds(most - shorter), signal);
    this.#isRung = false;
  }

  async #rungOr(rest: Duration, signal: AbortSignal): Promise<void> {
    const rung = Promise.withResolvers<void>();
    const over = new AbortController();
    this.#wake = () => rung.resolve();
    const sleep = this.#clock.sleep(rest, AbortSignal.any([signal, over.signal]));
    try {
      await Promise.race([rung.promise, sleep]);
    } finally {
      over.abort();
      await Promise.allSettled([sleep]);
    }
  }
}
