/** The way of one deletion: from its message being visible over the confirmation to the eviction, in milliseconds. */

import type { Tenant } from '../cluster.ts';
import type { Stage } from '../stage.ts';

export type Way = {
  readonly total: number;
  /** Until the confirmation is asked for, and from then on. */
  readonly heard: number;
  readonly confirmed: number;
};

/** A confirmation begins when the first of its two requests, List and Describe, arrives; they are sent side by side. */
export function wayOf({ serviceAccount, associationId, uid }: Tenant, { cluster, course }: Stage): Way {
  const visible = course.visibleAt.get(associationId) ?? Number.NaN;
  const evicted = course.evictedAt().get(uid) ?? Number.NaN;
  const asked =
    cluster.simulator.eks.requests.find(
      ({ operation, params, at }) =>
        operation !== 'DeletePodIdentityAssociation' &&
        at >= visible &&
        (params['serviceAccount'] === serviceAccount || params['associationId'] === associationId),
    )?.at ?? Number.NaN;
  return { total: evicted - visible, heard: asked - visible, confirmed: evicted - asked };
}
