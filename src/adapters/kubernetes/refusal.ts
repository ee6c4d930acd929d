/** Reads what the API server says when it does not do what was asked: a Status object, or whatever came instead. */

import type { Duration, Instant } from '../../domain/time.ts';
import { milliseconds, seconds } from '../../domain/time.ts';
import type { JsonObject } from './json.ts';
import { field, isObject, list, text } from './json.ts';

export type Cause = { readonly reason: string; readonly message: string; readonly field: string };

export type Refusal = {
  readonly kind: 'refused';
  /** The HTTP status, or the code of a Status object that came in a watch. */
  readonly status: number;
  /** False where a proxy or a stranger answered: then nothing is known but the status and a text. */
  readonly isStatus: boolean;
  /** Machine-readable, such as `NotFound`; empty where it is missing. */
  readonly reason: string;
  readonly message: string;
  readonly details: {
    /** The resource that it is about, such as `pods`; empty where it is missing. */
    readonly kind: string;
    readonly name: string;
    readonly causes: readonly Cause[];
  };
  readonly retryAfter: Duration | undefined;
};

const LONGEST_MESSAGE = 2000;

/** `retryAfter` is the header as it came, `at` the moment that it is counted from where it holds a date. */
export function readRefusal(status: number, body: string, retryAfter: unknown, at: Instant): Refusal {
  const parsed = statusObject(body);
  const fromBody = field(field(parsed, 'details'), 'retryAfterSeconds');
  const wait = readRetryAfter(retryAfter, at) ?? readRetryAfter(fromBody, at);
  if (parsed === undefined) {
    const message = body.trim().slice(0, LONGEST_MESSAGE) || `HTTP status ${status} without a text`;
    const details = { kind: '', name: '', causes: [] };
    return { kind: 'refused', status, isStatus: false, reason: '', message, details, retryAfter: wait };
  }
  return { ...refusalOf(parsed, status), retryAfter: wait };
}

/** `status` stands in where the object itself names no code. */
export function refusalOf(parsed: JsonObject, status: number): Refusal {
  const details = field(parsed, 'details');
  const code = field(parsed, 'code');
  const reason = text(field(parsed, 'reason')) ?? '';
  return {
    kind: 'refused',
    status: status === 0 && typeof code === 'number' ? code : status,
    isStatus: true,
    reason,
    message: (text(field(parsed, 'message')) ?? `HTTP status ${status} ${reason}`).slice(0, LONGEST_MESSAGE),
    details: {
      kind: text(field(details, 'kind')) ?? '',
      name: text(field(details, 'name')) ?? '',
      causes: list(field(details, 'causes')).map(readCause),
    },
    retryAfter: undefined,
  };
}

function statusObject(body: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) && parsed['kind'] === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function readCause(cause: unknown): Cause {
  return {
    reason: text(field(cause, 'reason')) ?? '',
    message: text(field(cause, 'message')) ?? '',
    field: text(field(cause, 'field')) ?? '',
  };
}

/** Seconds as a number or a text, or an HTTP date. */
function readRetryAfter(value: unknown, at: Instant): Duration | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'number') return first >= 0 ? seconds(first) : undefined;
  if (typeof first !== 'string' || first.trim() === '') return undefined;
  if (/^\s*\d{1,9}\s*$/.test(first)) return seconds(Number(first));
  const date = Date.parse(first);
  return Number.isNaN(date) ? undefined : milliseconds(Math.max(0, date - at));
}
