/** The benchmarks of the whole daemon at the size of the largest clusters. */

import type { Benchmark } from './benchmark.ts';
import { change } from './whole/change.ts';
import { large } from './whole/large.ts';
import { start } from './whole/start.ts';

export const WHOLE: readonly Benchmark[] = [start, large, change];
