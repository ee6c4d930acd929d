/** One page of a lookup, newest first, and the tokens by which a caller asks for the next one. */

import { createHash } from 'node:crypto';
import { ApiError } from './api-error.ts';
import type { TrailEntry } from './cloudtrail.ts';
import type { Body } from './execute.ts';

export type LookupPage = { readonly entries: readonly TrailEntry[]; readonly nextToken: string | undefined };

/** The last entry that the caller has, and the parameters that the token was made for. */
type Position = { readonly at: number; readonly sequence: number; readonly asked: string };

/** `entries` in any order; records that become visible between two pages are found by a new lookup only. */
export function lookupPage(entries: readonly TrailEntry[], size: number, input: Body): LookupPage {
  const asked = fingerprint(input);
  const after = parseToken(input['NextToken'], asked);
  const sorted = entries.toSorted(
    (one, other) => timeOf(other) - timeOf(one) || other.sequence - one.sequence,
  );
  const rest = after === undefined ? sorted : sorted.filter((entry) => isAfter(entry, after));
  const page = rest.slice(0, size);
  const last = page.at(-1);
  if (last === undefined || rest.length <= size) return { entries: page, nextToken: undefined };
  return { entries: page, nextToken: encode({ at: timeOf(last), sequence: last.sequence, asked }) };
}

function timeOf({ record }: TrailEntry): number {
  return Date.parse(record.eventTime);
}

function isAfter(entry: TrailEntry, { at, sequence }: Position): boolean {
  const time = timeOf(entry);
  return time < at || (time === at && entry.sequence < sequence);
}

/** All parameters but the token itself; a token is good only together with those that it was given for. */
function fingerprint(input: Body): string {
  const { NextToken: _token, ...rest } = input;
  const text = JSON.stringify(Object.entries(rest).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function parseToken(token: unknown, asked: string): Position | undefined {
  if (token === undefined || token === null) return undefined;
  const position = typeof token === 'string' ? decode(token) : undefined;
  if (position?.asked === asked) return position;
  throw new ApiError(400, 'InvalidNextTokenException', 'The token is not valid for these parameters.');
}

function encode(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decode(token: string): Position | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return isPosition(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  return 'at' in value && 'sequence' in value && 'asked' in value;
}
