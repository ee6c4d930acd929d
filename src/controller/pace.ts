/** Pace: how fast something may be done. A token bucket that waits instead of refusing. */

import type { Instant } from '../domain/time.ts';
import { after, before, between, instant, milliseconds } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * At most `burst` at once and `rate` a second in the long run, in the order of asking. Each token is a moment:
 * who asks gets the next free one and sleeps until then.
 */
export class Pace {
  /** A second, in the long run. */
  readonly rate: number;
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #credit: number;
  #next: Instant = instant(0);
  #seen: Instant = instant(0);

  constructor(clock: Clock, limits: { readonly rate: number; readonly burst: number }) {
    this.#clock = clock;
    this.rate = limits.rate;
    this.#interval = 1000 / limits.rate;
    this.#credit = (limits.burst - 1) * this.#interval;
  }

  /** Takes a token if there is one now. */
  tryTake(): boolean {
    const now = this.#now();
    if (Math.max(this.#next, now - this.#credit) > now) return false;
    this.#takeNext(now);
    return true;
  }

  async take(signal: AbortSignal): Promise<void> {
    const now = this.#now();
    const turn = this.#takeNext(now);
    if (turn > now) await this.#clock.sleep(between(now, turn), signal);
  }

  /** Where the clock was set back, the turns that were given out go back with it: else nobody had one for as long. */
  #now(): Instant {
    const now = this.#clock.now();
    if (now < this.#seen) this.#next = before(this.#next, between(now, this.#seen));
    this.#seen = now;
    return now;
  }

  #takeNext(now: Instant): Instant {
    const turn = instant(Math.max(this.#next, now - this.#credit));
    this.#next = after(turn, milliseconds(this.#interval));
    return turn;
  }
}
