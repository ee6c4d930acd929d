/** The real buildah on a store of its own, so that no image of the machine is touched. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { type TestContext } from 'node:test';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

export type Buildah = {
  /** A folder for what the test itself writes. */
  readonly folder: string;
  /** Runs buildah; a failure is an answer. */
  run(...args: readonly string[]): Promise<Ran>;
  /** Runs buildah and answers what it printed; a failure is an error. */
  ask(...args: readonly string[]): Promise<string>;
  /** Starts buildah and does not wait for its end. */
  start(...args: readonly string[]): ChildProcess;
};

/** Undefined, and the test skipped with a loud line, where nothing can be built. Under CI that is a failure. */
export function startBuildah(t: TestContext): Buildah | undefined {
  const missing = whatIsMissing();
  if (missing !== undefined) {
    if (process.env['CI'] !== undefined) throw new Error(`the image can't be built: ${missing}`);
    t.skip(`SKIPPED: the image is not built and not run: ${missing}`);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  const on = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
  const run: Buildah['run'] = async (...args) => execute([...on, ...args]);
  t.after(async () => {
    await run('rm', '--all');
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder,
    run,
    start: (...args) => spawn('buildah', [...on, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
    ask: async (...args) => {
      const { code, out, err } = await run(...args);
      if (code !== 0) throw new Error(`buildah ${args.join(' ')} failed (${code}): ${err}${out}`);
      return out.trim();
    },
  };
}

function whatIsMissing(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it takes root on Linux';
  return ['buildah', 'runc'].every(isOnPath) ? undefined : 'buildah and runc are not installed';
}

function isOnPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function execute(args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile('buildah', args, { maxBuffer: 1 << 26, timeout: 300_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
  });
}
