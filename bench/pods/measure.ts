/** Measures ways side by side: one server, fresh processes for each run, in turns, and the median of each. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { percentile } from '../percentile.ts';
import type { Course } from './course.ts';
import { courseUrl } from './course.ts';
import type { Used } from './meter.ts';

const SERVER = fileURLToPath(new URL('server.ts', import.meta.url));
const WAY = fileURLToPath(new URL('way.ts', import.meta.url));

export type Measured = {
  /** What it is called in the figures. */
  readonly name: string;
  /** A name that way.ts knows. */
  readonly way: string;
  readonly course: Course;
};

export type PodServer = AsyncDisposable & { readonly port: number };

export async function startPodServer(): Promise<PodServer> {
  const child = spawn(process.execPath, [SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [''])]);
  const port = Number(line);
  if (!Number.isInteger(port) || port === 0) throw new Error('the server of the benchmark did not start');
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

/** One after the other and round after round, so that what else the machine does meets all alike. */
export async function sideBySide(
  measured: readonly Measured[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly Used[]>> {
  await using server = await startPodServer();
  for (const { course } of measured) await (await fetch(`${courseUrl(server.port, course)}/prepare`)).text();
  const runs = new Map<string, Used[]>(measured.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of measured) runs.get(one.name)?.push(await runOnce(server.port, one));
  }
  return runs;
}

async function runOnce(port: number, { course, way }: Measured): Promise<Used> {
  const args = [WAY, way, courseUrl(port, course), String(course.pods), String(course.changes)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${way} ended with ${String(code)}`);
  return JSON.parse(output);
}

/** The median of one of the numbers; NaN where nothing was measured. */
export function median(runs: readonly Used[] | undefined, what: keyof Used): number {
  return percentile(
    (runs ?? []).map((used) => used[what]),
    50,
  );
}
