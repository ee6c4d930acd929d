/** The fence around a daemon: all that it asks of the world goes through here, and nothing more after its crash. */

import type { Duration } from '../../../src/domain/time.ts';
import { after } from '../../../src/domain/time.ts';
import type { Clock } from '../../../src/ports/clock.ts';

/** A crash that lies in wait: at the call of this number from now, before it is sent or before its answer is heard. */
export type Ambush = { readonly calls: number; readonly when: 'before' | 'after' };

const NEVER = new Promise<never>(() => {});

export class Fence {
  readonly #onCrash: () => void;
  readonly #crash = new AbortController();
  #ambush: { calls: number; when: 'before' | 'after' } | undefined;
  #open = 0;

  constructor(onCrash: () => void) {
    this.#onCrash = onCrash;
  }

  /** Calls and sleeps that have not ended. */
  get open(): number {
    return this.#open;
  }

  get isCrashed(): boolean {
    return this.#crash.signal.aborted;
  }

  /** Aborted by the crash. */
  get crashed(): AbortSignal {
    return this.#crash.signal;
  }

  ambush(ambush: Ambush): void {
    this.#ambush = { ...ambush };
  }

  /** From now on the daemon hears of nothing, and nothing that it does reaches anybody. */
  crash(): void {
    if (this.isCrashed) return;
    this.#crash.abort(new Error('the daemon crashed'));
    this.#onCrash();
  }

  /** A call to the world. What was sent takes effect even if nobody is left to hear the answer. */
  async call<T>(send: () => Promise<T>): Promise<T> {
    if (this.isCrashed) return NEVER;
    const isAmbushed = this.#isNext();
    if (isAmbushed && this.#ambush?.when === 'before') this.crash();
    if (this.isCrashed) return NEVER;
    this.#open += 1;
    try {
      const answer = await send();
      if (isAmbushed) this.crash();
      return await (this.isCrashed ? NEVER : answer);
    } catch (error) {
      if (this.isCrashed) return await NEVER;
      throw error;
    } finally {
      this.#open -= 1;
    }
  }

  /** What needs no answer. */
  tell(send: () => void): void {
    if (!this.isCrashed) send();
  }

  /** The clock as the daemon knows it, which may be wrong by `skew`: after the crash its sleeps never end. */
  clock(world: Clock, skew: () => Duration): Clock {
    return {
      now: () => after(world.now(), skew()),
      monotonic: () => world.monotonic(),
      turn: () => world.turn(),
      sleep: async (duration, signal) => {
        if (this.isCrashed) return NEVER;
        this.#open += 1;
        try {
          await world.sleep(duration, signal);
        } catch (error) {
          if (!this.isCrashed) throw error;
        } finally {
          this.#open -= 1;
        }
        return this.isCrashed ? NEVER : undefined;
      },
    };
  }

  #isNext(): boolean {
    if (this.#ambush === undefined) return false;
    this.#ambush.calls -= 1;
    return this.#ambush.calls === 0;
  }
}
