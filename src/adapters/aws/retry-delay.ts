/** How long a channel waits before it asks again after a failure. */

import { type Duration, milliseconds } from '../../domain/time.ts';
import type { Random } from '../../ports/clock.ts';

const SHORTEST_MS = 1_000;
const LONGEST_MS = 60_000;

/** By chance between 1 s and a limit that doubles with each failure in a row, from 2 s up to 60 s. */
export function retryDelay(failures: number, random: Random): Duration {
  const most = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(failures, 10));
  return milliseconds(Math.round(SHORTEST_MS + random() * (most - SHORTEST_MS)));
}
