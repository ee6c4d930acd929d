/** What is known of an identity's grants over time: the spans in which each was in force. */

import type { AssociationId } from './association.ts';
import type { Grant } from './grant.ts';
import type { Instant } from './time.ts';

/**
 * When a grant ended: after `notBefore` (the last reading that showed it; undefined where none did) and no
 * later than `notAfter` (the first reading that did not).
 */
export type End = {
  readonly notBefore: Instant | undefined;
  readonly notAfter: Instant;
  /** When the reading that first showed it was taken: the change itself may be older. */
  readonly seenAt?: Instant;
};

export type Span = {
  readonly id: AssociationId;
  /** Undefined while only List has shown the association: List tells no grant. */
  readonly grant: Grant | undefined;
  /** Since when the grant has been in force unchanged; undefined where it is not known. */
  readonly since: Instant | undefined;
  /** The last reading that showed the association, List included, which tells no grant. */
  readonly seenAt: Instant;
  /** The last reading that showed this grant in force; undefined while it was not read. */
  readonly readAt: Instant | undefined;
  readonly end: End | undefined;
  /** Known from a record of CloudTrail alone: no reading has shown it. */
  readonly recorded?: true;
};

export type EndedSpan = Span & { readonly end: End };

export function isEnded(span: Span): span is EndedSpan {
  return span.end !== undefined;
}

export type History = {
  /** Oldest first; at most the last one has no end. */
  readonly spans: readonly Span[];
  /** The first confirmed reading without an association since the last one with; undefined while granted. */
  readonly absentSince: Instant | undefined;
  /** From here on the spans and the gaps between them are complete; undefined where nothing is. */
  readonly completeFrom: Instant | undefined;
  /** Ends up to this one have been followed until they were contained, or had expired. */
  readonly closedUntil?: Instant;
};

/** A time in which no List was read: associations may have come and gone. */
export type Gap = { readonly from: Instant; readonly until: Instant };

export const NO_HISTORY: History = { spans: [], absentSince: undefined, completeFrom: undefined };

/** The span in force now, as far as is known. */
export function currentSpan(history: History): Span | undefined {
  const last = history.spans.at(-1);
  return last?.end === undefined ? last : undefined;
}

/** The last association that this identity is known to have had, in force or ended. */
export function lastSpan(history: History): Span | undefined {
  return history.spans.at(-1);
}
