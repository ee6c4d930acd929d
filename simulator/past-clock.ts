/** A clock that starts in the past and is brought to the present, so that a new cluster can have a history. */

import type { SimClock } from './clock.ts';
import { ManualClock } from './clock.ts';

type Waiting = { readonly due: number; readonly run: () => void; cancel: () => void };

export class PastClock implements SimClock {
  readonly #present: SimClock;
  readonly #past: ManualClock;
  readonly #waiting = new Set<Waiting>();
  #hasArrived = false;

  constructor(present: SimClock, agoMs: number) {
    this.#present = present;
    this.#past = new ManualClock(present.now() - agoMs);
  }

  now(): number {
    return this.#hasArrived ? this.#present.now() : this.#past.now();
  }

  after(ms: number, run: () => void): () => void {
    if (this.#hasArrived) return this.#present.after(ms, run);
    const waiting: Waiting = {
      due: this.#past.now() + ms,
      run: () => {
        this.#waiting.delete(waiting);
        run();
      },
      cancel: () => undefined,
    };
    waiting.cancel = this.#past.after(ms, waiting.run);
    this.#waiting.add(waiting);
    return () => {
      this.#waiting.delete(waiting);
      waiting.cancel();
    };
  }

  /** Lets time pass in the past: what falls due happens at its own time. */
  pass(ms: number): void {
    if (this.#hasArrived || this.#past.now() + ms > this.#present.now()) {
      throw new RangeError('time can be moved in the past only');
    }
    this.#past.advance(ms);
  }

  /** Lets the rest of the past pass; from then on time is the present's, for what still waits too. */
  arrive(): void {
    if (this.#hasArrived) return;
    this.pass(Math.max(0, this.#present.now() - this.#past.now()));
    this.#hasArrived = true;
    for (const waiting of this.#waiting) {
      waiting.cancel();
      waiting.cancel = this.#present.after(Math.max(0, waiting.due - this.now()), waiting.run);
    }
  }
}
