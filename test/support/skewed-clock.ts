/** The clock of one machine of several: it shows another time than the others', and runs at a rate of its own. */

import type { Duration, Instant } from '../../src/domain/time.ts';
import { after, milliseconds } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { SteppedClock } from './stepped-clock.ts';

export class SkewedClock implements Clock {
  readonly #base: SteppedClock;
  readonly #rate: number;
  #skew: Duration;

  /** `rate`: how many of its seconds one real second has. */
  constructor(base: SteppedClock, { skew, rate }: { readonly skew: Duration; readonly rate: number }) {
    this.#base = base;
    this.#skew = skew;
    this.#rate = rate;
  }

  now(): Instant {
    return after(after(this.#base.now(), this.#skew), milliseconds(this.monotonic() * (this.#rate - 1)));
  }

  monotonic(): Duration {
    return milliseconds(this.#base.monotonic() * this.#rate);
  }

  turn(): Promise<void> {
    return this.#base.turn();
  }

  sleep(duration: Duration, signal: AbortSignal): Promise<void> {
    return this.#base.sleep(milliseconds(duration / this.#rate), signal);
  }

  setBy(change: Duration): void {
    this.#skew = milliseconds(this.#skew + change);
  }
}
