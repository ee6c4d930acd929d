/** Cuts a stream of bytes into lines, wherever its chunks happen to begin and end. */

const NEWLINE = 0x0a;

export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

export type Line = {
  readonly text: string;
  /** False for what stood after the last newline when the stream ended. */
  readonly isWhole: boolean;
};

/**
 * Lines are cut as bytes and decoded whole, so that a character split between two chunks survives. Empty
 * lines are passed over. Fails with LineTooLong before a line of more than `maxBytes` is held in memory.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  let pending: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...pending, chunk.subarray(from, at)]);
      if (line.length > maxBytes) throw new LineTooLong(`a line is longer than ${maxBytes} bytes`);
      pending = [];
      held = 0;
      from = at + 1;
      const text = line.toString('utf8').trim();
      if (text !== '') yield { text, isWhole: true };
    }
    if (from === chunk.length) continue;
    pending.push(chunk.subarray(from));
    held += chunk.length - from;
    if (held > maxBytes) throw new LineTooLong(`a line is longer than ${maxBytes} bytes`);
  }
  const text = Buffer.concat(pending).toString('utf8').trim();
  if (text !== '') yield { text, isWhole: false };
}
