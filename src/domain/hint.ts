/** A hint: anything that says "look at this identity now", with what its record says of who did what, and when. */

import type { AssociationId } from './association.ts';
import type { Grant } from './grant.ts';
import type { Identity } from './identity.ts';
import type { Instant } from './time.ts';

/** The channels by which CloudTrail records are heard. */
export const CHANNELS = ['queue', 'trail'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Who made the API call, as CloudTrail tells it. All of it is text from outside. */
export type Actor = {
  /** userIdentity.type: IAMUser, AssumedRole, AWSService, Root, ... */
  readonly type: string;
  readonly arn?: string;
  /** The AWS service that called on somebody's behalf. */
  readonly invokedBy?: string;
  readonly sourceIp?: string;
};

export const ACTIONS = ['created', 'updated', 'deleted'] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * What a CloudTrail record says. Whoever can write to the queue can forge one: evidence tells people who and
 * when, and tells the daemon where to look; it never stands in for a reading.
 */
export type Evidence = {
  /** Unique for each event; the same one may be heard by both channels. */
  readonly eventId: string;
  /** The name of the API call, such as DeletePodIdentityAssociation. */
  readonly eventName: string;
  /** When the call was made: whole seconds, cut off, by the clock of AWS. */
  readonly at: Instant;
  readonly heardAt: Instant;
  readonly channel: Channel;
  readonly actor: Actor;
};

export type AssociationHint = {
  readonly kind: 'association';
  readonly action: Action;
  /** At least one of the two is known: a record of Delete or Update may name the id only. */
  readonly identity: Identity | undefined;
  readonly association: AssociationId | undefined;
  /** The grant that ended (deleted) or that is in force now (created, updated), where the record carries it. */
  readonly grant: Grant | undefined;
  readonly evidence: Evidence;
};

/** A hint that no reading has answered yet. */
export type Look = {
  readonly hint: AssociationHint;
  /** How often it was looked for in vain. */
  readonly tries: number;
  readonly nextAt: Instant;
  /** Then it is given up: the polls go on. */
  readonly until: Instant;
};

export type Hint =
  | AssociationHint
  /** Something happened that may have changed any association: an add-on, or the whole cluster. */
  | { readonly kind: 'sweep'; readonly evidence: Evidence };

/**
 * Why a record is no hint:
 * - `malformed`: not JSON, or not of the shape that it claims
 * - `not-an-envelope`: JSON, but no EventBridge event that carries a CloudTrail record
 * - `foreign`: another account, Region or cluster
 * - `failed-call`: the API call was refused, so nothing changed
 * - `uninteresting`: a call that changes no association
 * - `duplicate`: the event was heard before
 */
export const REFUSALS = [
  'malformed',
  'not-an-envelope',
  'foreign',
  'failed-call',
  'uninteresting',
  'duplicate',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/**
 * What became of a hint:
 * - `taken`: the identity is looked at as soon as its turn comes
 * - `answered`: what was read after the event already answers it
 * - `repeated`: it was going to be looked at anyway
 * - `deferred`: too many hints at once; the next sweep looks for all of them together
 * - `unknown-identity`: nobody has such an identity: nothing to look at
 * - `sweep`: a sweep was asked for
 */
export const HINT_RESULTS = [
  'taken',
  'answered',
  'repeated',
  'deferred',
  'unknown-identity',
  'sweep',
] as const;
export type HintResult = (typeof HINT_RESULTS)[number];
