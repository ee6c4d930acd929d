/** What a benchmark is: a name, what it measures, and a run that answers with figures. */

/** `small` is for continuous integration: the same course with fewer of everything. */
export type Size = 'full' | 'small';

/** `x` is a ratio. */
export type Unit = 'ms' | 's' | '%' | '/s' | 'MB' | 'x' | '';

export type Figure = { readonly name: string; readonly value: number; readonly unit: Unit };

export type Benchmark = {
  /** `group/what`, as it is asked for on the command line. */
  readonly name: string;
  readonly about: string;
  /** Runs in a process of its own, once. */
  readonly run: (size: Size) => Promise<readonly Figure[]>;
};

/** Seconds, rates and ratios are told in hundredths, all else in tenths. */
export function figure(name: string, value: number, unit: Unit = ''): Figure {
  return { name, value: Number(value.toFixed(['s', '/s', 'x'].includes(unit) ? 2 : 1)), unit };
}
