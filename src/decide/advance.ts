/**
 * The stages of a revocation: what a reading of the identity does to it.
 *
 *   stage      | reading                              | next
 *   -----------+--------------------------------------+-----------------------------------
 *   any open   | unknown                              | the same: unknown clears nothing
 *   any open   | the grant, or one that it may be,    | refuted
 *              | now or since the end that settles    |
 *   suspected  | it has ended                         | settling
 *   settling   | it has ended, read after settle time | confirmed
 *   confirmed  | no stale holder, window closed       | contained (close.ts)
 *
 * A grant has ended when there is none now (cause deleted) or another one (cause superseded).
 */

import type { Standing } from '../domain/association.ts';
import { isSameGrant } from '../domain/grant.ts';
import type { History, Span } from '../domain/history.ts';
import type { Identity } from '../domain/identity.ts';
import type { Policy } from '../domain/policy.ts';
import type { Known, Reading } from '../domain/reading.ts';
import type { Cause, Revocation, Source } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { after } from '../domain/time.ts';

/** A revocation in its first stage. `at` is when the suspicion arose: only later readings confirm it. */
export function suspect(identity: Identity, source: Source, span: Span | undefined, at: Instant): Revocation {
  return {
    identity,
    cause: 'deleted',
    stage: 'suspected',
    association: span?.id,
    grant: span?.grant,
    isPresumed: false,
    end: span?.end,
    source,
    evidence: undefined,
    suspectedAt: at,
    settlingSince: undefined,
    confirmedAt: undefined,
    clearSince: undefined,
    closedAt: undefined,
    found: 0,
    evicted: 0,
  };
}

/** The revocation after a reading, taken when the history already holds what the reading taught. */
export function advance(
  revocation: Revocation,
  standing: Reading<Standing>,
  history: History,
  policy: Policy,
): Revocation {
  if (!isOpen(revocation) || standing.kind === 'unknown') return revocation;
  if (standing.at < revocation.suspectedAt) return revocation;
  const cause = cameBack(revocation, history) ? undefined : causeOf(revocation, standing.value, history);
  if (cause === undefined) return { ...revocation, stage: 'refuted', closedAt: standing.at };
  return settled(settle({ ...revocation, cause }, history, standing), policy, standing.at);
}

/**
 * The grant was in force again after the end that is settling, or what was can't be told from it: that end has not
 * lasted. A later one has a revocation, and a settle time, of its own.
 */
function cameBack({ stage, end, grant, settlingSince }: Revocation, { spans }: History): boolean {
  // What is only suspected takes the last end there is when it is confirmed.
  if (stage === 'suspected' || end === undefined) return false;
  const ended = spans.findLastIndex((span) => span.end?.notAfter === end.notAfter);
  if (ended === -1) return false;
  return spans
    .slice(ended + 1)
    .filter(
      (span) => span.end === undefined || settlingSince === undefined || span.end.notAfter > settlingSince,
    )
    .some((span) => grant === undefined || span.grant === undefined || isSameGrant(span.grant, grant));
}

/** Why the grant of the revocation is not in force now; undefined where it is, or where that can't be told. */
export function causeOf(revocation: Revocation, standing: Standing, history: History): Cause | undefined {
  if (standing.kind === 'none') return 'deleted';
  const grant = revocation.grant ?? endConcerned(history, standing)?.grant;
  if (grant === undefined && revocation.isPresumed) return 'superseded';
  if (grant === undefined || isSameGrant(grant, standing.association.grant)) return undefined;
  return 'superseded';
}

function settle(revocation: Revocation, history: History, { value, at }: Known<Standing>): Revocation {
  if (revocation.stage !== 'suspected') return revocation;
  const span = endConcerned(history, value);
  return {
    ...revocation,
    stage: 'settling',
    association: span?.id,
    grant: span?.grant,
    end: span?.end,
    settlingSince: at,
  };
}

function settled(revocation: Revocation, policy: Policy, at: Instant): Revocation {
  const { stage, settlingSince } = revocation;
  if (stage !== 'settling' || settlingSince === undefined) return revocation;
  // The clock was set back: the time begins anew, as nobody knows how much of it has passed.
  if (at < settlingSince) return { ...revocation, settlingSince: at };
  if (at < after(settlingSince, policy.settleTime)) return revocation;
  return { ...revocation, stage: 'confirmed', confirmedAt: at };
}

/**
 * The end that concerns somebody now: while a grant is in force, that of the last other one; a span whose grant was
 * never read tells nothing about anybody. Without a grant in force, the last end there is.
 */
export function endConcerned({ spans }: History, standing: Standing): Span | undefined {
  if (standing.kind === 'none') return spans.findLast(({ end }) => end !== undefined);
  const { grant: current } = standing.association;
  return spans.findLast(
    ({ end, grant }) => end !== undefined && grant !== undefined && !isSameGrant(grant, current),
  );
}
