/** Evicts one pod, named by its uid, and says why it asks. */

import type { Outcome } from '../../domain/outcome.ts';
import { seconds } from '../../domain/time.ts';
import type { EvictionOrder, Evictor } from '../../ports/evictor.ts';
import type { KubernetesClient } from './client.ts';
import { outcomeOf } from './eviction-answer.ts';

const TIMEOUT = seconds(10);

/**
 * `requestedBy` names the asking instance. It and the reason stand in the annotations of the Eviction, which
 * the API does not keep: they are for the audit log (level Request) and for admission. What stays with the pod
 * is the Event of the report.
 */
export function kubernetesEvictor(client: KubernetesClient, requestedBy: string): Evictor {
  return {
    evict: async (order: EvictionOrder, signal: AbortSignal): Promise<Outcome> => {
      const { holder } = order;
      const reply = await client.request(
        {
          verb: 'create',
          resource: 'pods/eviction',
          method: 'POST',
          path: `/api/v1/namespaces/${encodeURIComponent(holder.namespace)}/pods/${encodeURIComponent(holder.name)}/eviction`,
          body: evictionOf(order, requestedBy),
          timeout: TIMEOUT,
        },
        signal,
      );
      return outcomeOf(reply, holder);
    },
  };
}

function evictionOf({ holder, reason, revocation }: EvictionOrder, requestedBy: string): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: {
      name: holder.name,
      namespace: holder.namespace,
      annotations: {
        'pod-identity-revoker.io/reason': reason,
        'pod-identity-revoker.io/identity': holder.identity,
        ...(revocation !== undefined && { 'pod-identity-revoker.io/cause': revocation.cause }),
        'pod-identity-revoker.io/requested-by': requestedBy,
      },
    },
    deleteOptions: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: holder.uid } },
  };
}
