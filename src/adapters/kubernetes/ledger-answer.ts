/** What each answer to reading and to writing the ledger's ConfigMap means. */

import type { Unknown } from '../../domain/reading.ts';
import { unknown } from '../../domain/reading.ts';
import type { Instant } from '../../domain/time.ts';
import type { SaveOutcome } from '../../ports/ledger-store.ts';
import type { NoAnswer } from './client.ts';
import type { LedgerPlace } from './ledger-config-map.ts';
import { explainRefusal } from './permission.ts';
import { isAbsence, unansweredWhy } from './refusal-reading.ts';
import type { Refusal } from './refusal.ts';

/** There is no such ConfigMap. A 404 of a proxy, or one about something else, says nothing about it. */
export function isAbsent(reply: Refusal | NoAnswer, { name }: LedgerPlace): boolean {
  return reply.kind === 'refused' && isAbsence(reply, { resource: 'configmaps', name });
}

export function unreadBecause(reply: Refusal | NoAnswer, { namespace }: LedgerPlace, at: Instant): Unknown {
  if (reply.kind === 'no-answer') return unknown(unansweredWhy(reply), `${reply.why}: ${reply.detail}`, at);
  return unknown(
    refusedWhy(reply),
    explainRefusal({ verb: 'get', resource: 'configmaps', namespace }, reply),
    at,
  );
}

function refusedWhy({ status }: Refusal): 'denied' | 'throttled' | 'failed' {
  if (status === 401 || status === 403) return 'denied';
  return status === 429 ? 'throttled' : 'failed';
}

export function unsavedBecause(
  reply: Refusal | NoAnswer,
  verb: 'create' | 'update',
  place: LedgerPlace,
): SaveOutcome {
  if (reply.kind === 'no-answer') return { kind: 'unreachable', detail: `${reply.why}: ${reply.detail}` };
  // 409: another writer was first, by creating it or by changing it. A 404 to an update: it was deleted meanwhile.
  const isConflict =
    (reply.status === 409 && reply.isStatus) || (verb === 'update' && isAbsent(reply, place));
  if (isConflict) return { kind: 'conflict' };
  const detail = isRule(reply)
    ? `${verb} configmaps: ${reply.message}`
    : explainRefusal({ verb, resource: 'configmaps', namespace: place.namespace }, reply);
  return { kind: isFinal(reply) ? 'refused' : 'unreachable', detail };
}

/**
 * - 400, 401, 403, 413, 422 and their kind: nothing was written, and nothing will be
 * - 404 of the API server: no such namespace; of anybody else: a proxy that may soon lead to the API again
 * - 408, 429 and all of 5xx: it may be otherwise the next time; but a webhook chooses the status of its denial
 *   itself, and etcd's own limit comes out as a 500 where the API server does not translate it
 */
function isFinal({ status, isStatus, message }: Refusal): boolean {
  if (/admission webhook "[^"]+" denied the request|request is too large/i.test(message)) return true;
  if (status === 404 || status === 409) return isStatus;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** A 403 that is not about permissions: no grant would help. */
function isRule({ status, message }: Refusal): boolean {
  if (status !== 403 || /cannot \S+ resource /.test(message)) return false;
  return /admission|denied the request|exceeded quota|being terminated/i.test(message);
}
