/** Containment: when a confirmed revocation has nobody left to evict, now or later. */

import type { Policy } from '../domain/policy.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { after } from '../domain/time.ts';
import { START_RESOLUTION } from './judge.ts';

/** What the holders look like to a revocation. */
export type Remaining = {
  /** Stale, perhaps stale, or on their way out. */
  readonly exposed: number;
  /** Not evicted in time; what they held has expired by itself. */
  readonly expired: number;
  /** Whether the view of the pods is complete and fresh; else an empty view proves nothing. */
  readonly isViewFresh: boolean;
};

/** From when on no new pod can be stale. */
export function windowCloses(revocation: Revocation, policy: Policy): Instant | undefined {
  if (revocation.end !== undefined) {
    return after(after(revocation.end.notAfter, policy.consistencyWindow), START_RESOLUTION);
  }
  return revocation.settlingSince;
}

/**
 * Notes since when the revocation is clear of exposed holders and, once no late one can appear, closes it as
 * contained, or as expired where somebody was not evicted in time. The time of containment is `clearSince`, not the
 * moment of the closing.
 */
export function close(revocation: Revocation, left: Remaining, policy: Policy, now: Instant): Revocation {
  if (revocation.stage !== 'confirmed') return revocation;
  if (left.exposed > 0) {
    return { ...revocation, clearSince: undefined, found: Math.max(revocation.found, left.exposed) };
  }
  if (!left.isViewFresh) return revocation;
  const clear = { ...revocation, clearSince: revocation.clearSince ?? now };
  const closes = windowCloses(revocation, policy);
  if (closes !== undefined && now < closes) return clear;
  return { ...clear, stage: left.expired > 0 ? 'expired' : 'contained', closedAt: now };
}
