/** Judgement: what is to happen to one holder, and why. The decision table of docs/verdicts.md, in its order. */

import type { Association, AssociationId, Standing } from '../domain/association.ts';
import { unchangedSince } from '../domain/association.ts';
import { isSameGrant } from '../domain/grant.ts';
import type { AssociationHint } from '../domain/hint.ts';
import type { End, Gap, History, Span } from '../domain/history.ts';
import { lastSpan } from '../domain/history.ts';
import type { Holder } from '../domain/holder.ts';
import type { Attempt } from '../domain/outcome.ts';
import type { Policy } from '../domain/policy.ts';
import type { Reading } from '../domain/reading.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { after, before, minutes, seconds } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';

/** creationTimestamp is cut to whole seconds, so a pod may have started up to this much later than it says. */
export const START_RESOLUTION = seconds(1);

/**
 * How long an accepted eviction is believed while the view does not show the pod terminating. Later the view
 * is right and the eviction was not carried out: it is asked for again.
 */
export const ACCEPTED_FOR = minutes(2);

export type HolderFacts = {
  readonly holder: Holder;
  readonly standing: Reading<Standing>;
  readonly history: History;
  readonly revocation: Revocation | undefined;
  readonly attempt: Attempt | undefined;
  readonly records: readonly AssociationHint[];
  readonly gaps: readonly Gap[];
};

/** The verdict on one holder. Pure: the same facts, policy and instant give the same verdict. */
export function judge(facts: HolderFacts, policy: Policy, now: Instant): Verdict {
  const { holder, standing } = facts;
  if (holder.finished) return { kind: 'keep', reason: 'finished' };
  if (standing.kind === 'unknown') return { kind: 'undecided', reason: 'reading-unknown' };
  const found =
    standing.value.kind === 'granted'
      ? comparedWith(standing.value.association, facts, policy)
      : withoutGrant(facts, policy);
  return found.kind === 'stale' ? judgeStale(facts, found, policy, now) : found;
}

/** The holder's binding has a grant that is not in force. */
type Stale = {
  readonly kind: 'stale';
  readonly reason: 'deleted' | 'superseded';
  /** The latest end of such a grant; undefined where it was never seen in force. */
  readonly end: End | undefined;
  /** A holder that started before this instant may have been given it. */
  readonly bound: Instant;
};

/** A grant is in force: is it the only one that the holder can have been given? */
function comparedWith(
  association: Association,
  { holder, history, gaps, revocation }: HolderFacts,
  policy: Policy,
): Stale | Verdict {
  const from = before(holder.start, policy.consistencyWindow);
  if (unchangedSince(association) <= from) return { kind: 'keep', reason: 'current' };
  const earlier = history.spans.filter(({ end }) => end !== undefined && end.notAfter > from);
  const other = [...followedEnd(revocation, from), ...earlier].findLast(
    ({ grant }) => grant !== undefined && !isSameGrant(grant, association.grant),
  );
  if (other?.end !== undefined) {
    const bound = after(other.end.notAfter, policy.consistencyWindow);
    return { kind: 'stale', reason: 'superseded', end: other.end, bound };
  }
  const isBlind = gaps.some((gap) => gap.from < unchangedSince(association) && from < gap.until);
  const isComplete = history.completeFrom !== undefined && history.completeFrom <= from && !isBlind;
  if (!isComplete || earlier.some(({ grant }) => grant === undefined)) {
    return { kind: 'undecided', reason: 'history-unknown' };
  }
  return { kind: 'keep', reason: earlier.length === 0 ? 'current' : 'same-grant' };
}

/** What an open revocation is about stays an end, also when the history has grown so long that it has forgotten it. */
function followedEnd(
  revocation: Revocation | undefined,
  from: Instant,
): readonly Pick<Span, 'grant' | 'end'>[] {
  if (revocation?.end === undefined || !isOpen(revocation) || revocation.end.notAfter <= from) return [];
  return [{ grant: revocation.grant, end: revocation.end }];
}

/**
 * No grant is in force. A holder that started before the end of the last one and the window may have been given
 * it. Where the end was never seen, that is when the absence was first seen, with no window: else the successors
 * of pods whose template spells the token volume out by hand, started a settle time later, would be taken for
 * stale as well.
 */
