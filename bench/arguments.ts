/** The arguments of `npm run bench`. */

import { parseArgs } from 'node:util';
import type { Size } from './benchmark.ts';

export type BenchArguments =
  | {
      readonly kind: 'run';
      readonly size: Size;
      /** A name, or the beginning of some; empty: all. */
      readonly only: string;
      /** Whether a threshold that is missed makes the run fail. */
      readonly check: boolean;
      readonly repeat: number;
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

export const HELP = `The benchmarks of pod-identity-revoker, each in processes of its own: hints on the embedded simulator, pods on prepared bytes.

Usage: npm run bench [-- --only NAME] [--small] [--check] [--repeat N]

  --only NAME   those whose name is this or begins with it, such as hints or hints/flood
  --small       fewer of everything: for continuous integration, some minutes for all
  --check       exit code 1 where a threshold of bench/thresholds.json is missed
  --repeat N    each so many times, 1 to 9; all runs are shown side by side
  --help        this text

Figures go to standard output as a table and to bench/results/ as JSON.
`;

export function parseArguments(args: readonly string[]): BenchArguments {
  const options = {
    only: { type: 'string', default: '' },
    small: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    repeat: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return { kind: 'help' };
    const { only, check, repeat } = values;
    if (!/^[1-9]$/.test(repeat)) return { kind: 'wrong', problem: '--repeat takes a number from 1 to 9' };
    return { kind: 'run', size: values.small ? 'small' : 'full', only, check, repeat: Number(repeat) };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}
