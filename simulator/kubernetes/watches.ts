/** The watches that are open now, and what a test can do to them. */

import type { ServerResponse } from 'node:http';
import type { SimClock } from '../clock.ts';
import type { Pace } from '../connection.ts';
import type { Delivery } from './delivery.ts';
import type { Faults, Match } from './faults.ts';
import { isMatch } from './faults.ts';
import type { RecordedRequest } from './requests.ts';

/** A watcher that reads so slowly that this much is waiting for it is dropped, as a slow one is in truth. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** An event: a line of JSON without its end, or a frame of protobuf. */
export type WatchText = string | Buffer;

type WatchDeps = { readonly faults: Faults; readonly clock: SimClock };

export class OpenWatch {
  readonly request: RecordedRequest;
  readonly #response: ServerResponse;
  readonly #deps: WatchDeps;
  readonly #delivery: Delivery;
  readonly #onEnd: (() => void)[] = [];
  #sent = 0;
  /** What waits to be sent at the pace of a slow delivery. */
  #waiting: Buffer = Buffer.alloc(0);
  #cancelPump: (() => void) | undefined;
  #ended = false;

  constructor(request: RecordedRequest, response: ServerResponse, deps: WatchDeps, delivery: Delivery) {
    this.request = request;
    this.#response = response;
    this.#deps = deps;
    this.#delivery = delivery;
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

  /** False asks for a pause until `drained`. `stale` is what a stale watch sends once more afterwards. */
  sendEvent(event: WatchText, stale?: () => WatchText): boolean {
    switch (this.#ended ? 'silence' : this.#deps.faults.forWatchLine(this.request, true)) {
      case 'silence':
      case 'drop-events':
        return true;
      case 'duplicate-events':
        return this.#sendAll([event, event]);
      case 'stale-events':
        return this.#sendAll(stale === undefined ? [event] : [event, stale()]);
      case undefined:
        return this.#sendAll([event]);
    }
  }

  sendBookmark(event: WatchText): void {
    if (this.#ended || this.#deps.faults.forWatchLine(this.request, false) !== undefined) return;
    this.#sendAll([event]);
  }

  #sendAll(events: readonly WatchText[]): boolean {
    return this.write(Buffer.concat(events.map(lineOrFrame)));
  }

  write(bytes: Buffer): boolean {
    if (this.#ended) return true;
    switch (this.#delivery.kind) {
      case 'whole':
        return this.#writeAll(bytes);
      case 'slow':
        this.#waiting = Buffer.concat([this.#waiting, bytes]);
        this.#pump(this.#delivery);
        return true;
      case 'truncate':
      case 'stall':
        return this.#writeUpTo(this.#delivery, bytes);
    }
  }

  #writeAll(bytes: Buffer): boolean {
    this.#sent += bytes.length;
    const goOn = this.#response.write(bytes);
    if (this.#response.writableLength > MAX_UNREAD_BYTES) this.cut();
    return goOn;
  }

  #writeUpTo(
    { bytes: most, kind }: { readonly bytes: number; readonly kind: 'truncate' | 'stall' },
    bytes: Buffer,
  ): boolean {
    const left = most - this.#sent;
    if (bytes.length <= left) return this.#writeAll(bytes);
    this.#sent = most;
    this.#response.write(bytes.subarray(0, left), () => {
      if (kind === 'truncate') this.cut();
    });
    return true;
  }

  #pump({ bytes, ms }: Pace): void {
    if (this.#cancelPump !== undefined || this.#waiting.length === 0 || this.#ended) return;
    this.#response.write(this.#waiting.subarray(0, bytes));
    this.#waiting = this.#waiting.subarray(bytes);
    this.#cancelPump = this.#deps.clock.after(ms, () => {
      this.#cancelPump = undefined;
      this.#pump({ bytes, ms });
    });
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
    this.#cancelPump?.();
    for (const run of this.#onEnd) run();
  }
}

export function lineOrFrame(event: WatchText): Buffer {
  return typeof event === 'string' ? Buffer.from(`${event}\n`) : event;
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
    for (const watch of this.#matching(match)) watch.write(Buffer.from(text));
  }

  #matching(match: Match): readonly OpenWatch[] {
    return [...this.#open].filter((watch) => isMatch(match, watch.request));
  }
}
