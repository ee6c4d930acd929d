/** `npm run soak`: runs the soak, shows its figures, keeps them as JSON, and checks what they must keep. */

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import process from 'node:process';
import type { Figure } from './benchmark.ts';
import { figure } from './benchmark.ts';
import type { SoakArguments } from './soak/arguments.ts';
import { HELP, parseArguments } from './soak/arguments.ts';
import type { Course } from './soak/figures.ts';
import { figuresOf, thresholds, wrongActs } from './soak/figures.ts';
import { soak } from './soak/soak.ts';
import { tableLines } from './table.ts';
import { missed } from './thresholds.ts';

const RESULTS = new URL('results/', import.meta.url);
const MISSED = 1;
const WRONG_ARGUMENTS = 2;

process.exitCode = await main(parseArguments(process.argv.slice(2)));

async function main(wanted: SoakArguments): Promise<number> {
  switch (wanted.kind) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'wrong':
      process.stderr.write(`soak: ${wanted.problem}\n`);
      return WRONG_ARGUMENTS;
    case 'run': {
      const problems = await soak(wanted, tell, (course) => told(course, wanted.seed));
      return problems.length === 0 ? 0 : MISSED;
    }
  }
}

function tell(sentence: string): void {
  process.stdout.write(`${new Date().toISOString()} ${sentence}\n`);
}

/** The problems. */
async function told(course: Course, seed: number): Promise<readonly string[]> {
  const { dead } = await course.world.simulator.queue.stats();
  const figures = [...figuresOf(course), figure('messages in the dead-letter queue', dead)];
  process.stdout.write(`${tableLines([figures]).join('\n')}\n`);
  for (const { name, deaths, errors } of [course.pair.steady, course.pair.shaken]) {
    for (const death of deaths) process.stdout.write(`${name} ended: ${death}\n`);
    for (const [message, count] of errors) process.stdout.write(`${name} logged ${count} x ${message}\n`);
  }
  for (const wrong of wrongActs(course)) process.stdout.write(`${wrong}\n`);
  await keep(figures, course, seed);
  const problems = missed('soak', figures, thresholds(course.minutes));
  for (const problem of problems) process.stdout.write(`MISSED ${problem}\n`);
  if (problems.length === 0) process.stdout.write('Everything was as it must be.\n');
  return problems;
}

async function keep(figures: readonly Figure[], { samples, minutes }: Course, seed: number): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    load: loadavg(),
  };
  const document = { at: new Date().toISOString(), machine, name: 'soak', seed, figures, samples };
  await writeFile(new URL(`soak-${minutes}min.json`, RESULTS), `${JSON.stringify(document, undefined, 2)}\n`);
}
