/** Percentiles of measured times, and the figures that are told of them. */

import type { Figure, Unit } from './benchmark.ts';
import { figure } from './benchmark.ts';

/** The nearest rank: a value that was measured, never one between two. NaN where nothing was measured. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** p50, p90, p99 and the greatest, named `<what> p50` and so on. */
export function spread(what: string, values: readonly number[], unit: Unit): readonly Figure[] {
  return [
    ...[50, 90, 99].map((percent) => figure(`${what} p${percent}`, percentile(values, percent), unit)),
    figure(`${what} max`, percentile(values, 100), unit),
  ];
}
