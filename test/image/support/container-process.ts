/** The daemon as it runs in its container, listened to line by line, and ended by a signal as Kubernetes does it. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

export class ContainerProcess {
  /** What it printed, on both outputs. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;

  /** Of the builder that runs the container. */
  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : -1));
    for (const input of [child.stdout, child.stderr]) {
      if (input !== null) createInterface({ input }).on('line', (line) => this.lines.push(line));
    }
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get ended(): Promise<number> {
    return this.#ended;
  }

  /** Signals the process whose program this is, below the builder: builders pass no signals on. */
  stop(program: string): void {
    const found = descendants(this.#child.pid ?? -1).find((pid) => commandOf(pid).startsWith(program));
    if (found === undefined) throw new Error(`nothing runs ${program}:\n${this.lines.join('\n')}`);
    process.kill(found, 'SIGTERM');
  }
}

function descendants(of: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === of)
    .map(Number);
  return [...children, ...children.flatMap(descendants)];
}

/** The fourth field, after the program's name, which may hold anything, in brackets. */
function parentOf(pid: string): number {
  const text = ofProcess(pid, 'stat');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
}

function commandOf(pid: number): string {
  return ofProcess(String(pid), 'cmdline');
}

/** Empty where the process has just ended. */
function ofProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
