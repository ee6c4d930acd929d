/** The whole daemon as a process of its own, with a gauge in it and the files of a pod: started, asked what it used, stopped. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseDaemonLine } from '../../simulator/demo/daemon-line.ts';
import { textAt } from '../../simulator/kubernetes/object.ts';
import { VIEW_FLAGS } from '../pods/view-flags.ts';
import type { Look } from './gauge.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const BEFORE = ['in-pod.ts', 'gauge.ts'].flatMap((name) => ['--import', new URL(name, import.meta.url).href]);
/** As the chart has it: 70 % of the memory limit. */
const HEAP = ['--max-old-space-size=358'] as const;
/** For a profile: `BENCH_NODE_FLAGS='--cpu-prof --cpu-prof-dir=/tmp/profile'`. */
const EXTRA = process.env['BENCH_NODE_FLAGS']?.split(' ') ?? [];
const LOOK_EVERY_MS = 50;
const LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 20_000;

export type Addresses = { readonly listen: string; readonly statusListen: string };

export class WholeDaemon implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #addresses: Promise<Addresses>;
  readonly #ended: Promise<unknown>;
  readonly #lines: string[] = [];

  constructor(env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [...VIEW_FLAGS, ...HEAP, ...EXTRA, ...BEFORE, MAIN, 'run'], {
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#ended = once(this.#child, 'exit');
    this.#addresses = this.#started();
    // Whoever waits for them hears of it.
    this.#addresses.catch(() => undefined);
  }

  /** From the last look, or from the beginning. */
  async look(): Promise<Look> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(LIMIT_MS) });
    this.#child.send('look');
    const [look] = await answer;
    return look;
  }

  /** Fulfilled when it listens. */
  async started(): Promise<void> {
    await this.#addresses;
  }

  async ready(): Promise<void> {
    const { listen } = await this.#addresses;
    await this.#until('ready', async () => {
      const answer = await fetch(`http://${listen}/readyz`);
      await answer.arrayBuffer();
      return answer.ok;
    });
  }

  /** Fulfilled when the grant of every association was read. */
  async informed(): Promise<void> {
    const { statusListen } = await this.#addresses;
    await this.#until('the grants', async () => {
      const answer = await fetch(`http://${statusListen}/api/v1/status`);
      const isKnown = textAt(await answer.json(), 'readings', 'grants', 'at') !== undefined;
      if (!isKnown) await pause(500);
      return isKnown;
    });
  }

  /** Fulfilled when it is the leader. */
  async leading(): Promise<void> {
    await this.#until('the leader', async () => {
      const isLeading = (await this.metric('pod_identity_revoker_leader')) === 1;
      if (!isLeading) await pause(500);
      return isLeading;
    });
  }

  /** How many bytes it tells of itself to Prometheus. */
  async scrape(): Promise<number> {
    const { listen } = await this.#addresses;
    return (await (await fetch(`http://${listen}/metrics`)).arrayBuffer()).byteLength;
  }

  /** The value of a gauge without labels, or with exactly these as they are written. */
  async metric(name: string): Promise<number> {
    const { listen } = await this.#addresses;
    const text = await (await fetch(`http://${listen}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? Number.NaN : Number(line.slice(name.length + 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    this.#child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(impatience);
  }

  async #started(): Promise<Addresses> {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('the daemon has no standard output');
    const { promise, resolve, reject } = Promise.withResolvers<Addresses>();
    createInterface({ input: stdout }).on('line', (text) => {
      if (this.#lines.push(text) > 20) this.#lines.shift();
      const line = parseDaemonLine(text);
      const [listen, statusListen] = [textAt(line?.fields, 'listen'), textAt(line?.fields, 'statusListen')];
      if (line?.message === 'started' && listen && statusListen) resolve({ listen, statusListen });
    });
    this.#ended.then(() => reject(new Error(`the daemon ended: ${this.#lines.join('\n')}`)), reject);
    return promise;
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const limit = performance.now() + LIMIT_MS;
    while (!(await isSo())) {
      if (performance.now() > limit) throw new Error(`not ${what}: ${this.#lines.join('\n')}`);
      await pause(LOOK_EVERY_MS);
    }
  }
}
