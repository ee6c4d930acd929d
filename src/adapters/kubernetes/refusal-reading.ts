/** Why there is no reading of something in the Kubernetes API, for whatever asked. */

import type { UnknownReason } from '../../domain/reading.ts';
import type { NoAnswer } from './client.ts';
import type { Refusal } from './refusal.ts';

export function unansweredWhy({ why }: NoAnswer): UnknownReason {
  switch (why) {
    case 'timed-out':
    case 'network':
      return 'unreachable';
    case 'credentials':
      return 'denied';
    case 'malformed':
    case 'too-large':
      return 'malformed';
  }
}

export function refusedWhy({ status }: Refusal): UnknownReason {
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'not-found';
  return status === 429 ? 'throttled' : 'failed';
}

export type Subject = {
  /** The plural, as in `configmaps`. */
  readonly resource: string;
  readonly name: string;
};

/** Whether the API server itself says that the object is not there; a proxy's 404 says nothing about it. */
export function isAbsence({ status, isStatus, details, message }: Refusal, subject: Subject): boolean {
  if (status !== 404 || !isStatus) return false;
  const { resource, name } = subject;
  if (details.kind === '')
    return new RegExp(`^${resource}\\S* "${RegExp.escape(name)}" not found`).test(message);
  const kinds = [resource, resource.replace(/s$/, '')];
  return kinds.includes(details.kind.toLowerCase()) && (details.name === '' || details.name === name);
}
