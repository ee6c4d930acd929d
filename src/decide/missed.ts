/**
 * Missed pods: an identity has an association in force, and a pod of it was given no token volume, because it started
 * before the association, or within the moments in which the webhook did not know of it, or the webhook failed. A pod
 * never gets a volume later, so that only its replacement can have one.
 */

import type { Holder, PodUid } from '../domain/holder.ts';
import type { Policy } from '../domain/policy.ts';
import type { MissedPod, MissedReason, RosterPod } from '../domain/roster.ts';
import type { Instant } from '../domain/time.ts';
import { after, before, minutes, seconds } from '../domain/time.ts';
import { ownOf } from './own.ts';

/**
 * One pod of an owner's revision was evicted for being missed. Until its successor is seen to have the volume no other
 * one is: whatever keeps the volume away, no pod is evicted for it more than once in vain.
 */
export type Healing = { readonly evicted: PodUid; readonly at: Instant; readonly stage: Stage };

type Stage = 'under-way' | 'healed' | 'in-vain';

/** An owner that puts no successor in its place for so long is left alone. */
const SUCCESSOR_WITHIN = minutes(10);

/** creationTimestamp is cut to whole seconds. */
const START_RESOLUTION = seconds(1);

/** The owner and its revision; undefined for a pod that nothing would replace. */
export function healingKey({ pod: { owner }, revision }: RosterPod): string | undefined {
  return owner === undefined ? undefined : `${owner.uid} ${revision ?? ''}`;
}

/** The missed pods of an identity that has an association in force, the longest-running first. */
export function missedPods(
  roster: readonly RosterPod[],
  healings: ReadonlyMap<string, Healing>,
  policy: Policy,
): readonly MissedPod[] {
  const due = new Set<string>();
  return roster
    .filter(isMissed)
    .toSorted((one, other) => one.pod.start - other.pod.start || (one.pod.uid < other.pod.uid ? -1 : 1))
    .map((rostered) => {
      const reason = reasonOf(rostered, healings, policy);
      const key = healingKey(rostered);
      if (reason !== 'due' || key === undefined) return { rostered, reason };
      if (due.has(key)) return { rostered, reason: 'sibling-first' };
      due.add(key);
      return { rostered, reason };
    });
}

function isMissed({ pod, access, isMirror }: RosterPod): boolean {
  return access !== 'pod-identity' && !isMirror && !pod.finished && pod.terminating === undefined;
}

function reasonOf(rostered: RosterPod, healings: ReadonlyMap<string, Healing>, policy: Policy): MissedReason {
  if (isExempt(rostered.pod, policy)) return 'exempt';
  if (policy.onMissed === 'report') return 'reported';
  const key = healingKey(rostered);
  if (key === undefined) return 'no-owner';
  switch (healings.get(key)?.stage) {
    case 'under-way':
      return 'sibling-first';
    case 'in-vain':
      return 'in-vain';
    case 'healed':
    case undefined:
      return 'due';
  }
}

function isExempt(pod: Holder, policy: Policy): boolean {
  return policy.protectedNamespaces.has(pod.namespace) || ownOf(pod, policy) !== undefined;
}

/** What has become of an eviction, by the pods that there are now. */
export function followHealing(
  healing: Healing,
  key: string,
  roster: readonly RosterPod[],
  now: Instant,
): Healing {
  if (healing.stage !== 'under-way') return healing;
  const successors = roster.filter((each) => healingKey(each) === key && isSuccessor(each, healing));
  if (successors.some(({ access }) => access === 'pod-identity')) return { ...healing, stage: 'healed' };
  const isOverdue = now >= after(healing.at, SUCCESSOR_WITHIN);
  return successors.length > 0 || isOverdue ? { ...healing, stage: 'in-vain' } : healing;
}

function isSuccessor({ pod }: RosterPod, { evicted, at }: Pick<Healing, 'evicted' | 'at'>): boolean {
  return pod.uid !== evicted && pod.start >= before(at, START_RESOLUTION);
}

/** A holder that was evicted for a revocation, whose replacement is to be reported on. */
export type Displaced = { readonly holder: Holder; readonly at: Instant };

export type Succession = { readonly displaced: Displaced; readonly successor: RosterPod | undefined };

/**
 * Who has taken whose place: for each owner its displaced holders and its new pods, in their order. Nobody is said to have
 * no successor before its owner had its time.
 */
export function successions(
  displaced: readonly Displaced[],
  roster: readonly RosterPod[],
  now: Instant,
): readonly Succession[] {
  const taken = new Set<PodUid>(displaced.map(({ holder }) => holder.uid));
  return displaced.flatMap((each): readonly Succession[] => {
    const successor = roster.find(
      (candidate) =>
        !taken.has(candidate.pod.uid) &&
        candidate.pod.owner?.uid === each.holder.owner?.uid &&
        isSuccessor(candidate, { evicted: each.holder.uid, at: each.at }),
    );
    if (successor !== undefined) taken.add(successor.pod.uid);
    const isOver = successor !== undefined || now >= after(each.at, SUCCESSOR_WITHIN);
    return isOver ? [{ displaced: each, successor }] : [];
  });
}
