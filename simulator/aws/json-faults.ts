/** Faults on script for the services that speak AWS JSON: which calls they befall, how often, and what goes wrong. */

import type { Body } from './execute.ts';
import type { ErrorFault, Fault } from './faults.ts';

/** Some entries of a batch fail and are not carried out, in an answer of 200. */
export type EntryFault = {
  readonly kind: 'entries';
  readonly fails: (id: string, index: number) => boolean;
  readonly code: string;
  readonly message: string;
  readonly senderFault: boolean;
};

export type JsonFault = Fault | EntryFault;

/** Every member that is set must match; `when` looks at the members of the request. */
export type JsonFaultTarget = {
  readonly operation?: string | readonly string[];
  readonly when?: (input: Body) => boolean;
};

type Rule = { readonly target: JsonFaultTarget; readonly fault: JsonFault; left: number };

/** Several faults may befall one call: delays add up, rewrites follow each other, the first of the others decides. */
export class JsonFaults {
  readonly #rules = new Set<Rule>();

  /** Befalls the next `times` calls that match, or all until it is cleared. Returns what clears it. */
  add(target: JsonFaultTarget, fault: JsonFault, times: number = Number.POSITIVE_INFINITY): () => void {
    const rule: Rule = { target, fault, left: times };
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The faults that befall this call, in the order in which they were added; uses up one of each one's times. */
  take(operation: string, input: Body): JsonFault[] {
    const taken = [...this.#rules].filter(({ target }) => {
      if (target.operation !== undefined && ![target.operation].flat().includes(operation)) return false;
      return target.when === undefined || target.when(input);
    });
    for (const rule of taken) {
      rule.left -= 1;
      if (rule.left <= 0) this.#rules.delete(rule);
    }
    return taken.map((rule) => rule.fault);
  }
}

/** The refusal for want of an IAM permission, such as `cloudtrail:LookupEvents`. */
export function denied(action: string, resource = '*'): ErrorFault {
  const user = 'arn:aws:sts::111122223333:assumed-role/simulated-role/simulated-session';
  const why = `because no identity-based policy allows the ${action} action`;
  const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
  return { kind: 'error', status: 400, code: 'AccessDeniedException', message };
}

/** Lookups whose events carry this text instead of their record. */
export function garbageEvents(text = '{"eventVersion":'): Fault {
  return {
    kind: 'rewrite',
    rewrite: (body) => {
      const events: readonly unknown[] = Array.isArray(body['Events']) ? body['Events'] : [];
      return { ...body, Events: events.map((event) => Object.assign({}, event, { CloudTrailEvent: text })) };
    },
  };
}

/** SQS tells the code of its old protocol besides, in a header: the SDK shows both. */
function sqsError(status: number, code: string, message: string, queryCode: string = code): ErrorFault {
  return { kind: 'error', status, code, message, headers: { 'x-amzn-query-error': `${queryCode};Sender` } };
}

/** SQS is asked too often. */
export function sqsThrottle(): ErrorFault {
  return sqsError(403, 'RequestThrottled', 'Request is throttled.');
}

export function sqsDenied(operation: string, resource = '*'): ErrorFault {
  const { code, message } = denied(`sqs:${operation.toLowerCase()}`, resource);
  return sqsError(403, code, message, 'AccessDenied');
}

/** The entries of a batch that fail; default: each. */
export function failedEntries(
  fails: EntryFault['fails'] = () => true,
  code = 'InternalError',
  senderFault = false,
): EntryFault {
  return { kind: 'entries', fails, code, message: 'The entry could not be processed.', senderFault };
}
