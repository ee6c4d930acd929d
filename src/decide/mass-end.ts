/**
 * The brake for mass ends: where EKS shows many identities without a grant at once, the likeliest causes are a mistake,
 * the wrong cluster, or a wrong answer. What CloudTrail itself, asked directly, says was ended, passes.
 */

import type { AssociationHint } from '../domain/hint.ts';
import type { History } from '../domain/history.ts';
import type { Holder } from '../domain/holder.ts';
import type { Identity } from '../domain/identity.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { corroborate } from './corroborate.ts';

export type MassEndPolicy = {
  /** So many identities may always end. */
  readonly minimum: number;
  /** And so many of each hundred that are known. */
  readonly percent: number;
};

/** An identity without a grant whose end is being followed. */
export type EndedIdentity = {
  readonly identity: Identity;
  /** When it was noticed. */
  readonly noticedAt: Instant;
  readonly isCorroborated: boolean;
};

export type MassEnd = {
  readonly isEngaged: boolean;
  /** Those that nobody vouches for. */
  readonly unproven: ReadonlySet<Identity>;
  /** How many of them there may be. */
  readonly limit: number;
};

/**
 * Undefined where no grant of the identity has ended, or none that is still followed. `hasLost`: the identity had a grant,
 * or its holders may have; else whoever may start pods could engage the brake by names that nobody has granted anything.
 */
export function endedIdentity(
  revocation: Revocation | undefined,
  told: readonly AssociationHint[],
  hasLost = true,
): EndedIdentity | undefined {
  if (revocation === undefined || !isOpen(revocation) || revocation.cause !== 'deleted' || !hasLost) {
    return undefined;
  }
  const { identity, suspectedAt } = revocation;
  // What was ended before the last beginning is not what ended now.
  const since = told.slice(told.findLastIndex(({ action }) => action === 'created') + 1);
  const { evidence } = corroborate({ ...revocation, evidence: undefined }, since);
  return { identity, noticedAt: suspectedAt, isCorroborated: evidence !== undefined };
}

/** Whether anybody can have been given what is not there now: an association was seen, or a holder is older than its absence. */
export function isLoss({ spans, absentSince }: History, holders: readonly Pick<Holder, 'start'>[]): boolean {
  if (spans.length > 0 || absentSince === undefined) return true;
  return holders.some(({ start }) => start < absentSince);
}

/** `releasedAt`: an operator vouches for what was noticed until then. */
export function massEnd(
  ended: Iterable<EndedIdentity>,
  known: number,
  releasedAt: Instant | undefined,
  { minimum, percent }: MassEndPolicy,
): MassEnd {
  const limit = Math.max(minimum, Math.floor((known * percent) / 100));
  const unproven = new Set<Identity>();
  for (const { identity, noticedAt, isCorroborated } of ended) {
    const isReleased = releasedAt !== undefined && noticedAt <= releasedAt;
    if (!isCorroborated && !isReleased) unproven.add(identity);
  }
  return { isEngaged: unproven.size > limit, unproven, limit };
}
