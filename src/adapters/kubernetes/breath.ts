/** Lets the event loop turn within long work, so that probes, time-outs and other requests are not kept waiting. */

import { setImmediate as nextTurn } from 'node:timers/promises';

export class Breath {
  readonly #portion: number;
  #left: number;

  /** After so many units of work it is time for a turn. */
  constructor(portion: number) {
    this.#portion = portion;
    this.#left = portion;
  }

  /** To be awaited where it is a promise; nothing where the portion is not used up. */
  after(units: number): Promise<void> | undefined {
    this.#left -= units;
    if (this.#left > 0) return undefined;
    this.#left = this.#portion;
    return nextTurn();
  }
}

/** Works through the items, and lets the event loop turn after each portion of them. */
export async function inPortions<T>(
  items: Iterable<T>,
  breath: Breath,
  work: (item: T) => void,
): Promise<void> {
  for (const item of items) {
    work(item);
    const turn = breath.after(1);
    if (turn !== undefined) await turn;
  }
}
