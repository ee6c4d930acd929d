/** From bytes that may be anything to a JSON value, within bounds of memory and time. */

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf } from './connection-error.ts';

export type Unfolded =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'malformed'; readonly detail: string };

/** A small gzip can unfold to anything; this daemon's own is at most some megabytes. */
export const LARGEST_UNFOLDED = 32 * 1024 * 1024;

/**
 * Two million brackets and commas: 5,000 identities with the longest history have half of them. Without it, 32 MiB of
 * nothing but brackets would become more than a gigabyte of objects.
 */
export const MOST_PIECES = 2_000_000;

const decompress = promisify(gunzip);

/** Never fails. */
export async function unfold(bytes: Uint8Array): Promise<Unfolded> {
  let json: Buffer;
  try {
    json = await decompress(bytes, { maxOutputLength: LARGEST_UNFOLDED });
  } catch (error) {
    return { kind: 'malformed', detail: `it can't be decompressed: ${messageOf(error)}` };
  }
  if (!isBounded(json)) return { kind: 'malformed', detail: `its JSON has more than ${MOST_PIECES} pieces` };
  try {
    return { kind: 'value', value: JSON.parse(json.toString('utf8')) as unknown };
  } catch (error) {
    return { kind: 'malformed', detail: `it is no JSON: ${messageOf(error)}` };
  }
}

/** Whether a JSON text is one that `unfold` would read. */
export function isBounded(json: Uint8Array): boolean {
  return json.length <= LARGEST_UNFOLDED && countPieces(json) <= MOST_PIECES;
}

const [QUOTE, BACKSLASH, COMMA, BRACE, BRACKET] = [0x22, 0x5c, 0x2c, 0x7b, 0x5b];

/** Commas and opening brackets outside of strings. */
function countPieces(json: Uint8Array): number {
  let pieces = 0;
  let isInString = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === QUOTE) isInString = !isInString;
    else if (isInString) index += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA || byte === BRACE || byte === BRACKET) pieces += 1;
  }
  return pieces;
}
