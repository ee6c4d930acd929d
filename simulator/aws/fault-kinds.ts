/** The faults that EKS, the network and other people's proxies are known for, by name. */

import type { Body } from './execute.ts';
import type { ErrorFault, Fault } from './faults.ts';
import { restartToken } from './paging.ts';

/** `429` as the model has it, `400` as query-era services answer, `too-many` as EKS has answered DescribeCluster. */
export function throttle(form: '429' | '400' | 'too-many' = '429'): ErrorFault {
  const [status, code, message] = {
    '429': [429, 'ThrottlingException', 'Rate exceeded'] as const,
    '400': [400, 'ThrottlingException', 'Rate exceeded'] as const,
    'too-many': [429, 'TooManyRequestsException', 'Too Many Requests'] as const,
  }[form];
  return { kind: 'error', status, code, message };
}

export function serverError(): ErrorFault {
  return { kind: 'error', status: 500, code: 'ServerException', message: 'Internal server error' };
}

export function unavailable(): ErrorFault {
  const message = 'Service is temporarily unavailable';
  return { kind: 'error', status: 503, code: 'ServiceUnavailableException', message };
}

export function delay(ms: number, when: 'before' | 'after' = 'before'): Fault {
  return { kind: 'delay', ms, when };
}

export function hang(): Fault {
  return { kind: 'hang' };
}

export function cut(when: 'before' | 'after' | 'in-body'): Fault {
  return { kind: 'cut', when };
}

export function reset(when: 'before' | 'after' = 'before'): Fault {
  return { kind: 'reset', when };
}

export function stall(): Fault {
  return { kind: 'stall' };
}

export function slow(bytes: number, ms: number): Fault {
  return { kind: 'slow', bytes, ms };
}

export function garbage(text = '<html><body>Bad Gateway</body></html>'): Fault {
  return { kind: 'garbage', text };
}

/** A 200 that says that the cluster has no associations. */
export function emptyList(): Fault {
  return { kind: 'rewrite', rewrite: () => ({ associations: [] }) };
}

/** Every entry of the page twice. */
export function duplicateEntries(): Fault {
  return rewriteEntries((entries) => entries.flatMap((entry) => [entry, { ...entry }]));
}

/** Members that today's SDK does not know, in the body and in every entry. */
export function unknownMembers(): Fault {
  const more = { futureMember: { nested: [1, null, 'text'] } };
  return {
    kind: 'rewrite',
    rewrite: (body) => ({
      ...onEntries(body, (entries) => entries.map((entry) => ({ ...entry, ...more }))),
      ...more,
    }),
  };
}

/** Entries, or the described association, without these members. */
export function missingMembers(...names: readonly string[]): Fault {
  return rewriteEntries((entries) =>
    entries.map((entry) => Object.fromEntries(Object.entries(entry).filter(([key]) => !names.includes(key)))),
  );
}

/** A List that never comes to its end: the same token again and again, and the same page for it. */
export function repeatingToken(): Fault {
  const nextToken = restartToken();
  return { kind: 'rewrite', rewrite: (body) => ({ ...body, nextToken }) };
}

/** What `change` makes of the entries of a List, or of the one association of another answer. */
export function rewriteEntries(change: (entries: Body[]) => Body[]): Fault {
  return { kind: 'rewrite', rewrite: (body) => onEntries(body, change) };
}

function onEntries(body: Body, change: (entries: Body[]) => Body[]): Body {
  const { associations, association } = body;
  if (Array.isArray(associations)) return { ...body, associations: change(associations.filter(isBody)) };
  return isBody(association) ? { ...body, association: change([association])[0] } : body;
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
