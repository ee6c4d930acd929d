/** Learning: how a reading changes what is known of an identity's grants. */

import type { Association, AssociationId, Standing } from '../domain/association.ts';
import { unchangedSince } from '../domain/association.ts';
import { isSameGrant } from '../domain/grant.ts';
import type { End, History, Span } from '../domain/history.ts';
import { currentSpan } from '../domain/history.ts';
import type { Instant } from '../domain/time.ts';
import { latest } from '../domain/time.ts';

/** Spans kept for one identity. When an older one is dropped, the history is complete from its end only. */
export const SPANS_KEPT = 20;

/** What List tells: an id, without its grant. It can open a span, never end one: absence in a List proves nothing. */
export function learnListed(history: History, id: AssociationId, at: Instant): History {
  const current = currentSpan(history);
  if (current !== undefined) {
    if (current.id !== id) return history;
    return withLast(history, { ...current, seenAt: latest(current.seenAt, at) });
  }
  // EKS never gives an id twice: one that is known to have ended comes from a stale List.
  if (history.spans.some((span) => span.id === id)) return history;
  const span: Span = { id, grant: undefined, since: undefined, seenAt: at, end: undefined };
  return kept({ ...history, spans: [...history.spans, span], absentSince: undefined });
}

/** What a direct reading of the identity tells. */
export function learnStanding(history: History, standing: Standing, at: Instant): History {
  switch (standing.kind) {
    case 'none':
      return learnNone(history, at);
    case 'granted':
      return learnGranted(history, standing.association, at);
  }
}

function learnNone(history: History, at: Instant): History {
  const current = currentSpan(history);
  return {
    spans: current === undefined ? history.spans : ended(history, current, endedBetween(current, at)),
    absentSince: history.absentSince ?? at,
    completeFrom: history.completeFrom ?? at,
  };
}

function learnGranted(history: History, association: Association, at: Instant): History {
  const since = unchangedSince(association);
  const current = currentSpan(history);
  const span: Span = { id: association.id, grant: association.grant, since, seenAt: at, end: undefined };
  const next = { absentSince: undefined, completeFrom: history.completeFrom ?? since };
  if (current === undefined) return kept({ ...next, spans: [...history.spans, span] });
  if (continues(current, association)) {
    const seenAt = latest(current.seenAt, at);
    return withLast({ ...history, ...next }, { ...span, since: current.since ?? since, seenAt });
  }
  return kept({ ...next, spans: [...ended(history, current, endedBetween(current, since)), span] });
}

/** The same association with the same grant, as far as the grant was ever read. */
function continues(current: Span, association: Association): boolean {
  if (current.id !== association.id) return false;
  return current.grant === undefined || isSameGrant(current.grant, association.grant);
}

/** Clocks differ: the end is never put before the last reading that showed the grant. */
function endedBetween(span: Span, notAfter: Instant): End {
  return { notBefore: span.seenAt, notAfter: latest(span.seenAt, notAfter) };
}

function ended(history: History, current: Span, end: End): readonly Span[] {
  return [...history.spans.slice(0, -1), { ...current, end }];
}

function withLast(history: History, span: Span): History {
  return { ...history, spans: [...history.spans.slice(0, -1), span], absentSince: undefined };
}

function kept(history: History): History {
  const dropped = history.spans.slice(0, -SPANS_KEPT).at(-1);
  if (dropped?.end === undefined) return history;
  return { ...history, spans: history.spans.slice(-SPANS_KEPT), completeFrom: dropped.end.notAfter };
}
