/** An alarm: a signal that is aborted at the earliest of the times to which it is set. */

import type { Instant } from '../domain/time.ts';
import { between } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ringing = new AbortController();
  readonly #over = new AbortController();
  readonly #sleeps: Promise<void>[] = [];
  #earliest: Instant | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted when the alarm rings. */
  get signal(): AbortSignal {
    return this.#ringing.signal;
  }

  set(at: Instant): void {
    if (this.#earliest !== undefined && this.#earliest <= at) return;
    this.#earliest = at;
    const sleep = this.#clock.sleep(between(this.#clock.now(), at), this.#over.signal);
    const ring = (): void => this.#ringing.abort(new Error('the alarm rings'));
    this.#sleeps.push(sleep.then(ring, () => {}));
  }

  /** Rings no more. Fulfilled when nothing of it is left. */
  async end(): Promise<void> {
    this.#over.abort(new Error('the alarm is not needed any more'));
    await Promise.all(this.#sleeps);
  }
}
