/** The watches that are open now, and what a test can do to them. */

import type { ServerResponse } from 'node:http';
import type { Faults, Match } from './faults.ts';
import { isMatch } from './faults.ts';
import type { RecordedRequest } from './requests.ts';

/** A watcher that reads so slowly that this much is waiting for it is dropped, as a slow one is in truth. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

export class OpenWatch {
  readonly request: RecordedRequest;
  readonly #response: ServerResponse;
  readonly #faults: Faults;
  readonly #onEnd: (() => void)[] = [];
  #bytesLeft: number;
  #ended = false;

  constructor(request: RecordedRequest, response: ServerResponse, faults: Faults, bytes: number | undefined) {
    this.request = request;
    this.#response = response;
    this.#faults = faults;
    this.#bytesLeft = bytes ?? Number.POSITIVE_INFINITY;
    response.once('close', () => this.#finish());
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Called once, when the watch is over for whatever reason. */
  onEnd(run: () => void): void {
    if (this.#ended) run();
    else this.#onEnd.push(run);
  }

  /** False asks for a pause until `drained`. */
  send(event: string | Buffer, isEvent: boolean): boolean {
    if (this.#ended || this.#faults.forWatchLine(this.request, isEvent) !== undefined) return true;
    return this.write(typeof event === 'string' ? `${event}\n` : event);
  }

  write(event: string | Buffer): boolean {
    if (this.#ended) return true;
    const bytes = typeof event === 'string' ? Buffer.from(event) : event;
    if (bytes.length > this.#bytesLeft) {
      this.#response.write(bytes.subarray(0, this.#bytesLeft), () => this.cut());
      return true;
    }
    this.#bytesLeft -= bytes.length;
    const goOn = this.#response.write(bytes);
    if (this.#response.writableLength > MAX_UNREAD_BYTES) this.cut();
    return goOn;
  }

  async drained(): Promise<void> {
    if (this.#ended || !this.#response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      this.#response.once('drain', resolve);
      this.onEnd(resolve);
    });
  }

  /** The regular end of the stream. */
  close(): void {
    if (this.#ended) return;
    this.#response.end();
    this.#finish();
  }

  /** The end of the connection, in the middle of whatever it is. */
  cut(): void {
    this.#response.destroy();
    this.#finish();
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const run of this.#onEnd) run();
  }
}

export class Watches {
  readonly #open = new Set<OpenWatch>();

  add(watch: OpenWatch): void {
    this.#open.add(watch);
    watch.onEnd(() => this.#open.delete(watch));
  }

  count(match: Match = {}): number {
    return this.#matching(match).length;
  }

  /** Ends the streams as the server does when their time is up. */
  close(match: Match = {}): void {
    for (const watch of this.#matching(match)) watch.close();
  }

  /** Cuts the connections. */
  cut(match: Match = {}): void {
    for (const watch of this.#matching(match)) watch.cut();
  }

  /** Sends the text as it is, for instance a line that is no JSON, or an ERROR event. */
  sendRaw(text: string, match: Match = {}): void {
    for (const watch of this.#matching(match)) watch.write(text);
  }

  #matching(match: Match): readonly OpenWatch[] {
    return [...this.#open].filter((watch) => isMatch(match, watch.request));
  }
}
