/** Measures ways side by side: one server, fresh processes for each run, in turns, and the median of each. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Course } from './course.ts';
import { courseUrl } from './course.ts';
import type { Runs } from './figures.ts';
import type { Used } from './meter.ts';

const SERVER = fileURLToPath(new URL('server.ts', import.meta.url));
const WAY = fileURLToPath(new URL('way.ts', import.meta.url));

export type Measured = {
  /** What it is called in the figures. */
  readonly name: string;
  /** A name that way.ts knows. */
  readonly way: string;
  readonly course: Course;
  /** Whether the state has to come a second time. */
  readonly expires?: boolean;
  /** Of Node.js; none for what is not ours. */
  readonly flags?: readonly string[];
};

export type PodServer = AsyncDisposable & { readonly port: number };

/** `program` tells its port first, and ends when it is told to. Of the default one see server.ts. */
export async function startPodServer(
  args: readonly string[] = [],
  program: string = SERVER,
): Promise<PodServer> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
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

/** Has the server make its bytes, so that nobody who is measured waits for them. */
export async function prepare({ port }: PodServer, course: Course): Promise<void> {
  await (await fetch(`${courseUrl(port, course)}/prepare`)).text();
}

/** Who comes with this token is served this course without naming it: the address that a pod has holds no path. */
export async function admit({ port }: PodServer, course: Course, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  await (await fetch(`${courseUrl(port, course)}/admit`, { headers })).text();
}

/** One after the other and round after round, so that what else the machine does meets all alike. */
export async function sideBySide(measured: readonly Measured[], rounds: number): Promise<Runs> {
  await using server = await startPodServer();
  for (const { course } of measured) await prepare(server, course);
  const runs = new Map<string, Used[]>(measured.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of measured) runs.get(one.name)?.push(await runOnce(server.port, one));
  }
  return runs;
}

let processes = 0;

export async function runOnce(
  port: number,
  { course, expires = false, flags = [], way }: Measured,
): Promise<Used> {
  processes += 1;
  const url = courseUrl(port, expires ? { ...course, expiry: processes } : course);
  const args = [...flags, WAY, way, url, String(course.pods), String(course.changes)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${way} ended with ${String(code)}`);
  return JSON.parse(output);
}
