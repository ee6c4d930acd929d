/** The roster of an identity: all its pods, those that were given no token volume as well. */

import type { Holder } from './holder.ts';

/**
 * How a pod comes by AWS credentials of its service account:
 * - `pod-identity`: it has the token volume: it is a holder
 * - `irsa`: it was given a web identity token instead, for the role that the service account is annotated with
 * - `nothing`: neither; what asks for credentials in it falls to the node's role, or fails
 */
export const ACCESSES = ['pod-identity', 'irsa', 'nothing'] as const;
export type Access = (typeof ACCESSES)[number];

export type RosterPod = {
  /** The facts of a pod are those of a holder, whether it is one or not. */
  readonly pod: Holder;
  readonly access: Access;
  /** With IRSA: the role. */
  readonly roleArn: string | undefined;
  /** A static pod, of which the API server holds a mirror only: evicting the mirror stops nothing. */
  readonly isMirror: boolean;
  /** What tells the revisions of one owner apart; a ReplicaSet is a revision itself. */
  readonly revision: string | undefined;
};

/**
 * Why a missed pod (one without the token volume, although its identity has an association) is left as it is, or not:
 * - `reported`: the operator wants to be told only
 * - `exempt`: its namespace is protected, or it is the daemon's own
 * - `no-owner`: nothing would put another in its place
 * - `sibling-first`: another pod of the same owner was evicted for it, and its successor has not been seen yet
 * - `in-vain`: the successor of such a pod was given no token volume either
 * - `due`: it is evicted, so that its owner replaces it
 */
export const MISSED_REASONS = ['reported', 'exempt', 'no-owner', 'sibling-first', 'in-vain', 'due'] as const;
export type MissedReason = (typeof MISSED_REASONS)[number];

export type MissedPod = { readonly rostered: RosterPod; readonly reason: MissedReason };
