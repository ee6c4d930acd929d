/** A reading: what the world answered, or why it did not. A failed read is never an empty value. */

import type { Instant } from './time.ts';

/**
 * - `not-read`: nobody has asked yet
 * - `throttled`: the other side asked us to slow down, and still did after the retries
 * - `denied`: a permission is missing; `detail` names it
 * - `unreachable`: no answer: connection, time-out, DNS
 * - `failed`: an answer of the 5xx kind
 * - `not-found`: the other side knows no such thing, which may mean that the whole cluster is unknown to it
 * - `malformed`: an answer that can't be understood
 * - `inconsistent`: two answers that contradict each other, as eventual consistency makes them
 */
export const UNKNOWN_REASONS = [
  'not-read',
  'throttled',
  'denied',
  'unreachable',
  'failed',
  'not-found',
  'malformed',
  'inconsistent',
] as const;

export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

export type Known<T> = {
  readonly kind: 'known';
  readonly value: T;
  /** When the request was sent: the value can't be older than that. */
  readonly at: Instant;
};

export type Unknown = {
  readonly kind: 'unknown';
  readonly why: UnknownReason;
  /** For a person: what was asked, what came, and what would mend it. Never a label, never compared. */
  readonly detail: string;
  readonly at: Instant;
};

export type Reading<T> = Known<T> | Unknown;

export function known<T>(value: T, at: Instant): Known<T> {
  return { kind: 'known', value, at };
}

export function unknown(why: UnknownReason, detail: string, at: Instant): Unknown {
  return { kind: 'unknown', why, detail, at };
}
