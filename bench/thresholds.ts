/** Thresholds: what a figure must keep, for each benchmark by name, and what was missed. */

import { readFileSync } from 'node:fs';
import type { Figure } from './benchmark.ts';

/** Inclusive. */
export type Threshold = { readonly most?: number; readonly least?: number };

/** By the name of the benchmark, then by the name of the figure. */
export type Thresholds = Readonly<Record<string, Readonly<Record<string, Threshold>>>>;

export function readThresholds(): Thresholds {
  return JSON.parse(readFileSync(new URL('thresholds.json', import.meta.url), 'utf8'));
}

/** A sentence for each threshold that is missed; a figure that is missing or not finite misses too. */
export function missed(name: string, figures: readonly Figure[], thresholds: Thresholds): readonly string[] {
  const values = new Map(figures.map((one) => [one.name, one.value]));
  return Object.entries(thresholds[name] ?? {}).flatMap(([what, { most, least }]) => {
    const value = values.get(what);
    if (value === undefined || !Number.isFinite(value)) return `${name}: there is no figure ${what}`;
    if (most !== undefined && value > most) return `${name}: ${what} is ${value}, at most ${most} was wanted`;
    if (least !== undefined && value < least)
      return `${name}: ${what} is ${value}, at least ${least} was wanted`;
    return [];
  });
}
