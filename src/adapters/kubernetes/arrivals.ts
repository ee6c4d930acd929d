/** The chunks of a body as they arrive, all that have come since the last time at once. */

import type { Readable } from 'node:stream';

/** So much may wait before the sender is asked to pause. */
const MOST_WAITING = 256 * 1024;

/**
 * What the stream's own iterator gives, but without joining chunks that arrive together into a copy. Fails with what broke
 * the body, or where it was destroyed before its end; leaving the loop destroys it.
 */
export async function* arrivals(body: Readable): AsyncGenerator<readonly Buffer[]> {
  const inbox = new Inbox(body);
  try {
    for (;;) {
      const chunks = await inbox.take();
      if (chunks.length === 0) return;
      yield chunks;
    }
  } finally {
    body.destroy();
  }
}

class Inbox {
  readonly #body: Readable;
  #chunks: Buffer[] = [];
  #waiting = 0;
  #end: 'ended' | { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(body: Readable) {
    this.#body = body;
    body.on('data', (chunk: Uint8Array) => this.#arrived(bufferOn(chunk)));
    body.on('end', () => this.#over('ended'));
    body.on('error', (error) => this.#over({ error }));
    body.on('close', () => this.#over({ error: new Error('the connection was closed') }));
    if (body.destroyed) this.#over({ error: body.errored ?? new Error('the connection was closed') });
  }

  /** Nothing at the end. */
  async take(): Promise<readonly Buffer[]> {
    if (this.#chunks.length === 0 && this.#end === undefined) {
      this.#body.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#waiting = 0;
    if (chunks.length === 0 && typeof this.#end === 'object') throw this.#end.error;
    return chunks;
  }

  #arrived(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    if (this.#waiting >= MOST_WAITING) this.#body.pause();
    this.#wake();
  }

  #over(end: 'ended' | { readonly error: unknown }): void {
    this.#end ??= end;
    this.#wake();
  }
}

export function bufferOn(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
