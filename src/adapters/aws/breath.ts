/** Lets others run while a heap of records is worked off, so that one flood can't hold up the whole daemon. */

import { milliseconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** Parsed within a few milliseconds, whatever is in it. */
const CHARACTERS_AT_ONCE = 100_000;

const PAUSE = milliseconds(1);

export class Breath {
  readonly #clock: Clock;
  #characters = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be awaited after each record; it pauses only when so much has been parsed since the last pause. */
  async after(record: unknown, signal: AbortSignal): Promise<void> {
    this.#characters += typeof record === 'string' ? record.length : 0;
    if (this.#characters < CHARACTERS_AT_ONCE) return;
    this.#characters = 0;
    await this.#clock.sleep(PAUSE, signal);
  }
}
