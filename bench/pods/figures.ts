/** The figures of ways that were measured side by side: medians with their spread, and ratios of medians. */

import type { Figure, Unit } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import { percentile } from '../percentile.ts';
import type { Used } from './meter.ts';

export type Runs = ReadonlyMap<string, readonly Used[]>;

type Quantity = Exclude<keyof Used, 'counted'>;

const UNITS = {
  wall: 's',
  cpu: 's',
  peak: 'MB',
  after: 'MB',
  delay: 'ms',
  delayMax: 'ms',
} as const satisfies Record<Quantity, Unit>;

/** NaN where nothing was measured. */
export function median(runs: Runs, name: string, what: keyof Used): number {
  return percentile(valuesOf(runs, name, what), 50);
}

/** Of every way the median of each quantity, and where there were several runs the least and the most of its CPU time. */
export function usedFigures(runs: Runs, quantities: readonly Quantity[]): readonly Figure[] {
  return [...runs.keys()].flatMap((name) => [
    ...quantities.map((what) => figure(`${name}: ${what}`, median(runs, name, what), UNITS[what])),
    ...spreadOfCpu(runs, name),
  ]);
}

function spreadOfCpu(runs: Runs, name: string): readonly Figure[] {
  const values = valuesOf(runs, name, 'cpu');
  if (values.length < 2) return [];
  return [
    figure(`${name}: cpu least`, Math.min(...values), 's'),
    figure(`${name}: cpu most`, Math.max(...values), 's'),
  ];
}

/** How many times as much the one takes as the other. */
export function ratio(runs: Runs, what: Quantity, [one, other]: readonly [string, string]): Figure {
  return figure(`${what}: ${one} / ${other}`, median(runs, one, what) / median(runs, other, what), 'x');
}

/** How many runs of a way counted something else than they should have. */
export function miscounted(runs: Runs, names: readonly string[], counted: number): Figure {
  const wrong = names.flatMap((name) => valuesOf(runs, name, 'counted')).filter((value) => value !== counted);
  return figure('runs that counted wrongly', wrong.length);
}

function valuesOf(runs: Runs, name: string, what: keyof Used): readonly number[] {
  return (runs.get(name) ?? []).map((used) => used[what]);
}
