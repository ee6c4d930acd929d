/** The binding of a holder: whether every grant that it can have been given is in force, and if not, what ended. */

import type { Association, AssociationId } from '../domain/association.ts';
import { unchangedSince } from '../domain/association.ts';
import type { Coverage } from '../domain/chronicle.ts';
import type { Grant } from '../domain/grant.ts';
import { isSameGrant } from '../domain/grant.ts';
import type { End, EndedSpan } from '../domain/history.ts';
import { isEnded, lastSpan } from '../domain/history.ts';
import type { Policy } from '../domain/policy.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { after, before, latest, milliseconds, minutes } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Case } from './case.ts';

/**
 * How long an unknown past is left to CloudTrail before the operator's choice for it counts: its records take minutes
 * to appear, and are asked for at intervals.
 */
export const TRAIL_PATIENCE = minutes(45);

/** Credentials of a target role come from a chained session. Source: EKS user guide, "Caching considerations". */
const TARGET_ROLE_LIFE = minutes(59);

/** The holder's binding has a grant that is not in force, or may have one. */
export type Stale = {
  readonly kind: 'stale';
  readonly reason: Extract<Verdict, { kind: 'evict' }>['reason'];
  /** The latest end of such a grant; undefined where it was never seen in force. */
  readonly end: End | undefined;
  /** A holder that started before this instant may have been given it. */
  readonly bound: Instant;
  /** When the last credentials from such a grant must have expired. */
  readonly expiresAt: Instant;
};

export type Binding = Stale | Extract<Verdict, { kind: 'keep' | 'undecided' }>;

/** A grant is in force: is it the only one that the holder can have been given? */
export function comparedWith(association: Association, of: Case): Binding {
  const { facts, policy } = of;
  const { holder, history, revocation } = facts;
  const from = before(holder.start, policy.consistencyWindow);
  if (unchangedSince(association) <= from) return { kind: 'keep', reason: 'current' };
  const earlier = history.spans.filter(isEnded).filter(({ end }) => end.notAfter > from);
  const matters = latest(from, usableSince(of));
  const others = [...followedEnd(revocation, from), ...earlier].filter(
    ({ grant }) => grant !== undefined && !isSameGrant(grant, association.grant),
  );
  const last = others.at(-1);
  if (last !== undefined) return stale('superseded', others, last.end, policy);
  // Whatever else it was given has expired.
  if (unchangedSince(association) <= matters) return { kind: 'keep', reason: 'current' };
  const isBlind = facts.gaps.some((gap) => gap.from < unchangedSince(association) && matters < gap.until);
  const isComplete = history.completeFrom !== undefined && history.completeFrom <= matters && !isBlind;
  const isSomeUnread = earlier.some(({ grant, end }) => grant === undefined && end.notAfter > matters);
  if (!isComplete || isSomeUnread) {
    return unknownPast(unchangedSince(association), of);
  }
  return { kind: 'keep', reason: earlier.length === 0 ? 'current' : 'same-grant' };
}

/** What ended before this instant can't be used by anybody any more. */
function usableSince({ policy: { consistencyWindow, credentialLife }, now }: Case): Instant {
  return before(before(now, credentialLife), consistencyWindow);
}

type Ended = Pick<EndedSpan, 'grant' | 'end'>;

/** What an open revocation is about stays an end, also when the history has grown so long that it has forgotten it. */
function followedEnd(revocation: Revocation | undefined, from: Instant): readonly Ended[] {
  if (revocation?.end === undefined || !isOpen(revocation) || revocation.end.notAfter <= from) return [];
  return [{ grant: revocation.grant, end: revocation.end }];
}

/**
 * No grant is in force. A holder that started before the end of the last one and the window may have been given
 * it. Where the end was never seen, that is when the absence was first seen, with no window: else the successors
 * of pods whose template spells the token volume out by hand, started a settle time later, would be taken for
 * stale as well.
 */
export function withoutGrant(of: Case): Binding {
  const { facts, policy } = of;
  const { holder, history } = facts;
  const last = lastSpan(history);
  const end = last?.end;
  const bound = end === undefined ? history.absentSince : after(end.notAfter, policy.consistencyWindow);
  if (bound === undefined) return { kind: 'undecided', reason: 'reading-unknown' };
  if (holder.start < bound) {
    const from = before(holder.start, policy.consistencyWindow);
    const ended = history.spans.filter(isEnded).filter((span) => span.end.notAfter > from);
    if (end !== undefined) return stale('deleted', ended, end, policy);
    return { kind: 'stale', reason: 'deleted', end, bound, expiresAt: after(bound, policy.credentialLife) };
  }
  return mayHaveBeenMissed(of) ?? { kind: 'keep', reason: 'no-grant-since-start' };
}

/**
 * An association that nobody saw may have been in force since the holder started: there was a time in which no List was
 * read, or a record tells of an association that no List has shown. A record may be forged: it is never a reason to evict,
 * whatever the operator chose. Whoever forges one gains that the pod is looked at by a person.
 */
function mayHaveBeenMissed(of: Case): Binding | undefined {
  const { holder, gaps } = of.facts;
  const from = latest(before(holder.start, of.policy.consistencyWindow), usableSince(of));
  const blind = gaps.filter((gap) => from < gap.until);
  const [first, ...others] = blind.map(({ until }) => until);
  if (first !== undefined) return unknownPast(latest(first, ...others), of);
  return isUnseenTold(of) ? { kind: 'undecided', reason: 'history-unknown' } : undefined;
}

function isUnseenTold({ facts: { holder, history, records }, policy }: Case): boolean {
  const from = before(holder.start, policy.consistencyWindow);
  const until = after(holder.start, policy.consistencyWindow);
  const isSeen = (id: AssociationId | undefined): boolean => history.spans.some((span) => span.id === id);
  return records.some(({ action, association, evidence }) => {
    if (isSeen(association) || history.absentSince === undefined) return false;
    if (evidence.at < history.absentSince) return false;
    return action === 'deleted' ? evidence.at >= from : evidence.at <= until;
  });
}

/** The past up to `changedAt` is not known. If CloudTrail can't tell it either, the operator's choice counts. */
function unknownPast(changedAt: Instant, { facts, policy, now }: Case): Binding {
  const isAsked = hasTold(facts.coverage, changedAt) || now >= after(changedAt, TRAIL_PATIENCE);
  if (policy.onUnknownHistory === 'report' || !isAsked)
    return { kind: 'undecided', reason: 'history-unknown' };
  const end = { notBefore: undefined, notAfter: changedAt };
  return stale('history-unknown', [{ grant: undefined, end }], end, policy);
}

function hasTold(coverage: Coverage | undefined, at: Instant): boolean {
  return coverage !== undefined && coverage.until >= at;
}

function stale(reason: Stale['reason'], ended: readonly Ended[], end: End, policy: Policy): Stale {
  const { consistencyWindow } = policy;
  const expiries = ended.map(({ grant, end: own }) =>
    after(after(own.notAfter, consistencyWindow), lifeOf(grant, policy)),
  );
  const bound = after(end.notAfter, consistencyWindow);
  return { kind: 'stale', reason, end, bound, expiresAt: latest(bound, ...expiries) };
}

/** How long credentials from this grant can be used; of a grant that nobody saw the longer time is believed. */
export function lifeOf(
  grant: Grant | undefined,
  { credentialLife }: Pick<Policy, 'credentialLife'>,
): Duration {
  if (grant?.targetRoleArn === undefined) return credentialLife;
  return milliseconds(Math.min(credentialLife, TARGET_ROLE_LIFE));
}
