/** A TCP proxy with weather: it cuts, delays, throttles, or lets connections hang half-open. */

import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { seededRandom } from '../../simulator/aws/random.ts';
import type { SimClock } from '../../simulator/clock.ts';
import { realClock } from '../../simulator/clock.ts';
import type { LanePace } from './tcp-lane.ts';
import { TcpLane } from './tcp-lane.ts';

/**
 * - `clear`: bytes are handed on as they come
 * - `cut`: connections are reset, those that there are and each new one
 * - `half-open`: connections stay, and nothing comes through. Those that are hit never recover, as when a router
 *   forgets them: whoever made them must notice. New ones are accepted and never reach the other side
 * - `delay`: each piece is late by that time, and by up to `jitter` more, both ways, in order
 * - `throttle`: each connection carries so many bytes a second, each way
 */
export type Weather =
  | { readonly kind: 'clear' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'half-open' }
  | { readonly kind: 'delay'; readonly ms: number; readonly jitter: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number };

export type TcpProxyOptions = {
  /** `http://host:port`: where connections go. */
  readonly target: string;
  /** Makes the jitter the same each time. */
  readonly seed: number;
  readonly clock?: SimClock;
};

type Link = {
  readonly near: Socket;
  /** Undefined where the other side is never told of it. */
  readonly far: Socket | undefined;
  readonly lanes: readonly TcpLane[];
};

const CLEAR: LanePace = { delay: 0, bytesPerSecond: Number.POSITIVE_INFINITY };

export class TcpProxy implements AsyncDisposable {
  /** Connections that came, and those that weather has ended or silenced. */
  readonly counts = { accepted: 0, cut: 0, silenced: 0 };
  readonly #server: Server;
  readonly #target: URL;
  readonly #clock: SimClock;
  readonly #random: () => number;
  readonly #links = new Set<Link>();
  #weather: Weather = { kind: 'clear' };

  constructor(server: Server, { target, seed, clock = realClock() }: TcpProxyOptions) {
    this.#server = server;
    this.#target = new URL(target);
    this.#clock = clock;
    this.#random = seededRandom(seed);
    server.on('connection', (near) => this.#accept(near));
  }

  /** In place of the target: `http://127.0.0.1:port`. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#target.protocol}//127.0.0.1:${port}`;
  }

  get open(): number {
    return this.#links.size;
  }

  /** Until it is told otherwise. */
  set weather(weather: Weather) {
    this.#weather = weather;
    for (const link of this.#links) this.#befall(link);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    for (const link of this.#links) this.#drop(link);
    await closed;
  }

  #accept(near: Socket): void {
    this.counts.accepted += 1;
    near.setNoDelay(true);
    const { kind } = this.#weather;
    const isBad = kind === 'half-open' || kind === 'cut';
    const link = isBad ? { near, far: undefined, lanes: [] } : this.#join(near);
    this.#links.add(link);
    for (const side of [near, link.far]) {
      side?.on('error', () => this.#drop(link));
      side?.on('close', () => this.#drop(link));
    }
    if (isBad) this.#befall(link);
  }

  #join(near: Socket): Link {
    const far = connect({
      port: Number(this.#target.port),
      host: this.#target.hostname,
      allowHalfOpen: true,
    });
    far.setNoDelay(true);
    const pace = (): LanePace => this.#pace();
    return {
      near,
      far,
      lanes: [new TcpLane(near, far, this.#clock, pace), new TcpLane(far, near, this.#clock, pace)],
    };
  }

  #pace(): LanePace {
    const weather = this.#weather;
    switch (weather.kind) {
      case 'delay':
        return { ...CLEAR, delay: weather.ms + this.#random() * weather.jitter };
      case 'throttle':
        return { ...CLEAR, bytesPerSecond: weather.bytesPerSecond };
      case 'clear':
      case 'cut':
      case 'half-open':
        return CLEAR;
    }
  }

  #befall(link: Link): void {
    if (this.#weather.kind === 'half-open') this.#silence(link);
    if (this.#weather.kind !== 'cut') return;
    this.counts.cut += 1;
    link.near.resetAndDestroy();
    this.#drop(link);
  }

  /** Both sides believe in it, until the near one gives it up. */
  #silence(link: Link): void {
    this.counts.silenced += 1;
    for (const lane of link.lanes) lane.silence();
    link.near.resume();
    link.near.on('end', () => this.#drop(link));
  }

  /** Where the one side ends, the other does; what was under way is lost. */
  #drop(link: Link): void {
    if (!this.#links.delete(link)) return;
    for (const lane of link.lanes) lane.close();
    link.near.destroy();
    link.far?.destroy();
  }
}

export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const server = createServer({ allowHalfOpen: true });
  const proxy = new TcpProxy(server, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return proxy;
}
