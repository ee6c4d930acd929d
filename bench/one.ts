/** Runs one benchmark in this process and prints its figures as JSON: `node bench/one.ts NAME SIZE`. */

import process from 'node:process';
import { BENCHMARKS } from './all.ts';

const [name, size] = process.argv.slice(2);
const benchmark = BENCHMARKS.find((one) => one.name === name);
if (benchmark === undefined || (size !== 'full' && size !== 'small')) {
  throw new Error('Usage: node bench/one.ts NAME full|small');
}
process.stdout.write(`${JSON.stringify(await benchmark.run(size))}\n`);
