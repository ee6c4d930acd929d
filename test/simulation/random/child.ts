/** The simulation in a process of its own: node:test watches every promise, which makes histories twice as long. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export type Simulated = { readonly isWell: boolean; readonly lines: readonly string[] };

/** Runs the command that simulates, of this repository or of a copy of it. */
export function simulated(args: readonly string[], root = ROOT): Promise<Simulated> {
  return new Promise((resolve) => {
    const command = ['test/simulation/run.ts', ...args];
    execFile(process.execPath, command, { cwd: root, maxBuffer: 2 ** 26 }, (error, out, err) => {
      const lines = `${out}${err}`.split('\n').filter((line) => line !== '');
      resolve({ isWell: error === null, lines });
    });
  });
}
