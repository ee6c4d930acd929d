/** A limit of calls per second, as AWS has one for an account and Region. */

import type { SimClock } from '../clock.ts';

const WINDOW_MS = 1000;

/** At most `perSecond` calls in any second; those that are refused do not count. */
export class CallLimit {
  perSecond: number;
  readonly #clock: SimClock;
  #admitted: number[] = [];

  constructor(clock: SimClock, perSecond: number) {
    this.#clock = clock;
    this.perSecond = perSecond;
  }

  admit(): boolean {
    const now = this.#clock.now();
    this.#admitted = this.#admitted.filter((at) => now - at < WINDOW_MS);
    if (this.#admitted.length >= this.perSecond) return false;
    this.#admitted.push(now);
    return true;
  }
}
