/** An association: the EKS record that carries a grant. Its id churns; the grant is what matters. */

import type { Grant } from './grant.ts';
import type { Identity } from './identity.ts';
import type { Instant } from './time.ts';
import { latest } from './time.ts';

declare const associationIdBrand: unique symbol;

/** `a-` and 17 characters, as EKS makes them. */
export type AssociationId = string & { readonly [associationIdBrand]: true };

export function associationId(text: string): AssociationId {
  return text as AssociationId;
}

/** What Describe tells. List tells the id and the identity only. */
export type Association = {
  readonly id: AssociationId;
  readonly arn: string;
  readonly identity: Identity;
  readonly grant: Grant;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
  /** The add-on that owns the association, where one does. */
  readonly ownerArn?: string;
};

/** Since when the association has carried the grant that it carries now. */
export function unchangedSince(association: Association): Instant {
  return latest(association.createdAt, association.modifiedAt);
}

/** What one identity is given at the moment of a reading. */
export type Standing =
  | { readonly kind: 'granted'; readonly association: Association }
  | { readonly kind: 'none' };

/** One full List: which ids each identity has. An identity that is not a key had none in that List. */
export type Listing = {
  readonly ids: ReadonlyMap<Identity, readonly AssociationId[]>;
  /** Entries that could not be understood (no identity or no id). They prove nothing about anybody. */
  readonly unreadable: number;
};
