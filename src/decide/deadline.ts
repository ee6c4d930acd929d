/** The deadline of a revocation: until when a blocked or slow holder is left to end by itself, and what force does then. */

import type { Holder } from '../domain/holder.ts';
import type { Policy } from '../domain/policy.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { after, before, between, earliest, instant, milliseconds, seconds } from '../domain/time.ts';

/** What Kubernetes gives a pod that asks for nothing else. Source: the API's default of terminationGracePeriodSeconds. */
export const USUAL_GRACE = seconds(30);

/** No grace at all would remove the object while the containers may still run. */
const LEAST_GRACE = seconds(1);

/**
 * Counted from the first reading that did not show the grant: what a record says of the end may be forged, and the last
 * reading that showed it may be hours old. Only ever nearer than it was.
 */
export function withDeadline(revocation: Revocation, policy: Policy): Revocation {
  const { stage } = revocation;
  if (stage !== 'settling' && stage !== 'confirmed') return revocation;
  const from = revocation.end?.notAfter ?? revocation.settlingSince ?? revocation.suspectedAt;
  const deadline = earliest(revocation.deadline, after(from, policy.deadline));
  return deadline === revocation.deadline ? revocation : { ...revocation, deadline };
}

/** How long the pod may take to end when it is evicted; undefined: as long as it asks for. */
export function evictionGrace({ grace = USUAL_GRACE }: Holder, policy: Policy): Duration | undefined {
  const { maxGracePeriod } = policy;
  return maxGracePeriod === undefined || grace <= maxGracePeriod ? undefined : atLeast(maxGracePeriod);
}

/** From when on force is used, so that the pod is gone at the deadline with the grace that it asks for. */
export function forceFrom(
  revocation: Revocation | undefined,
  holder: Holder,
  policy: Policy,
): Instant | undefined {
  const { deadline } = revocation ?? {};
  if (!policy.force || deadline === undefined) return undefined;
  return before(deadline, ownGrace(holder, policy));
}

/** min(its own, what is left until the deadline, the longest that is given), never below one second. */
export function forceGrace({ deadline }: Revocation, holder: Holder, policy: Policy, now: Instant): Duration {
  const left = deadline === undefined ? LEAST_GRACE : between(now, deadline);
  return atLeast(milliseconds(Math.min(ownGrace(holder, policy), left)));
}

/** A pod that is terminating already and would outlive the deadline, by how it has been told to end. */
export function outlivesDeadline({ deadline }: Revocation, { terminating }: Holder, now: Instant): boolean {
  if (deadline === undefined || terminating === undefined) return false;
  return terminating > instant(Math.max(deadline, after(now, LEAST_GRACE)));
}

function ownGrace({ grace = USUAL_GRACE }: Holder, { maxGracePeriod }: Policy): Duration {
  return milliseconds(Math.min(grace, maxGracePeriod ?? grace));
}

function atLeast(grace: Duration): Duration {
  return milliseconds(Math.max(LEAST_GRACE, grace));
}
