/** Every benchmark there is, in the order in which they run. */

import type { Benchmark } from './benchmark.ts';
import { EVICTIONS } from './evictions.ts';
import { HINTS } from './hints.ts';
import { PODS } from './pods.ts';
import { WHOLE } from './whole.ts';

export const BENCHMARKS: readonly Benchmark[] = [...HINTS, ...EVICTIONS, ...PODS, ...WHOLE];
