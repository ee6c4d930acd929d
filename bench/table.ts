/** Figures as a table for a person: one line for each figure, one column for each run. */

import type { Figure } from './benchmark.ts';

const NAME_WIDTH = 64;
const VALUE_WIDTH = 11;

export function tableLines(runs: readonly (readonly Figure[])[]): readonly string[] {
  const [first = []] = runs;
  return first.map(({ name }) => {
    const cells = runs.map((figures) => shown(figures.find((one) => one.name === name)));
    return `  ${name.padEnd(NAME_WIDTH)}${cells.map((cell) => cell.padStart(VALUE_WIDTH)).join('')}`;
  });
}

function shown(figure: Figure | undefined): string {
  return figure === undefined ? '-' : `${figure.value} ${figure.unit}`.trimEnd();
}
