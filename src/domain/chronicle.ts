/** The chronicle: what CloudTrail itself, asked directly, tells of the changes of associations. */

import type { AssociationHint } from './hint.ts';
import type { Instant } from './time.ts';

/** The time of which CloudTrail has told every change. Outside of it single changes may be known, and others not. */
export type Coverage = { readonly from: Instant; readonly until: Instant };

/**
 * The records of one answer. They come from CloudTrail's own API and not from a queue that others can write to, so
 * that they count as knowledge of the past. Records take minutes to appear: `until` lies well before the asking.
 */
export type Chronicle = {
  /** Undefined where the answer was not whole. */
  readonly coverage: Coverage | undefined;
  /** Oldest first. Those that were told before may be left out. */
  readonly records: readonly AssociationHint[];
  /**
   * Of these moments it is not known what changed: a record that can't be understood, or one of an add-on, with which
   * associations come and go without records of their own.
   */
  readonly breaks: readonly Instant[];
};

/** What the chronicle tells of one identity. */
export type Told = {
  readonly coverage: Coverage | undefined;
  readonly records: readonly AssociationHint[];
};

export const NOTHING_TOLD: Told = { coverage: undefined, records: [] };
