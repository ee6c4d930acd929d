/** How long so many evictions will take at the pace and under the caps that are set. */

import type { Duration } from '../domain/time.ts';
import { milliseconds } from '../domain/time.ts';

export type Limits = {
  readonly rate: number;
  readonly burst: number;
  /** Caps that may apply to all of them together. */
  readonly perMinute: readonly (number | undefined)[];
};

const MINUTE = 60_000;

/** Undefined where there is nothing to do. Nobody else's evictions are counted, and no refusals. */
export function durationOf(count: number, { rate, burst, perMinute }: Limits): Duration | undefined {
  if (count === 0) return undefined;
  const paced = (Math.max(0, count - burst) * 1000) / rate;
  const capped = perMinute.map((cap) => (cap === undefined ? 0 : (Math.ceil(count / cap) - 1) * MINUTE));
  return milliseconds(Math.round(Math.max(paced, ...capped)));
}
