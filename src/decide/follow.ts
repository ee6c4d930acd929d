/** Following: a past that was learnt later put after one that was learnt before. */

import { isSameGrant } from '../domain/grant.ts';
import type { End, History, Span } from '../domain/history.ts';
import { currentSpan } from '../domain/history.ts';
import type { Instant } from '../domain/time.ts';
import { latest } from '../domain/time.ts';
import { kept } from './learn.ts';

/**
 * Both keep their own times. What the earlier one saw in force, and the later one does not know, has ended in between: after
 * the earlier one saw it last, and no later than the later one knew better.
 */
export function follow(earlier: History, later: History): History {
  const [first] = later.spans;
  const current = currentSpan(earlier);
  const ended = earlier.spans.filter(({ end }) => end !== undefined);
  const between =
    current === undefined || continues(current, first) ? [] : [endedBefore(current, first, later)];
  const closed = [earlier.closedUntil, later.closedUntil].flatMap((at) => at ?? []);
  const [one, ...others] = closed;
  return kept({
    spans: [...ended, ...between, ...later.spans],
    absentSince: later.absentSince,
    completeFrom: earlier.completeFrom ?? later.completeFrom,
    ...(one !== undefined && { closedUntil: latest(one, ...others) }),
  });
}

/** The same association with the same grant, so far as both have read it. */
function continues(current: Span, first: Span | undefined): boolean {
  if (first === undefined || first.id !== current.id) return false;
  return current.grant === undefined || first.grant === undefined || isSameGrant(current.grant, first.grant);
}

function endedBefore(current: Span, first: Span | undefined, later: History): Span {
  const lastShown = current.readAt ?? current.seenAt;
  const known: Instant = first?.since ?? first?.seenAt ?? later.absentSince ?? lastShown;
  const end: End = { notBefore: lastShown, notAfter: latest(lastShown, known) };
  return { ...current, end };
}
