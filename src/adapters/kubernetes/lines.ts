/** Cuts a stream of bytes into lines, wherever its chunks happen to begin and end. */

const NEWLINE = 0x0a;

export class FrameTooLong extends Error {
  override readonly name = 'FrameTooLong';
}

/** What has come whole with one arrival. */
export type Batch = {
  readonly frames: readonly Buffer[];
  /** False where the stream ended within a frame: that one is then the only one, as far as it has come. */
  readonly isWhole: boolean;
};

/**
 * Lines are cut as bytes, so that a character split between two chunks survives. Empty lines are passed
 * over. Fails with FrameTooLong before a line of more than `maxBytes` is held in memory. What is given out
 * shares its memory with the chunks.
 */
export async function* splitLines(
  arrivals: AsyncIterable<readonly Buffer[]>,
  maxBytes: number,
): AsyncGenerator<Batch> {
  const rest = new Rest(maxBytes);
  for await (const chunks of arrivals) {
    const frames: Buffer[] = [];
    for (const bytes of chunks) cutLines(bytes, rest, frames);
    if (frames.length > 0) yield { frames, isWhole: true };
  }
  const line = rest.join(Buffer.alloc(0));
  if (!isBlank(line)) yield { frames: [line], isWhole: false };
}

function cutLines(bytes: Buffer, rest: Rest, lines: Buffer[]): void {
  let from = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
    const line = rest.join(bytes.subarray(from, at));
    from = at + 1;
    if (!isBlank(line)) lines.push(line);
  }
  rest.keep(bytes.subarray(from));
}

/** The beginning of a frame whose end has not come yet. */
export class Rest {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  held = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.held += piece.length;
    this.#check(this.held);
  }

  /** All that was kept, and this last piece; nothing is kept any longer. */
  join(last: Buffer): Buffer {
    this.#check(this.held + last.length);
    if (this.#pieces.length === 0) return last;
    const whole = Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.held = 0;
    return whole;
  }

  #check(length: number): void {
    if (length > this.#maxBytes) throw new FrameTooLong(`a frame is longer than ${this.#maxBytes} bytes`);
  }
}

/** Looked at as text only where it is short: no event is. */
function isBlank(line: Buffer): boolean {
  return line.length === 0 || (line.length < 80 && line.toString('latin1').trim() === '');
}
