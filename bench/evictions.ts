/** The benchmarks of evictions: many at once, and one while all pods are read anew. */

import type { Benchmark } from './benchmark.ts';
import { bulk } from './evictions/bulk.ts';

export const EVICTIONS: readonly Benchmark[] = [bulk];
