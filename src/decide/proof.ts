/** Proof: whether a reading entitles anybody to evict, and when a new one must be asked for. */

import type { Standing } from '../domain/association.ts';
import type { End, History } from '../domain/history.ts';
import type { Policy } from '../domain/policy.ts';
import type { Reading } from '../domain/reading.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { after, between, seconds } from '../domain/time.ts';
import { causeOf, endConcerned } from './advance.ts';

/** A confirmation is too old to act on when it is this old. */
export const PROOF_LIFE = seconds(10);

/**
 * A confirmation that what ended has ended (no grant is in force, or another one), taken after the suspicion and younger
 * than PROOF_LIFE. An end that came later than the one that is followed must have lasted for the settle time as well.
 * It proves the end; whom it concerns is for `judge` to say, on the same reading.
 */
export function isProof(
  standing: Reading<Standing>,
  { revocation, history }: Ended,
  { policy, now }: At,
): boolean {
  if (standing.kind === 'unknown') return false;
  if (causeOf(revocation, standing.value, history) === undefined) return false;
  const age = between(standing.at, now);
  if (standing.at < revocation.suspectedAt || age < 0 || age >= PROOF_LIFE) return false;
  const end = endConcerned(history, standing.value)?.end;
  return !isLater(end, revocation) || standing.at >= settledAt(end, policy);
}

/** When an end that came after the one that is followed has lasted for the settle time, from when it was first seen. */
export function settledAt({ notAfter, seenAt = notAfter }: End, { settleTime }: Policy): Instant {
  return after(seenAt, settleTime);
}

/** An end that came after the one that the revocation follows. */
export function isLater(end: End | undefined, { end: followed }: Revocation): end is End {
  return end !== undefined && followed !== undefined && end.notAfter > followed.notAfter;
}

export type Ended = { readonly revocation: Revocation; readonly history: History };

type At = { readonly policy: Policy; readonly now: Instant };

/** Whether the stage can't go on, or the eviction that is due can't be made, without a new confirmation. */
export function wantsProof(
  ended: Ended,
  standing: Reading<Standing>,
  isEvictionDue: boolean,
  clock: At,
): boolean {
  const { revocation } = ended;
  switch (revocation.stage) {
    case 'suspected':
      return true;
    case 'settling':
      return hasSettled(revocation, clock.policy, clock.now);
    case 'confirmed':
      // While the standing is unknown no eviction can be due: it is asked for until it is known.
      return standing.kind === 'unknown' || (isEvictionDue && !isProof(standing, ended, clock));
    case 'contained':
    case 'expired':
    case 'refuted':
      return false;
  }
}

function hasSettled(revocation: Revocation, policy: Policy, now: Instant): boolean {
  const since = revocation.settlingSince;
  return since !== undefined && now >= after(since, policy.settleTime);
}
