/** The daemon as a process of its own: started, listened to, stopped. */

import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DaemonLine } from './daemon-line.ts';
import { parseDaemonLine } from './daemon-line.ts';

export type DaemonCommand = {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
};

const LINES_KEPT = 200;
const STOP_LIMIT_MS = 15_000;

export class DaemonProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #exit: Promise<string>;
  readonly #died = new AbortController();
  readonly #lastLines: string[] = [];
  readonly #killAtExit = (): void => void this.#child.kill('SIGKILL');
  #isStopping = false;

  /**
   * `detached`: Ctrl-C in a terminal goes to the whole process group, and then again from `stop`; the second
   * signal would not let the daemon end in order.
   */
  constructor({ command, args, env }: DaemonCommand, onLine: (line: DaemonLine) => void) {
    this.#child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    process.on('exit', this.#killAtExit);
    createInterface({ input: this.#child.stderr }).on('line', (line) => this.#keep(line));
    createInterface({ input: this.#child.stdout }).on('line', (text) => {
      this.#keep(text);
      const line = parseDaemonLine(text);
      if (line !== undefined) onLine(line);
    });
    this.#exit = this.#ended();
  }

  /** Aborted, with an error that says how, when the daemon ends without having been told to. */
  get died(): AbortSignal {
    return this.#died.signal;
  }

  /** It is asked for whatever it understands. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  lastLines(count: number): readonly string[] {
    return this.#lastLines.slice(-count);
  }

  /** SIGTERM, and SIGKILL where that takes too long. Answers how it ended: `exit code 0`, `SIGKILL`. */
  async stop(): Promise<string> {
    this.#isStopping = true;
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    try {
      return await this.#exit;
    } finally {
      clearTimeout(impatience);
    }
  }

  /** SIGKILL, as when the node runs out of memory. */
  async kill(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  async #ended(): Promise<string> {
    const how = await new Promise<string>((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    process.off('exit', this.#killAtExit);
    if (!this.#isStopping) this.#died.abort(new Error(`the daemon ended by itself: ${how}`));
    return how;
  }

  #keep(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > LINES_KEPT) this.#lastLines.shift();
  }
}
