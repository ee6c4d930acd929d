/** Waiting for something to become true. */

import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** Looks again and again until there is an answer. Where the signal comes first, the error says what was missing. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T> {
  try {
    for (;;) {
      signal.throwIfAborted();
      const found = await look();
      if (found !== undefined) return found;
      await pause(LOOK_EVERY_MS);
    }
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error;
    const why = reason instanceof Error ? reason.message : String(reason);
    throw new Error(`${why} (while waiting for ${what})`, { cause: error });
  }
}
