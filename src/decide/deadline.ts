/** The deadline of a revocation: until when a blocked or slow holder is left to end by itself, and what force does then. */

import type { Grant } from '../domain/grant.ts';
import { isSameGrant } from '../domain/grant.ts';
import type { End, History, Span } from '../domain/history.ts';
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

/**
 * Whether two replicas mean the same end, whose deadline they share. Each has read it at times of its own; it is another
 * one if another grant ended, or if the grant was in force again after the end that the other one means.
 */
export function isSameEnd(one: Revocation, other: Revocation): boolean {
  if (one.association !== other.association) return false;
  if (one.grant !== undefined && other.grant !== undefined && !isSameGrant(one.grant, other.grant))
    return false;
  return !isAfter(one.end, other.end) && !isAfter(other.end, one.end);
}

function isAfter(later: End | undefined, end: End | undefined): boolean {
  return later?.notBefore !== undefined && end !== undefined && later.notBefore >= end.notAfter;
}

/** How long the pod may take to end when it is evicted; undefined: as long as it asks for. */
export function evictionGrace({ grace = USUAL_GRACE }: Holder, policy: Policy): Duration | undefined {
  const { maxGracePeriod } = policy;
  return maxGracePeriod === undefined || grace <= maxGracePeriod ? undefined : atLeast(maxGracePeriod);
}

/** What is known of the identity's ends. */
export type Past = { readonly revocation: Revocation | undefined; readonly history: History };

/**
 * That of the revocation. A holder that started too late for the end that is followed, while somebody else keeps the
 * revocation open, has a deadline of its own: counted from the first end that concerns it.
 */
export function deadlineOf(
  { revocation, history }: Past,
  holder: Holder,
  policy: Policy,
): Instant | undefined {
  const { deadline, end: followed } = revocation ?? {};
  const from = before(holder.start, policy.consistencyWindow);
  if (deadline === undefined || followed === undefined || followed.notAfter > from) return deadline;
  const first = lastEnds(history).find(({ notAfter }) => notAfter > from);
  return first === undefined ? deadline : after(first.notAfter, policy.deadline);
}

/** The last end of each grant, the earliest first. */
function lastEnds({ spans }: History): readonly End[] {
  return spans.flatMap(({ grant, end }, index) => {
    const isBack = spans.slice(index + 1).some((later) => isOf(later, grant));
    return end === undefined || isBack ? [] : end;
  });
}

function isOf(span: Span, grant: Grant | undefined): boolean {
  return span.grant !== undefined && grant !== undefined && isSameGrant(span.grant, grant);
}

/** From when on force is used, so that the pod is gone at the deadline with the grace that it asks for. */
export function forceFrom(past: Past, holder: Holder, policy: Policy): Instant | undefined {
  const deadline = deadlineOf(past, holder, policy);
  if (!policy.force || deadline === undefined) return undefined;
  return before(deadline, ownGrace(holder, policy));
}

/** min(its own, what is left until the deadline, the longest that is given), never below one second. */
export function forceGrace(past: Past, holder: Holder, policy: Policy, now: Instant): Duration {
  const deadline = deadlineOf(past, holder, policy);
  const left = deadline === undefined ? LEAST_GRACE : between(now, deadline);
  return atLeast(milliseconds(Math.min(ownGrace(holder, policy), left)));
}

/** A pod that is terminating already and would outlive the deadline, by how it has been told to end. */
export function outlivesDeadline(past: Past, holder: Holder, policy: Policy, now: Instant): boolean {
  const deadline = deadlineOf(past, holder, policy);
  const { terminating } = holder;
  if (deadline === undefined || terminating === undefined) return false;
  return terminating > instant(Math.max(deadline, after(now, LEAST_GRACE)));
}

function ownGrace({ grace = USUAL_GRACE }: Holder, { maxGracePeriod }: Policy): Duration {
  return milliseconds(Math.min(grace, maxGracePeriod ?? grace));
}

function atLeast(grace: Duration): Duration {
  return milliseconds(Math.max(LEAST_GRACE, grace));
}