function withoutGrant(facts: HolderFacts, policy: Policy): Stale | Verdict {
  const { holder, history } = facts;
  const end = lastSpan(history)?.end;
  const bound = end === undefined ? history.absentSince : after(end.notAfter, policy.consistencyWindow);
  if (bound === undefined) return { kind: 'undecided', reason: 'reading-unknown' };
  if (holder.start < bound) return { kind: 'stale', reason: 'deleted', end, bound };
  if (mayHaveBeenMissed(facts, policy)) return { kind: 'undecided', reason: 'history-unknown' };
  return { kind: 'keep', reason: 'no-grant-since-start' };
}

/**
 * An association that nobody saw may have been in force when the holder started: it started while no List was
 * read, or a record tells of an association that no List has shown. That is no reason to evict; whoever forges
 * such a record gains that the pod is looked at by a person.
 */
function mayHaveBeenMissed({ holder, history, records, gaps }: HolderFacts, policy: Policy): boolean {
  const from = before(holder.start, policy.consistencyWindow);
  if (gaps.some((gap) => gap.from < holder.start && from < gap.until)) return true;
  const until = after(holder.start, policy.consistencyWindow);
  const isSeen = (id: AssociationId | undefined): boolean => history.spans.some((span) => span.id === id);
  return records.some(({ action, association, evidence }) => {
    if (isSeen(association) || history.absentSince === undefined) return false;
    if (evidence.at < history.absentSince) return false;
    return action === 'deleted' ? evidence.at >= from : evidence.at <= until;
  });
}

/** The holder is stale: it goes, unless it must not be touched, is going already, or its time has not come. */
function judgeStale(facts: HolderFacts, stale: Stale, policy: Policy, now: Instant): Verdict {
  return (
    exempted(facts.holder, policy) ??
    leaving(facts, now) ??
    settling(facts.revocation, policy) ??
    insideWindow(facts.holder, stale, now) ??
    backingOff(facts.attempt, now) ?? { kind: 'evict', reason: stale.reason }
  );
}

function exempted(holder: Holder, policy: Policy): Verdict | undefined {
  const own = policy.ownPod;
  if (own !== undefined && own.namespace === holder.namespace && own.name === holder.name) {
    return { kind: 'exempt', reason: 'own-pod' };
  }
  if (policy.protectedNamespaces.has(holder.namespace)) {
    return { kind: 'exempt', reason: 'protected-namespace' };
  }
  return undefined;
}

function leaving({ holder, attempt }: HolderFacts, now: Instant): Verdict | undefined {
  if (holder.terminating !== undefined) return { kind: 'wait', reason: 'terminating', until: undefined };
  if (attempt?.kind !== 'accepted') return undefined;
  const believedUntil = after(attempt.at, ACCEPTED_FOR);
  return now < believedUntil ? { kind: 'wait', reason: 'terminating', until: believedUntil } : undefined;
}

/** The stage `confirmed` is the proof that the settle time has passed: see advance.ts. */
function settling(revocation: Revocation | undefined, policy: Policy): Verdict | undefined {
  if (revocation?.stage === 'confirmed') return undefined;
  const since = revocation?.settlingSince;
  const until = since === undefined ? undefined : after(since, policy.settleTime);
  return { kind: 'wait', reason: 'settling', until };
}

/**
 * A holder that did not certainly start before the end is evicted only when the window has closed and no
 * successor can be taken for one more of its kind: that is what keeps the daemon from evicting in a circle.
 */
function insideWindow(holder: Holder, { end, bound }: Stale, now: Instant): Verdict | undefined {
  if (end !== undefined && after(holder.start, START_RESOLUTION) <= end.notAfter) return undefined;
  const until = after(bound, START_RESOLUTION);
  return now < until ? { kind: 'wait', reason: 'window-open', until } : undefined;
}

function backingOff(attempt: Attempt | undefined, now: Instant): Verdict | undefined {
  if (attempt?.kind !== 'refused' || now >= attempt.notBefore) return undefined;
  return { kind: 'wait', reason: 'backing-off', until: attempt.notBefore };
}
