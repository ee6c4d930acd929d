/** A clock that stands still until a test steps it, so that no test waits for real time. */

import type { Duration, Instant } from '../../src/domain/time.ts';
import { after, between, instant, milliseconds } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

type Sleeper = {
  readonly due: Instant;
  /** Sleepers that are due at the same instant wake in the order in which they fell asleep. */
  readonly order: number;
  readonly wake: () => void;
};

/** An ordinary moment, for tests that do not care which. */
const SOME_START = instant(Date.UTC(2026, 0, 5, 12));

/** A turn of the event loop: every promise chain that waits for nothing outside runs to its end. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export class SteppedClock implements Clock {
  readonly #start: Instant;
  #now: Instant;
  /** How far somebody has set the wall clock; negative: back. */
  #set: Duration = milliseconds(0);
  #fellAsleep = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start: Instant = SOME_START) {
    this.#start = start;
    this.#now = start;
  }

  /** How many sleeps are under way. */
  get pending(): number {
    return this.#sleepers.size;
  }

  /** How long until the next sleeper is due; undefined where nobody sleeps. */
  get nextDue(): Instant | undefined {
    return this.#next()?.due;
  }

  now(): Instant {
    return after(this.#now, this.#set);
  }

  monotonic(): Duration {
    return between(this.#start, this.#now);
  }

  turn(): Promise<void> {
    return Promise.resolve();
  }

  /** Sets the wall clock forward, or back where negative. No sleep notices it. */
  setBy(change: Duration): void {
    this.#set = milliseconds(this.#set + change);
  }

  sleep(duration: Duration, signal: AbortSignal): Promise<void> {
    if (Number.isNaN(duration)) return Promise.reject(new RangeError('a sleep of NaN'));
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      if (duration <= 0) {
        resolve();
        return;
      }
      const forget = (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        forget();
        reject(signal.reason);
      };
      const wake = (): void => {
        forget();
        resolve();
      };
      const sleeper: Sleeper = { due: after(this.#now, duration), order: this.#fellAsleep++, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', abort);
    });
  }

  /**
   * Moves time forward. Those who are due meanwhile wake one after the other, each at its own instant, and
   * what they do runs to its end before the next one wakes; sleeps that begin on the way count too.
   */
  async advance(duration: Duration): Promise<void> {
    const target = after(this.#now, duration);
    await settle();
    for (let next = this.#next(); next !== undefined && next.due <= target; next = this.#next()) {
      if (next.due > this.#now) this.#now = next.due;
      next.wake();
      await settle();
    }
    this.#now = target;
    await settle();
  }

  #next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (first === undefined || sleeper.due < first.due) first = sleeper;
      else if (sleeper.due === first.due && sleeper.order < first.order) first = sleeper;
    }
    return first;
  }
}
