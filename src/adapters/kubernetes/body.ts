/** Reads the body of an answer up to a limit, so that no answer can exhaust the memory. */

import type { Readable } from 'node:stream';
import { arrivals } from './arrivals.ts';
import { messageOf } from './connection-error.ts';

const SMALLEST_SCRATCH = 4096;

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

/** Memory for one answer after the other: what was read before is overwritten. */
export class Scratch {
  #buffer: Buffer = Buffer.alloc(0);

  /** At least so large; what is in the first `used` bytes is kept. */
  grown(size: number, used: number): Buffer {
    if (this.#buffer.length >= size) return this.#buffer;
    const larger = Buffer.allocUnsafeSlow(Math.max(SMALLEST_SCRATCH, 2 * size));
    this.#buffer.copy(larger, 0, 0, used);
    this.#buffer = larger;
    return larger;
  }
}

/**
 * Rejected with the reason of `signal`, with TooLarge, or with what broke the connection. The bytes are those of
 * `scratch` and good until it is used again.
 */
export async function readBytes(
  body: Readable,
  maxBytes: number,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<Buffer> {
  let used = 0;
  try {
    for await (const chunks of arrivals(body)) {
      const size = chunks.reduce((sum, { length }) => sum + length, used);
      if (size > maxBytes) throw new TooLarge(`the answer is larger than ${maxBytes} bytes`);
      const bytes = scratch.grown(size, used);
      for (const chunk of chunks) used += chunk.copy(bytes, used);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  return scratch.grown(used, used).subarray(0, used);
}
