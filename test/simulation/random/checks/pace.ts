/** The pace: over any stretch of time no more evictions are asked for than the bucket allows. */

import { seconds } from '../../../../src/domain/time.ts';
import type { Check } from '../happenings.ts';
import type { Story } from '../story.ts';
import { nameOf } from './proof.ts';

/** In seconds. A turn that has come may be used later, when the proof was renewed: an answer that took longer costs another turn. */
const LATE = 2;

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
    return tokens < -Math.max(1, rate * LATE) - 0.05
      ? [`${nameOf(happening.order.holder)} is evicted ahead of its turn: ${tokens}`]
      : [];
  };
}
