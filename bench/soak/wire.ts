/** A wire from one replica to one API: a TCP proxy that suffers one fault at a time. */

import { setTimeout as pause } from 'node:timers/promises';
import type { TcpProxyOptions, Weather } from '../../test/support/tcp-proxy.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import type { TcpProxy } from '../../test/support/tcp-proxy.ts';

export const APIS = ['eks', 'cloudtrail', 'sqs', 'kubernetes'] as const;
export type Api = (typeof APIS)[number];

export type Fault = Exclude<Weather, { kind: 'clear' }>;

export class Wire implements AsyncDisposable {
  readonly proxy: TcpProxy;
  #isSuffering = false;

  constructor(proxy: TcpProxy) {
    this.proxy = proxy;
  }

  /** Ends early with the signal. False where it suffers from another fault already. */
  async suffer(fault: Fault, ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#isSuffering) return false;
    this.#isSuffering = true;
    this.proxy.weather = fault;
    await pause(ms, undefined, { signal }).catch(() => {});
    this.proxy.weather = { kind: 'clear' };
    this.#isSuffering = false;
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
  }
}

export async function startWire(options: TcpProxyOptions): Promise<Wire> {
  return new Wire(await startTcpProxy(options));
}
