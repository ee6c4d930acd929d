/** Back-off: how long to wait before the next try at something that failed. */

import type { Duration } from '../domain/time.ts';
import { milliseconds, seconds } from '../domain/time.ts';
import type { Random } from '../ports/clock.ts';

const FIRST = seconds(1);
export const LONGEST_BACKOFF = seconds(30);

/** From 1 s doubling to 30 s, less up to half of it by chance, so that many failures do not return at once. */
export function backoff(tries: number, random: Random): Duration {
  const full = Math.min(LONGEST_BACKOFF, FIRST * 2 ** Math.max(0, tries - 1));
  return milliseconds(Math.round(full * (1 - random() / 2)));
}
