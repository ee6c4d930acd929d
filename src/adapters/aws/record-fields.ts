/** Reads single fields of what came from outside: texts bounded and cleaned, times in every form that AWS uses. */

import { type Instant, instant } from '../../domain/time.ts';
import { type Fields, type Parsed, nonsense, parsed } from './parse.ts';

/** Above what CloudTrail and EventBridge let through (256 KiB): what is longer is no record. */
const LONGEST_DOCUMENT = 300_000;

/** Records nest about ten levels deep, with a policy that is unfolded a few more. */
const DEEPEST_DOCUMENT = 100;

const LONGEST_SHOWN = 256;

/** Whatever can hide, break or turn round a line: control, format, unassigned, and line separators. */
const UNSHOWABLE = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/** Below it a number means seconds (until the year 5138), from it on milliseconds (since 1973). */
const FIRST_MILLISECONDS = 1e11;

/** Years that a daemon can meet; all of them print with four digits. */
const EARLIEST = Date.UTC(2013, 0);
const LATEST = Date.UTC(2200, 0);

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Bounded, because JSON.parse of a huge or deep document would hold up everything else. */
export function parseDocument(document: string): Parsed<unknown> {
  if (document.length > LONGEST_DOCUMENT) return nonsense(`a text of ${document.length} characters`);
  if (nestsTooDeep(document)) return nonsense(`a text that nests deeper than ${DEEPEST_DOCUMENT} levels`);
  try {
    return parsed(JSON.parse(document) as unknown);
  } catch {
    return nonsense('a text that is no JSON');
  }
}

/**
 * Looks at brackets outside of strings; what it finds in a text that is no JSON does not matter. One pass over
 * the characters and no regular expression, which a text made for it could keep busy for hours.
 */
function nestsTooDeep(document: string): boolean {
  let depth = 0;
  for (let index = 0; index < document.length; index += 1) {
    const character = document[index];
    if (character === '"') index = endOfString(document, index);
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > DEEPEST_DOCUMENT) return true;
  }
  return false;
}

function endOfString(document: string, start: number): number {
  let index = start + 1;
  while (index < document.length && document[index] !== '"') index += document[index] === '\\' ? 2 : 1;
  return index;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that a person may see: one line, bounded, without access key ids. Undefined where nothing is left. */
export function shownText(value: unknown, longest: number = LONGEST_SHOWN): string | undefined {
  if (typeof value !== 'string') return undefined;
  const cleaned = value
    .slice(0, longest * 2)
    .replace(UNSHOWABLE, '')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{8,}/g, '(access key)')
    .slice(0, longest)
    .trim();
  return cleaned === '' ? undefined : cleaned;
}

/** Request parameters that were part of a path are recorded as they were sent: URL-encoded. */
export function decodedText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** RFC 3339, or a number (also as a text) of seconds or milliseconds since 1970. */
export function timeOf(value: unknown): Instant | undefined {
  const at = millisecondsOf(value);
  return at >= EARLIEST && at < LATEST ? instant(Math.floor(at)) : undefined;
}

function millisecondsOf(value: unknown): number {
  if (typeof value === 'number') return value < FIRST_MILLISECONDS ? value * 1000 : value;
  if (typeof value !== 'string' || value.length > 40) return Number.NaN;
  if (ISO.test(value)) return Date.parse(value);
  return /^\d{1,15}(?:\.\d{1,9})?$/.test(value) ? millisecondsOf(Number(value)) : Number.NaN;
}
