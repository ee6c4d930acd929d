/** The pace: over any stretch of time no more evictions are asked for than the bucket allows. */

import { seconds } from '../../../../src/domain/time.ts';
import type { Check } from '../happenings.ts';
import type { Story } from '../story.ts';
import { nameOf } from './proof.ts';

/** A turn that has come may be used later, when the proof was renewed: after this long the answer proves nothing. */
const LATE = 10;

export function paceCheck({ settings }: Story): Check {
  const rate = settings.rate ?? 0;
  const burst = settings.burst ?? 0;
  let tokens = burst;
  let countedAt = 0;
  return ({ at, happening }) => {
    // Each daemon has a bucket of its own.
    if (happening.kind === 'daemon-started') tokens = burst;
    if (happening.kind !== 'eviction-asked') return [];
    tokens = Math.min(burst, tokens + ((at - countedAt) / seconds(1)) * rate) - 1;
    countedAt = at;
    // Turns are whole milliseconds.
    return tokens < -rate * LATE - 0.01
      ? [`${nameOf(happening.order.holder)} is evicted ahead of its turn: ${tokens}`]
      : [];
  };
}
