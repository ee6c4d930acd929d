/** Reads the times that Kubernetes writes, and writes those that it accepts. */

import type { Instant } from '../../domain/time.ts';
import { instant, iso } from '../../domain/time.ts';

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Any number of fraction digits, cut to milliseconds, and any offset; undefined for what is no time. */
export function parseTime(value: unknown): Instant | undefined {
  if (typeof value !== 'string') return undefined;
  const [, date, time, fraction = '', offset] = RFC3339.exec(value) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return undefined;
  const at = Date.parse(`${date}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${offset.toUpperCase()}`);
  return Number.isNaN(at) ? undefined : instant(at);
}

/** metav1.MicroTime: the API server refuses any other number of fraction digits than six. */
export function microTime(at: Instant): string {
  return iso(at).replace(/Z$/, '000Z');
}

/** metav1.Time: whole seconds. */
export function wholeSecondTime(at: Instant): string {
  return iso(at).replace(/\.\d+Z$/, 'Z');
}
