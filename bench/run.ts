/** `npm run bench`: runs the benchmarks, each in a fresh process, shows their figures, and checks the thresholds. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { BENCHMARKS } from './all.ts';
import type { BenchArguments } from './arguments.ts';
import { HELP, parseArguments } from './arguments.ts';
import type { Benchmark, Figure, Size } from './benchmark.ts';
import { tableLines } from './table.ts';
import { missed, readThresholds } from './thresholds.ts';

const ONE = fileURLToPath(new URL('one.ts', import.meta.url));
const RESULTS = new URL('results/', import.meta.url);
const MISSED = 1;
const WRONG_ARGUMENTS = 2;

type Result = {
  readonly name: string;
  readonly size: Size;
  readonly runs: readonly (readonly Figure[])[];
};

process.exitCode = await main(parseArguments(process.argv.slice(2)));

async function main(wanted: BenchArguments): Promise<number> {
  if (wanted.kind === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const only = wanted.kind === 'run' ? BENCHMARKS.filter(({ name }) => isMeant(name, wanted.only)) : [];
  if (wanted.kind === 'wrong' || only.length === 0) {
    const problem = wanted.kind === 'wrong' ? wanted.problem : `there is no benchmark ${wanted.only}`;
    const names = BENCHMARKS.map(({ name }) => `  ${name}\n`).join('');
    process.stderr.write(`bench: ${problem}\nThere are:\n${names}`);
    return WRONG_ARGUMENTS;
  }
  const results: Result[] = [];
  for (const benchmark of only) results.push(await measured(benchmark, wanted));
  await keep(results);
  return wanted.check ? checked(results) : 0;
}

function isMeant(name: string, only: string): boolean {
  return only === '' || name === only || name.startsWith(`${only}/`);
}

async function measured(
  { name, about }: Benchmark,
  { size, repeat }: { readonly size: Size; readonly repeat: number },
): Promise<Result> {
  process.stdout.write(`${name} (${size}): ${about}\n`);
  const runs: (readonly Figure[])[] = [];
  for (let run = 0; run < repeat; run += 1) runs.push(await runOnce(name, size));
  process.stdout.write(`${tableLines(runs).join('\n')}\n\n`);
  return { name, size, runs };
}

async function runOnce(name: string, size: Size): Promise<readonly Figure[]> {
  const child = spawn(process.execPath, [ONE, name, size], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}`);
  return JSON.parse(output);
}

async function keep(results: readonly Result[]): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  for (const result of results) {
    const place = new URL(`${result.name.replaceAll('/', '-')}-${result.size}.json`, RESULTS);
    const document = { at: new Date().toISOString(), machine, ...result };
    await writeFile(place, `${JSON.stringify(document, undefined, 2)}\n`);
  }
}

/** Every run counts: the best of several proves nothing. */
function checked(results: readonly Result[]): number {
  const thresholds = readThresholds();
  const problems = results.flatMap(({ name, runs }) =>
    runs.flatMap((figures) => missed(name, figures, thresholds)),
  );
  for (const problem of problems) process.stdout.write(`MISSED ${problem}\n`);
  if (problems.length === 0) process.stdout.write('Every threshold was kept.\n');
  return problems.length === 0 ? 0 : MISSED;
}
