/** A queue of keys to be looked at: deduplicating, delaying, with one worker at most on a key. */

import type { Instant } from '../domain/time.ts';
import { after, between, earliest, latest, milliseconds } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Before a key comes back that its handler wants back: without it a handler that never waits for the world would
 * keep timers, probes and signals from ever having their turn.
 */
const LEAST_PAUSE = milliseconds(1);

/** Made once: an error of its own for each waking would have its stack taken each time. */
const WOKEN = new Error('something has changed');

/** Handles one key and says when to look at it again; undefined: when somebody adds it. */
export type Handle<K> = (key: K) => Promise<Instant | undefined>;

/**
 * Promised: a key that is added is handled after its time at least once after the adding, also when it is
 * added while it is being handled; of several times for one key the earliest counts; keys that are due are
 * taken in the order in which they became due.
 * Not promised: one handling for each adding, an order between keys that are not due, a bound on the time.
 */
export class WorkQueue<K> {
  readonly #clock: Clock;
  readonly #delayed = new Map<K, Instant>();
  readonly #ready = new Set<K>();
  readonly #running = new Set<K>();
  #wake: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a key to be handled now, or not before `at`. */
  add(key: K, at: Instant = this.#clock.now()): void {
    if (this.#ready.has(key)) return;
    const planned = this.#delayed.get(key);
    if (planned !== undefined && planned <= at) return;
    if (at <= this.#clock.now() && !this.#running.has(key)) {
      this.#delayed.delete(key);
      this.#ready.add(key);
    } else {
      this.#delayed.set(key, at);
    }
    this.#wake();
  }

  /** Keys waiting or being handled. */
  get size(): number {
    return new Set([...this.#delayed.keys(), ...this.#ready, ...this.#running]).size;
  }

  /**
   * Handles keys, `workers` of them at a time, until `signal` is aborted, and is fulfilled when the handlers
   * in flight have ended. `handle` must not fail: a failure ends the run with it.
   */
  async run(handle: Handle<K>, workers: number, signal: AbortSignal): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    const failures: unknown[] = [];
    while (!signal.aborted) {
      this.#promote();
      while (inFlight.size < workers && this.#ready.size > 0) {
        const task = this.#handleNext(handle)
          .catch((error: unknown) => {
            failures.push(error);
            this.#wake();
          })
          .finally(() => inFlight.delete(task));
        inFlight.add(task);
      }
      await this.#nextChange(signal);
      if (failures.length > 0) break;
    }
    await Promise.all(inFlight);
    if (failures.length > 0) throw failures[0];
  }

  async #handleNext(handle: Handle<K>): Promise<void> {
    for (const key of this.#ready) {
      this.#ready.delete(key);
      this.#running.add(key);
      try {
        const again = await handle(key);
        if (again !== undefined) this.add(key, latest(again, after(this.#clock.now(), LEAST_PAUSE)));
      } finally {
        this.#running.delete(key);
        this.#wake();
      }
      return;
    }
  }

  #promote(): void {
    const now = this.#clock.now();
    const due = [...this.#delayed].filter(([key, at]) => at <= now && !this.#running.has(key));
    for (const [key] of due.toSorted(([, one], [, other]) => one - other)) {
      this.#delayed.delete(key);
      this.#ready.add(key);
    }
  }

  /** Ends when a key was added, a handler ended, the earliest delay has passed, or the signal was aborted. */
  async #nextChange(signal: AbortSignal): Promise<void> {
    const changed = Promise.withResolvers<void>();
    const waiting = new AbortController();
    const wake = (): void => changed.resolve();
    this.#wake = wake;
    const waits: Promise<void>[] = [changed.promise];
    const next = this.#nextDue();
    if (next !== undefined) {
      waits.push(this.#clock.sleep(between(this.#clock.now(), next), waiting.signal));
    }
    signal.addEventListener('abort', wake, { signal: waiting.signal });
    if (signal.aborted) wake();
    await Promise.race(waits);
    waiting.abort(WOKEN);
    await Promise.allSettled(waits.slice(1));
  }

  #nextDue(): Instant | undefined {
    const idle = [...this.#delayed].filter(([key]) => !this.#running.has(key));
    return earliest(...idle.map(([, at]) => at));
  }
}
