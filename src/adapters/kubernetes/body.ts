/** Reads the body of an answer up to a limit, so that no answer can exhaust the memory. */

import type { Readable } from 'node:stream';
import { arrivals } from './arrivals.ts';
import { messageOf } from './connection-error.ts';

export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** Undefined for an empty body; a SyntaxError for one that is no JSON. */
export function jsonOf(bytes: Buffer): unknown {
  const source = bytes.toString('utf8');
  if (source.trim() === '') return undefined;
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new SyntaxError(`the answer is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** Rejected with the reason of `signal`, with TooLarge, or with what broke the connection. */
export async function readBytes(body: Readable, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const arrived of arrivals(body)) {
      chunks.push(...arrived);
      size += arrived.reduce((sum, { length }) => sum + length, 0);
      if (size > maxBytes) throw new TooLarge(`the answer is larger than ${maxBytes} bytes`);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  return Buffer.concat(chunks, size);
}
