/** The pages of a List: their size, and the tokens by which a caller asks for the next one. */

import { invalidParameter } from './api-error.ts';
import type { Association, AssociationFilter } from './association.ts';

const MAX_RESULTS = 100;
const PREFIX = 'eks1.';
const ANY_FILTER = '*';

/** What a token holds: where to go on, the number of that page, and the filter that it was made for. */
type Position = { readonly after: string; readonly page: number; readonly filter: string };

export type Page = { readonly entries: readonly Association[]; readonly nextToken: string | undefined };

export function pageSize(maxResults: string | undefined): number {
  if (maxResults === undefined) return MAX_RESULTS;
  const size = Number(maxResults);
  if (Number.isInteger(size) && size >= 1 && size <= MAX_RESULTS) return size;
  throw invalidParameter(
    `The parameter maxResults must be between 1 and ${MAX_RESULTS}, but it is ${maxResults}.`,
  );
}

/** `entries` are in the order of their ids. A page that ends exactly at the last entry has no token. */
export function pageOf(
  entries: readonly Association[],
  filter: AssociationFilter,
  size: number,
  token: string | undefined,
): Page {
  const position = token === undefined ? start(filter) : parseToken(token, filter);
  const rest = entries.filter((entry) => entry.associationId > position.after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  if (rest.length <= size || last === undefined) return { entries: page, nextToken: undefined };
  const next = { ...position, after: last.associationId, page: position.page + 1 };
  return { entries: page, nextToken: encode(next) };
}

/** The number of the page that a token asks for, counted from 1; 1 without a token, 0 for a bad one. */
export function pageNumber(token: string | undefined): number {
  if (token === undefined) return 1;
  return decode(token)?.page ?? 0;
}

/** A token that starts any List anew: for the fault in which a List never ends. */
export function restartToken(): string {
  return encode({ after: '', page: 2, filter: ANY_FILTER });
}

function start(filter: AssociationFilter): Position {
  return { after: '', page: 1, filter: JSON.stringify(filter) };
}

function parseToken(token: string, filter: AssociationFilter): Position {
  const position = decode(token);
  const fits = position?.filter === ANY_FILTER || position?.filter === JSON.stringify(filter);
  if (position !== undefined && fits) return position;
  throw invalidParameter('The parameter nextToken is not valid.');
}

function encode(position: Position): string {
  return PREFIX + Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decode(token: string): Position | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(token.slice(PREFIX.length), 'base64url').toString());
    return isPosition(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  return 'after' in value && 'page' in value && 'filter' in value;
}
