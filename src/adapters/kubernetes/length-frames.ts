/** Cuts a stream of bytes into frames that say in four bytes, the first the highest, how long they are. */

import type { Batch } from './lines.ts';
import { bufferOn, FrameTooLong, Rest } from './lines.ts';

const LENGTH_BYTES = 4;

/** Fails with FrameTooLong before a frame of more than `maxBytes` is held in memory, as its length is told. */
export async function* splitLengths(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Batch> {
  const rest = new Rest(maxBytes + LENGTH_BYTES);
  /** How many bytes, with its length, the frame has that began in an earlier chunk; undefined while not even that is known. */
  let wanted: number | undefined;
  for await (const chunk of chunks) {
    let bytes = bufferOn(chunk);
    // Without this every small chunk of a large frame would copy all that came before.
    if (wanted !== undefined && rest.held + bytes.length < wanted) {
      rest.keep(bytes);
      continue;
    }
    bytes = rest.join(bytes);
    const frames: Buffer[] = [];
    let from = 0;
    for (wanted = lengthAt(bytes, from, maxBytes); wanted !== undefined; ) {
      if (from + wanted > bytes.length) break;
      frames.push(bytes.subarray(from + LENGTH_BYTES, from + wanted));
      from += wanted;
      wanted = lengthAt(bytes, from, maxBytes);
    }
    rest.keep(bytes.subarray(from));
    if (frames.length > 0) yield { frames, isWhole: true };
  }
  if (rest.held > 0) yield { frames: [rest.join(Buffer.alloc(0))], isWhole: false };
}

/** With the bytes of the length itself; undefined where those have not all come. */
function lengthAt(bytes: Buffer, from: number, maxBytes: number): number | undefined {
  if (bytes.length - from < LENGTH_BYTES) return undefined;
  const length = bytes.readUInt32BE(from);
  if (length > maxBytes) throw new FrameTooLong(`a frame is longer than ${maxBytes} bytes`);
  return length + LENGTH_BYTES;
}
