/** The benchmarks of the view of the pods: what it costs to read a cluster and to follow it. */

import type { Benchmark } from './benchmark.ts';
import { changes } from './pods/changes.ts';
import { large } from './pods/large.ts';
import { relist } from './pods/relist.ts';
import { sync } from './pods/sync.ts';

export const PODS: readonly Benchmark[] = [sync, changes, large, relist];
