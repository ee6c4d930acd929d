/** How long to wait before something that failed is tried again. */

import type { Duration } from '../../domain/time.ts';
import { milliseconds, seconds } from '../../domain/time.ts';
import type { Random } from '../../ports/clock.ts';
import type { Refusal } from './refusal.ts';

const SHORTEST_MS = 50;
const FIRST_MS = 250;
/** Missing rights do not come back by asking often. */
const PAUSE_WITHOUT_RIGHTS = seconds(15);
const LONGEST_ASKED_FOR = seconds(60);

/** Full jitter under a limit that doubles with each failure, and never nothing at all. */
export function jittered(random: Random, failures: number, longest: Duration): Duration {
  const most = Math.min(longest, FIRST_MS * 2 ** Math.min(failures, 20));
  return milliseconds(Math.ceil(SHORTEST_MS + random() * (most - SHORTEST_MS)));
}

/** At least what the server asked for, within reason. */
export function refusedPause(pause: Duration, refusal: Refusal): Duration {
  const asked = Math.min(LONGEST_ASKED_FOR, refusal.retryAfter ?? 0);
  const lacksRights = refusal.status === 401 || refusal.status === 403;
  return milliseconds(lacksRights ? PAUSE_WITHOUT_RIGHTS + pause : asked + pause);
}
