/** Reads and writes one Lease, each request once and within its own limit of time. */

import type { Unknown } from '../../domain/reading.ts';
import { unknown } from '../../domain/reading.ts';
import type { Duration, Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ApiRequest, KubernetesClient, NoAnswer, Success } from './client.ts';
import type { LeasePlace, LeaseRecord } from './lease-record.ts';
import { readLease } from './lease-record.ts';
import { explainRefusal } from './permission.ts';
import { isAbsence, refusedWhy, unansweredWhy } from './refusal-reading.ts';
import type { Refusal } from './refusal.ts';

export type LeaseAnswer =
  | { readonly kind: 'found'; readonly record: LeaseRecord }
  | { readonly kind: 'absent' }
  /** Somebody else has written, created or deleted it meanwhile: nothing was done. */
  | { readonly kind: 'conflict' }
  /** A write may or may not have been done, and may still be done later. */
  | { readonly kind: 'unknown'; readonly reading: Unknown };

/** Whatever the API does is an answer; all are rejected only with the reason of `signal`. */
export interface LeaseApi {
  look(timeout: Duration, signal: AbortSignal): Promise<LeaseAnswer>;
  create(lease: object, timeout: Duration, signal: AbortSignal): Promise<LeaseAnswer>;
  /** Only in the place of the version that `lease` was made from. */
  replace(lease: object, timeout: Duration, signal: AbortSignal): Promise<LeaseAnswer>;
}

export function kubernetesLeaseApi(client: KubernetesClient, place: LeasePlace, clock: Clock): LeaseApi {
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(place.namespace)}/leases`;
  const own = `${leases}/${encodeURIComponent(place.name)}`;
  const ask = async (request: ApiRequest, signal: AbortSignal): Promise<LeaseAnswer> => {
    const at = clock.now();
    const reply = await client.request({ ...request, tries: 1 }, signal);
    return reply.kind === 'ok'
      ? foundIn(reply, place, at)
      : otherwise(reply, { verb: request.verb, place, at });
  };
  return {
    look: (timeout, signal) =>
      ask({ verb: 'get', resource: 'leases', method: 'GET', path: own, timeout }, signal),
    create: (body, timeout, signal) =>
      ask({ verb: 'create', resource: 'leases', method: 'POST', path: leases, body, timeout }, signal),
    replace: (body, timeout, signal) =>
      ask({ verb: 'update', resource: 'leases', method: 'PUT', path: own, body, timeout }, signal),
  };
}

function foundIn({ status, body }: Success, place: LeasePlace, at: Instant): LeaseAnswer {
  const record = readLease(body, place);
  if (record !== undefined) return { kind: 'found', record };
  const where = `the Lease ${place.namespace}/${place.name}`;
  return {
    kind: 'unknown',
    reading: unknown('malformed', `HTTP status ${status} with an answer that is not ${where}`, at),
  };
}

type Asked = { readonly verb: ApiRequest['verb']; readonly place: LeasePlace; readonly at: Instant };

/**
 * - 404 about the Lease: a read says that there is none; an update, that it was deleted meanwhile
 * - 404 about the namespace, to a create: an operator has to mend it
 * - 409: created or changed by somebody else meanwhile; nothing was written
 */
function otherwise(reply: Refusal | NoAnswer, { verb, place, at }: Asked): LeaseAnswer {
  if (reply.kind === 'no-answer') {
    return {
      kind: 'unknown',
      reading: unknown(unansweredWhy(reply), `${verb} leases: ${reply.why}: ${reply.detail}`, at),
    };
  }
  if (isAbsence(reply, { resource: 'leases', name: place.name })) {
    return { kind: verb === 'get' ? 'absent' : 'conflict' };
  }
  if (reply.status === 409 && reply.isStatus) return { kind: 'conflict' };
  const detail = explainRefusal({ verb, resource: 'leases', namespace: place.namespace }, reply);
  return { kind: 'unknown', reading: unknown(refusedWhy(reply), detail, at) };
}
