/** A holder: a pod that can obtain its identity's credentials. */

import type { Identity } from './identity.ts';
import type { Duration, Instant } from './time.ts';

declare const podUidBrand: unique symbol;

/** A pod's uid: the only name for a pod that is never used twice. */
export type PodUid = string & { readonly [podUidBrand]: true };

export function podUid(text: string): PodUid {
  return text as PodUid;
}

/** The audience of the projected service account token by which a holder is known. */
export const POD_IDENTITY_AUDIENCE = 'pods.eks.amazonaws.com';

export type Owner = { readonly kind: string; readonly name: string; readonly uid: string };

/** The facts about a holder that decisions and reports use, and no others. */
export type Holder = {
  readonly uid: PodUid;
  readonly namespace: string;
  readonly name: string;
  readonly identity: Identity;
  /** creationTimestamp: whole seconds, cut off, by the API server's clock. */
  readonly start: Instant;
  /** Set once the pod has a deletionTimestamp: when it is due to be gone. */
  readonly terminating?: Instant;
  /** How long it asks to be given to end, where that is not the usual 30 s. */
  readonly grace?: Duration;
  /** What must be taken away before its object can go, where there is any. */
  readonly finalizers?: readonly string[];
  /** A static pod, of which the API server holds a mirror only: evicting the mirror stops nothing. */
  readonly isMirror?: true;
  /** Phase Succeeded or Failed: its containers have ended and can't use or renew anything. */
  readonly finished: boolean;
  readonly node?: string;
  /** The controlling owner; a bare pod has none and nothing recreates it. */
  readonly owner?: Owner;
  /** The labels that the operator asked to see in reports (REVOKER_POD_LABELS). */
  readonly labels: Readonly<Record<string, string>>;
};

/** A pod that carries the token volume, but lacks a fact without which it can't be judged. */
export type UnreadablePod = {
  readonly uid?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly why: string;
};
