/** The parsers of settings: text in, a value or what is wrong with it out. */

import type { Duration } from './domain/time.ts';
import { milliseconds } from './domain/time.ts';

/** A value, or what is wrong with the text, to be read after the setting's name. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };
export type Parser<T> = (text: string) => Parsed<T>;

export type Address = { readonly host: string; readonly port: number };

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** `30s`, `1m30s`, `0.5h`, `200ms`: the units are ms, s, m and h. Undefined for anything else. */
function durationOf(text: string): Duration | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, count = '', unit = ''] of text.matchAll(DURATION_PART)) {
    total += Number(count) * (UNITS[unit] ?? Number.NaN);
  }
  return milliseconds(total);
}

/** A duration between two bounds, both included. The bounds are themselves written as durations. */
export function duration(least: string, most: string): Parser<Duration> {
  return (text) => {
    const value = durationOf(text);
    const [from, to] = [durationOf(least), durationOf(most)];
    if (value === undefined || from === undefined || to === undefined) {
      return {
        problem: `${shown(text)} is not a duration: write a number and a unit (ms, s, m, h), such as 30s`,
      };
    }
    if (value < from || value > to) {
      return { problem: `${shown(text)} is out of bounds: it must be ${least} to ${most}` };
    }
    return { value };
  };
}

export function number(least: number, most: number): Parser<number> {
  return (text) => {
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(value)) return { problem: `${shown(text)} is not a number` };
    if (value < least || value > most) {
      return { problem: `${shown(text)} is out of bounds: it must be ${least} to ${most}` };
    }
    return { value };
  };
}

export function wholeNumber(least: number, most: number): Parser<number> {
  return (text) =>
    /^\d+$/.test(text) ? number(least, most)(text) : { problem: `${shown(text)} is not a whole number` };
}

export function oneOf<T extends string>(choices: readonly T[]): Parser<T> {
  return (text) => {
    const value = choices.find((choice) => choice === text);
    return value === undefined
      ? { problem: `${shown(text)} must be one of ${choices.join(', ')}` }
      : { value };
  };
}

export function matching(pattern: RegExp, what: string): Parser<string> {
  return (text) => (pattern.test(text) ? { value: text } : { problem: `${shown(text)} is not ${what}` });
}

/** Empty: undefined. */
export function maybe<T>(parse: Parser<T>): Parser<T | undefined> {
  return (text) => (text === '' ? { value: undefined } : parse(text));
}

export const flag: Parser<boolean> = (text) => {
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  return { problem: `${shown(text)} must be true or false` };
};

/** Names separated by commas, with spaces allowed around them; no doubles. */
export function names(parse: Parser<string>, what: string): Parser<readonly string[]> {
  return (text) => {
    const parts = text.trim() === '' ? [] : text.split(',').map((part) => part.trim());
    for (const part of parts) {
      const parsed = parse(part);
      if ('problem' in parsed) return { problem: `${parsed.problem} (${what} are separated by commas)` };
    }
    return { value: [...new Set(parts)] };
  };
}

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(?:\\.${LABEL})*`;

export const namespaceName = matching(new RegExp(`^${LABEL}$`), 'the name of a namespace');
export const podName = matching(new RegExp(`^(?=.{1,253}$)${SUBDOMAIN}$`), 'the name of a pod');
export const labelName = matching(
  new RegExp(`^(?:(?=[^/]{1,253}/)${SUBDOMAIN}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`),
  'the name of a label',
);

/** `host:port`, with an IPv6 host in brackets. Port 0 lets the system choose. */
export const address: Parser<Address> = (text) => {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  if (host === undefined || port > 65_535) {
    return {
      problem: `${shown(text)} is not an address: write host:port, such as 0.0.0.0:8080 or [::1]:8081`,
    };
  }
  return { value: { host, port } };
};

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
