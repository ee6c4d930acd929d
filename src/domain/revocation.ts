/** A revocation: a grant that ended for an identity, how we know, and how far its containment has come. */

import type { AssociationId } from './association.ts';
import type { Grant } from './grant.ts';
import type { Evidence } from './hint.ts';
import type { End } from './history.ts';
import type { Identity } from './identity.ts';
import type { Instant } from './time.ts';

/** `deleted`: no association now; `superseded`: another grant now. A later reading may turn one into the other. */
export const CAUSES = ['deleted', 'superseded'] as const;
export type Cause = (typeof CAUSES)[number];

/**
 * suspected → settling → confirmed → contained or expired, and from any open stage to refuted.
 *
 * - `suspected`: something says that the grant ended; no confirmation has been had yet
 * - `settling`: a confirmation agrees; the settle time runs
 * - `confirmed`: a confirmation after the settle time agreed too; stale holders are being evicted
 * - `contained`: no stale holder is left, and no late one can appear
 * - `expired`: the same, but at least one holder was not evicted in time: what it held has expired by itself
 * - `refuted`: a confirmation showed the grant in force, or one that can't be told from it
 */
export const STAGES = ['suspected', 'settling', 'confirmed', 'contained', 'expired', 'refuted'] as const;
export type Stage = (typeof STAGES)[number];

/** How the daemon came to look: the closed list of sources. */
export const SOURCES = ['list', 'describe', 'pods', 'queue', 'trail'] as const;
export type Source = (typeof SOURCES)[number];

export type Revocation = {
  readonly identity: Identity;
  readonly cause: Cause;
  readonly stage: Stage;
  /** What ended, where it was ever read. */
  readonly association: AssociationId | undefined;
  readonly grant: Grant | undefined;
  /** What ended is not known, and the operator wants holders of an unknown past evicted. */
  readonly isPresumed: boolean;
  /** Undefined where this daemon never saw the grant in force. */
  readonly end: End | undefined;
  readonly source: Source;
  /** The CloudTrail record that says who ended it and when, once one was heard that fits what was read. */
  readonly evidence: Evidence | undefined;
  readonly suspectedAt: Instant;
  readonly settlingSince: Instant | undefined;
  readonly confirmedAt: Instant | undefined;
  /** When the last stale holder was seen to be gone; undefined while there is one. */
  readonly clearSince: Instant | undefined;
  readonly closedAt: Instant | undefined;
  /** The most stale holders that it had at one time. */
  readonly found: number;
  /** Holders whose eviction the API accepted for this revocation. */
  readonly evicted: number;
};

export function isOpen({ stage }: Revocation): boolean {
  return stage === 'suspected' || stage === 'settling' || stage === 'confirmed';
}

/**
 * From which instant the time of a revocation is counted: the API call that ended it, where its record was heard;
 * else the last reading that showed the grant, so that figures rather complain than flatter. Undefined where
 * neither is known.
 */
export function countedFrom(revocation: Revocation): Instant | undefined {
  return revocation.evidence?.at ?? revocation.end?.notBefore;
}
