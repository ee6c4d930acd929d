/** Leadership: which daemon acts, as the Lease tells it, and how a term of it ends. */

export type Leader = {
  /** Who holds the Lease, in its own words; undefined: nobody. */
  readonly holder: string | undefined;
  readonly isOurs: boolean;
};

/**
 * - `expired`: the Lease could not be renewed in time, or time went by unnoticed
 * - `taken`: the Lease shows another holder, or none
 * - `released`: given up, because the daemon stops
 */
export const LOSSES = ['expired', 'taken', 'released'] as const;

/** Why a term is over. */
export type Loss = {
  readonly kind: (typeof LOSSES)[number];
  /** For a person. Never a label, never compared. */
  readonly detail: string;
};
