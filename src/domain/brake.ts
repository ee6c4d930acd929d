/** Brakes: conditions under which nobody is evicted. Where several are engaged, the first in this order is named. */

/**
 * - `cluster-unproven`: the configured EKS cluster is not proven to be the one that the pods are in
 * - `view-stale`: the pods or the associations are not known, or not as they are now
 * - `mass-end`: more identities than usual are without a grant, and CloudTrail has no record of who ended it
 * - `paused`: an operator has paused the daemon, or it can't be told whether one has
 * - `not-leader`: another replica acts
 */
export const BRAKES = ['cluster-unproven', 'view-stale', 'mass-end', 'paused', 'not-leader'] as const;
export type Brake = (typeof BRAKES)[number];

export type BrakeState = {
  readonly brake: Brake;
  readonly isEngaged: boolean;
  /** Why, for a person, with the way out; empty where it is not engaged. */
  readonly detail: string;
};
