/** How old the view of the pods may be before nothing is concluded from it. */

import type { Instant } from '../domain/time.ts';
import { between, minutes } from '../domain/time.ts';
import type { Freshness } from '../ports/pods.ts';

/** Twice the time after which the watchdog reconnects a silent watch: a healthy view is always younger. */
export const VIEW_LIMIT = minutes(3);

export function isViewFresh(freshness: Freshness, now: Instant): boolean {
  return freshness.kind === 'synced' && between(freshness.asOf, now) < VIEW_LIMIT;
}
