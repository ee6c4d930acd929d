/** What the controller asks of the cluster's pods: a live view of the holders. */

import type { Holder, PodUid, UnreadablePod } from '../domain/holder.ts';
import type { Identity } from '../domain/identity.ts';
import type { Instant } from '../domain/time.ts';

export type Freshness =
  /** Nothing may be concluded from a holder's absence. */
  | { readonly kind: 'unsynced'; readonly why: string }
  /** The view was complete at some moment, and the server was last heard from at `asOf`. */
  | { readonly kind: 'synced'; readonly asOf: Instant };

export type PodsListener = {
  /** A holder of the identity appeared, changed in a fact that is kept, or went. May repeat, may be late. */
  readonly changed: (identity: Identity) => void;
  /** A pod with the token volume that lacks a fact needed to judge it. Told once per pod and reason. */
  readonly unreadable: (pod: UnreadablePod) => void;
};

export interface Pods {
  /** Ordered by uid. Before the first sync: what has been seen so far. */
  holdersOf(identity: Identity): readonly Holder[];

  /** The holder with this uid, as it was last seen; undefined once it is gone. */
  holder(uid: PodUid): Holder | undefined;

  /** How many holders there are, without looking at each. */
  count(): number;

  /** Identities that have at least one holder. */
  identities(): Iterable<Identity>;

  unreadable(): readonly UnreadablePod[];

  freshness(): Freshness;

  /**
   * Keeps the view until `signal` is aborted, and then is fulfilled. Connection loss, expired resource
   * versions, refusals and silence are mended inside, for ever. The listener must not throw.
   */
  run(listener: PodsListener, signal: AbortSignal): Promise<void>;
}
