/** Seeded chance, and pauses of a chance length. */

import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../simulator/aws/random.ts';

export class Dice {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  /** Undefined where there is nothing to choose. */
  oneOf<T>(choices: readonly T[]): T | undefined {
    return choices[Math.floor(this.random() * choices.length)];
  }

  isLucky(share: number): boolean {
    return this.random() < share;
  }
}

/** Does it again and again, with pauses in between, until the signal ends; what is under way is finished. */
export async function again(
  pauseMs: () => number,
  act: () => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pause(pauseMs(), undefined, { signal }).catch(() => {});
    if (!signal.aborted) await act();
  }
}
