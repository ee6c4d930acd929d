/** Invariants 1, 3 and 5: who is evicted is stale by what EKS has just shown, and the end was seen to last. */

import type { Holder } from '../../../../src/domain/holder.ts';
import type { Instant } from '../../../../src/domain/time.ts';
import { iso } from '../../../../src/domain/time.ts';
import type { EvictionOrder } from '../../../../src/ports/evictor.ts';
import { policy } from '../../../support/builders.ts';
import type { Check } from '../happenings.ts';
import type { Scene } from '../scene.ts';

const PROOF_LIFE = 10_000;

export function proofCheck(scene: Scene): Check {
  return ({ happening }) => {
    if (happening.kind !== 'eviction-asked') return [];
    const { order, sentAt } = happening;
    const complaint = complaintOf(scene, order, sentAt);
    return complaint === undefined ? [] : [`${nameOf(order.holder)} is evicted ${complaint}`];
  };
}

function complaintOf(scene: Scene, order: EvictionOrder, now: Instant): string | undefined {
  const { oracle, mind } = scene;
  const { holder, revocation } = order;
  const last = mind.sights(holder.identity).at(-1);
  if (last === undefined || last.generation !== mind.generation)
    return 'although this daemon has read nothing (invariant 1)';
  const complaint = complaintOfReading(last.sentAt, scene, revocation?.suspectedAt ?? 0, now);
  if (complaint !== undefined) return complaint;
  if (!oracle.isStaleBy(last, holder))
    return `although it is not stale (invariant 3)${because(scene, order)}`;
  if (oracle.hasSettled(last, holder)) return undefined;
  return `before the end has lasted for the settle time${isOfEarlierEnd(scene, order) ? OF_EARLIER_END : ''}`;
}

function complaintOfReading(
  sentAt: number,
  { story: { skew } }: Scene,
  suspectedAt: number,
  now: number,
): string | undefined {
  const age = now - sentAt;
  // A step back in between makes a reading look younger than it is.
  const most = PROOF_LIFE + skew * 2000;
  if (age < 0 || age >= most) return `on a reading that is ${age} ms old (invariant 1)`;
  return skew === 0 && sentAt < suspectedAt
    ? 'on a reading from before the suspicion (invariant 1)'
    : undefined;
}

/** What is known to lead to the eviction of one that is not stale. */
function because(scene: Scene, order: EvictionOrder): string {
  if (isOfEarlierEnd(scene, order)) return OF_EARLIER_END;
  if (isUnrecorded(scene, order)) return UNRECORDED;
  return scene.mind.isRecalledLate ? LATE_LEDGER : '';
}

/** No association was ever shown of the identity, and the daemon is not the first one. */
function isUnrecorded({ mind }: Scene, { holder }: EvictionOrder): boolean {
  return mind.generation > 1 && mind.sights(holder.identity).every(({ shown }) => shown === undefined);
}

export const UNRECORDED = ', of an identity of which nothing was recorded';
export const LATE_LEDGER = ', by a ledger that was read late';
export const OF_EARLIER_END = ', under the revocation of an earlier end';

/** The revocation has settled, but it is of another end than the one that makes this holder stale. */
function isOfEarlierEnd({ oracle, story }: Scene, { holder, revocation }: EvictionOrder): boolean {
  if (revocation === undefined) return false;
  const { confirmedAt = 0, settlingSince = 0, end } = revocation;
  const hasSettled = confirmedAt - settlingSince >= policy(story.settings.policy).settleTime;
  return hasSettled && (end?.notAfter ?? 0) < oracle.lastEnd(holder);
}

export function nameOf({ uid, identity, start }: Holder): string {
  return `${uid} of ${identity}, started ${iso(start)},`;
}
