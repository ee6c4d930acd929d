/** Evicts or deletes one pod, named by its uid, and says why it asks. */

import type { Holder } from '../../domain/holder.ts';
import type { Duration } from '../../domain/time.ts';
import { seconds } from '../../domain/time.ts';
import type { EvictionOrder, Evictor } from '../../ports/evictor.ts';
import { budgetsOf } from './budgets.ts';
import type { KubernetesClient } from './client.ts';
import { isManyBudgets, outcomeOf } from './eviction-answer.ts';

const TIMEOUT = seconds(10);

/** What the API takes for a grace period: a signed integer of 32 bits. */
const LONGEST_GRACE = 2 ** 31 - 1;

/**
 * `requestedBy` names the asking instance. It and the reason stand in the annotations of the Eviction, which
 * the API does not keep: they are for the audit log (level Request) and for admission. What stays with the pod
 * is the Event of the report. A deletion has no place for them.
 */
export function kubernetesEvictor(client: KubernetesClient, requestedBy: string): Evictor {
  return {
    evict: async (order, signal) => {
      const path = `${pathOf(order.holder)}/eviction`;
      const body = evictionOf(order, requestedBy);
      const reply = await client.request(
        {
          verb: 'create',
          resource: 'pods/eviction',
          method: 'POST',
          path,
          body,
          timeout: TIMEOUT,
        },
        signal,
      );
      const outcome = outcomeOf(reply, order.holder, 'evict');
      if (outcome.kind !== 'blocked' || reply.kind !== 'refused' || !isManyBudgets(reply)) return outcome;
      return { ...outcome, by: await budgetsOf(client, order.holder, signal) };
    },
    force: async (order, signal) => {
      const reply = await client.request(
        {
          verb: 'delete',
          resource: 'pods',
          method: 'DELETE',
          path: pathOf(order.holder),
          body: deleteOptions(order),
          timeout: TIMEOUT,
        },
        signal,
      );
      return outcomeOf(reply, order.holder, 'force');
    },
  };
}

function pathOf({ namespace, name }: Holder): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
}

function evictionOf(order: EvictionOrder, requestedBy: string): object {
  const { holder, reason, revocation } = order;
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
    deleteOptions: deleteOptions(order),
  };
}

function deleteOptions({ holder, grace }: EvictionOrder): object {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(grace !== undefined && { gracePeriodSeconds: wholeSeconds(grace) }),
    preconditions: { uid: holder.uid },
  };
}

/** Zero would remove the object at once, while the containers may still run. */
function wholeSeconds(grace: Duration): number {
  const whole = Math.floor(grace / 1000);
  return whole >= 1 ? Math.min(whole, LONGEST_GRACE) : 1;
}
