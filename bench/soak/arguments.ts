/** The arguments of `npm run soak`. */

import { parseArgs } from 'node:util';

export type SoakArguments =
  | { readonly kind: 'run'; readonly minutes: number; readonly seed: number }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

export const HELP = `Two replicas of the daemon against the simulator, in real time, over wires that fail: churn, faults and
changes of the lead for the given time; then all of that ceases, and nothing may be left.

Usage: npm run soak [-- --minutes N] [--seed N]

  --minutes N   how long, 1 to 1440; default 30. Growth of memory is judged from 20 on
  --seed N      of churn, faults and changes of the lead; default 1
  --help        this text

Figures go to standard output and to bench/results/soak-<minutes>min.json. Exit code 1 where they are not as they must be.
`;

const MOST_MINUTES = 1440;

export function parseArguments(args: readonly string[]): SoakArguments {
  const options = {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return { kind: 'help' };
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    if (!(minutes >= 1 && minutes <= MOST_MINUTES)) {
      return { kind: 'wrong', problem: `--minutes takes a number from 1 to ${MOST_MINUTES}` };
    }
    if (!Number.isInteger(seed)) return { kind: 'wrong', problem: '--seed takes a whole number' };
    return { kind: 'run', minutes, seed };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}
