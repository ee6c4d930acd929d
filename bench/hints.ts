/** The benchmarks of hints: from a CloudTrail record in the queue to the eviction. */

import type { Benchmark } from './benchmark.ts';
import { badWeather } from './hints/bad-weather.ts';
import { burst } from './hints/burst.ts';
import { flood } from './hints/flood.ts';
import { oneByOne } from './hints/one-by-one.ts';
import { relist } from './hints/relist.ts';

export const HINTS: readonly Benchmark[] = [oneByOne, burst, badWeather, flood, relist];
