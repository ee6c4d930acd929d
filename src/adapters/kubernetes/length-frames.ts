/** Cuts a stream of bytes into frames that say in four bytes, the first the highest, how long they are. */

import type { Batch } from './lines.ts';
import { FrameTooLong, Rest } from './lines.ts';

const LENGTH_BYTES = 4;

/** Fails with FrameTooLong before a frame of more than `maxBytes` is held in memory, as its length is told. */
export async function* splitLengths(
  arrivals: AsyncIterable<readonly Buffer[]>,
  maxBytes: number,
): AsyncGenerator<Batch> {
  const cutter = new Cutter(maxBytes);
  for await (const chunks of arrivals) {
    const frames: Buffer[] = [];
    for (const bytes of chunks) cutter.cut(bytes, frames);
    if (frames.length > 0) yield { frames, isWhole: true };
  }
  const rest = cutter.rest();
  if (rest.length > 0) yield { frames: [rest], isWhole: false };
}

class Cutter {
  readonly #maxBytes: number;
  readonly #rest: Rest;
  /** How many bytes the frame under way has, with those of its length; undefined while those have not all come. */
  #wanted: number | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#rest = new Rest(maxBytes + LENGTH_BYTES);
  }

  cut(chunk: Buffer, frames: Buffer[]): void {
    // Without this every small chunk of a large frame would copy all that came before it.
    if (this.#wanted !== undefined && this.#rest.held + chunk.length < this.#wanted) {
      this.#rest.keep(chunk);
      return;
    }
    const bytes = this.#rest.join(chunk);
    let from = 0;
    for (;;) {
      this.#wanted = lengthAt(bytes, from, this.#maxBytes);
      if (this.#wanted === undefined || from + this.#wanted > bytes.length) break;
      frames.push(bytes.subarray(from + LENGTH_BYTES, from + this.#wanted));
      from += this.#wanted;
    }
    this.#rest.keep(bytes.subarray(from));
  }

  rest(): Buffer {
    return this.#rest.join(Buffer.alloc(0));
  }
}

/** With the bytes of the length itself; undefined where those have not all come. */
function lengthAt(bytes: Buffer, from: number, maxBytes: number): number | undefined {
  if (bytes.length - from < LENGTH_BYTES) return undefined;
  const length = bytes.readUInt32BE(from);
  if (length > maxBytes) throw new FrameTooLong(`a frame is longer than ${maxBytes} bytes`);
  return length + LENGTH_BYTES;
}
