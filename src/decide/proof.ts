/** Proof: whether a reading entitles anybody to evict, and when a new one must be asked for. */

import type { Standing } from '../domain/association.ts';
import { NO_HISTORY } from '../domain/history.ts';
import type { Policy } from '../domain/policy.ts';
import type { Reading } from '../domain/reading.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { after, between, seconds } from '../domain/time.ts';
import { causeOf } from './advance.ts';

/** A confirmation is too old to act on when it is this old. */
export const PROOF_LIFE = seconds(10);

/**
 * A confirmation that the grant of the revocation is not in force (none is, or another one), taken after the
 * suspicion and younger than PROOF_LIFE.
 */
export function isProof(standing: Reading<Standing>, revocation: Revocation, now: Instant): boolean {
  if (standing.kind === 'unknown') return false;
  if (causeOf(revocation, standing.value, NO_HISTORY) === undefined) return false;
  const age = between(standing.at, now);
  return standing.at >= revocation.suspectedAt && age >= 0 && age < PROOF_LIFE;
}

/** Whether the stage can't go on, or the eviction that is due can't be made, without a new confirmation. */
export function wantsProof(
  revocation: Revocation,
  standing: Reading<Standing>,
  isEvictionDue: boolean,
  clock: { readonly now: Instant; readonly policy: Policy },
): boolean {
  switch (revocation.stage) {
    case 'suspected':
      return true;
    case 'settling':
      return hasSettled(revocation, clock.policy, clock.now);
    case 'confirmed':
      // While the standing is unknown no eviction can be due: it is asked for until it is known.
      return standing.kind === 'unknown' || (isEvictionDue && !isProof(standing, revocation, clock.now));
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
