/** Figures of what several rounds measured: the median, and where it matters the least and the most. */

import type { Figure, Unit } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import { percentile } from '../percentile.ts';

export function middle(values: readonly number[]): number {
  return percentile(values, 50);
}

export function medianOf<T>(
  name: string,
  rounds: readonly T[],
  pick: (round: T) => number,
  unit: Unit,
): Figure {
  return figure(name, middle(rounds.map(pick)), unit);
}

export function spreadOf<T>(
  ...[name, rounds, pick, unit]: Parameters<typeof medianOf<T>>
): readonly Figure[] {
  const values = rounds.map(pick);
  const median = figure(name, middle(values), unit);
  if (values.length < 2) return [median];
  return [
    median,
    figure(`${name} least`, Math.min(...values), unit),
    figure(`${name} most`, Math.max(...values), unit),
  ];
}
