/** How old the view of the pods may be before nothing is concluded from it. */

import type { Instant } from '../domain/time.ts';
import { between, minutes } from '../domain/time.ts';
import type { Freshness } from '../ports/pods.ts';

/** Well over two silences of a watch (90 s each), after which the pods are listed anew: a healthy view is younger. */
export const VIEW_LIMIT = minutes(5);

export function isViewFresh(freshness: Freshness, now: Instant): boolean {
  return freshness.kind === 'synced' && between(freshness.asOf, now) < VIEW_LIMIT;
}
