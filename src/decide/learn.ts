/** Learning: how a reading changes what is known of an identity's grants. */

import type { Association, AssociationId, Standing } from '../domain/association.ts';
import { unchangedSince } from '../domain/association.ts';
import { isSameGrant } from '../domain/grant.ts';
import type { End, History, Span } from '../domain/history.ts';
import { currentSpan, isEnded } from '../domain/history.ts';
import type { Instant } from '../domain/time.ts';
import { between, latest, minutes, seconds } from '../domain/time.ts';

/** Spans kept for one identity. When an older one is dropped, the history is complete from its end only. */
export const SPANS_KEPT = 20;

/**
 * How long the daemon may look away without missing an association that came and went. What happened in a
 * longer gap, such as while it was down, is not known.
 */
export const LONGEST_GLANCE_AWAY = minutes(5);

/** createdAt and modifiedAt of an association that was never modified may differ by a moment. */
const SAME_MOMENT = seconds(1);

/** What List tells: an id, without its grant. It can open a span, never end one: absence in a List proves nothing. */
export function learnListed(history: History, id: AssociationId, at: Instant): History {
  const current = currentSpan(history);
  if (current !== undefined) {
    if (current.id !== id) return history;
    return withLast(history, { ...current, seenAt: latest(current.seenAt, at) });
  }
  // EKS never gives an id twice: one that is known to have ended comes from a stale List.
  if (history.spans.some((span) => span.id === id)) return history;
  const span: Span = {
    id,
    grant: undefined,
    since: undefined,
    seenAt: at,
    readAt: undefined,
    end: undefined,
  };
  return kept({ ...history, spans: [...history.spans, span], absentSince: undefined });
}

/** What a direct reading of the identity tells. */
export function learnStanding(history: History, standing: Standing, at: Instant): History {
  switch (standing.kind) {
    case 'none':
      return learnNone(history, at);
    case 'granted':
      return isOutdated(history, standing) ? history : learnGranted(history, standing.association, at);
  }
}

/** The reading shows a state that is known to be over: it comes from a replica that is behind. */
export function isOutdated(history: History, standing: Standing): boolean {
  const current = currentSpan(history);
  if (standing.kind === 'none' || current?.since === undefined) return false;
  return unchangedSince(standing.association) < current.since;
}

function learnNone(history: History, at: Instant): History {
  const current = currentSpan(history);
  return {
    ...history,
    spans:
      current === undefined
        ? history.spans
        : ended(history, current, { ...endedBetween(current.seenAt, at), seenAt: at }),
    absentSince: history.absentSince ?? at,
    completeFrom: history.completeFrom ?? at,
  };
}

function learnGranted(history: History, association: Association, at: Instant): History {
  const since = unchangedSince(association);
  const current = currentSpan(history);
  const { id, grant } = association;
  const span: Span = { id, grant, since, seenAt: at, readAt: at, end: undefined };
  const next = { ...history, absentSince: undefined, completeFrom: history.completeFrom ?? since };
  const before = neverRead(history, association);
  if (current === undefined) return kept({ ...next, spans: [...history.spans, ...before, span] });
  if (continues(current, association)) {
    const seenAt = latest(current.seenAt, at);
    const readAt = latest(current.readAt ?? at, at);
    const past = current.grant === undefined ? before : [];
    return kept({ ...next, spans: [...history.spans.slice(0, -1), ...past, { ...span, seenAt, readAt }] });
  }
  const lastShown = id === current.id ? (current.readAt ?? current.seenAt) : current.seenAt;
  const past = [
    ...ended(history, current, {
      ...endedBetween(lastShown, id === current.id ? since : association.createdAt),
      seenAt: at,
    }),
    ...unseen(current, lastShown, association),
    ...(id === current.id ? [] : before),
  ];
  return kept({ ...next, spans: [...past, span] });
}

/** The grants that an association carried before its last modification, where it was not read until then. */
function neverRead({ completeFrom }: History, association: Association): readonly Span[] {
  const { id, createdAt } = association;
  const until = unchangedSince(association);
  const isCovered = completeFrom === undefined || completeFrom >= until;
  if (isCovered || between(createdAt, until) <= SAME_MOMENT) return [];
  const end = { notBefore: createdAt, notAfter: until };
  return [{ id, grant: undefined, since: createdAt, seenAt: createdAt, readAt: undefined, end }];
}

/** The same association, untouched since it was read, or read for the first time. */
function continues(current: Span, association: Association): boolean {
  if (current.id !== association.id) return false;
  return current.grant === undefined || current.since === unchangedSince(association);
}

/**
 * A span of a grant that nobody saw, where there can have been one: the association was modified more than once,
 * or another one came and went, while nobody looked. A known end of another grant makes holders stale anyway;
 * where the grant before and the grant after are the same, this is what keeps them from being taken for such.
 */
function unseen(current: Span, from: Instant, association: Association): readonly Span[] {
  const until = unchangedSince(association);
  if (current.grant === undefined || !isSameGrant(current.grant, association.grant)) return [];
  if (between(from, until) <= LONGEST_GLANCE_AWAY) return [];
  const end = { notBefore: from, notAfter: until };
  return [{ id: current.id, grant: undefined, since: from, seenAt: from, readAt: undefined, end }];
}

/** Clocks differ: the end is never put before the last reading that showed the grant. */
function endedBetween(lastShown: Instant, notAfter: Instant): End {
  return { notBefore: lastShown, notAfter: latest(lastShown, notAfter) };
}

function ended(history: History, current: Span, end: End): readonly Span[] {
  return [...history.spans.slice(0, -1), { ...current, end }];
}

function withLast(history: History, span: Span): History {
  return { ...history, spans: [...history.spans.slice(0, -1), span], absentSince: undefined };
}

/** At most SPANS_KEPT of them; the history is complete from where the last one that was dropped ended. */
export function kept(history: History): History {
  const spans = history.spans.length > SPANS_KEPT ? compacted(history.spans) : history.spans;
  const dropped = spans.slice(0, -SPANS_KEPT).at(-1);
  if (dropped?.end === undefined) return { ...history, spans };
  return { ...history, spans: spans.slice(-SPANS_KEPT), completeFrom: dropped.end.notAfter };
}

/**
 * Without what ended before `time`, when all credentials from it have expired. The last span stays: where there is no
 * grant it tells since when.
 */
export function forgetEnded(history: History, time: Instant): History {
  const old = history.spans
    .slice(0, -1)
    .filter(isEnded)
    .filter(({ end }) => end.notAfter < time);
  const [first, ...others] = old.map(({ end }) => end.notAfter);
  if (first === undefined) return history;
  const dropped = new Set<Span>(old);
  const spans = history.spans.filter((span) => !dropped.has(span));
  const { completeFrom } = history;
  if (completeFrom === undefined) return { ...history, spans };
  return { ...history, spans, completeFrom: latest(completeFrom, first, ...others) };
}

/**
 * Without the ended spans that a later one of the same grant, or of no known grant either, makes superfluous: whoever
 * may have been given the earlier one may have been given the later one. So updates without a change, however many,
 * push nothing out.
 */
function compacted(spans: readonly Span[]): readonly Span[] {
  return spans.filter((span, index) => {
    return span.end === undefined || !spans.slice(index + 1).some((later) => covers(later, span));
  });
}

function covers(later: Span, { grant }: Span): boolean {
  if (grant === undefined || later.grant === undefined)
    return grant === later.grant && later.end !== undefined;
  return isSameGrant(later.grant, grant);
}
