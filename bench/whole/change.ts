/** What it costs to decide: one changed association among all of them, a sweep, and a visit of everybody. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { Daemon } from '../../src/controller/daemon.ts';
import { sweep } from '../../src/controller/sweep.ts';
import { hours } from '../../src/domain/time.ts';
import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import { DecisionWorld } from './world.ts';

type Form = { readonly associations: number; readonly holders: number; readonly changes: number };

const FORMS = {
  full: { associations: 5000, holders: 100_000, changes: 1000 },
  small: { associations: 5000, holders: 20_000, changes: 200 },
} as const satisfies Record<Size, Form>;

const SWEEPS = 20;
const IDLE_MS = 2000;

export const change: Benchmark = {
  name: 'daemon/change',
  about: 'the controller in memory: one changed association among 5,000, a sweep, a visit of everybody',
  run: async (size) => {
    const { associations, changes, holders }: Form = FORMS[size];
    const world = new DecisionWorld(associations, holders);
    const daemon = new Daemon(world.deps, { pollInterval: hours(1), describeRate: 1_000_000 });
    const stop = new AbortController();
    const running = daemon.run(stop.signal);
    const beginning = await metered(() => judged(world));
    const idle = (await metered(() => pause(IDLE_MS))).cpu / IDLE_MS;
    const once = async (work: (n: number) => void, from: number): Promise<number> => {
      const { cpu, wall } = await metered(() => oneByOne(world, work, { from, changes }));
      return (cpu - idle * wall) / changes;
    };
    const deleted = await once((n) => world.delete(n), 0);
    const updated = await once((n) => world.update(n), changes);
    const swept = await sweeps(world);
    stop.abort();
    await running;
    return [
      figure('cpu of a deletion', deleted, 'ms'),
      figure('cpu of a change in place', updated, 'ms'),
      figure('evicted', holders - world.table.size),
      ...swept,
      figure('all read and judged: cpu', beginning.cpu / 1000, 's'),
      figure('all read and judged: longest', beginning.longest, 'ms'),
      figure('cpu of a second at rest', idle * 1000, 'ms'),
    ];
  },
};

/** Each holder has its verdict. */
async function judged({ deps, identities }: DecisionWorld): Promise<void> {
  const isJudged = (): boolean =>
    identities.every((identity) => {
      const { opinions, standing } = deps.ledger.entry(identity);
      return standing.kind === 'known' && opinions.size === deps.pods.holdersOf(identity).length;
    });
  do await pause(100);
  while (!isJudged());
}

async function oneByOne(
  world: DecisionWorld,
  work: (n: number) => void,
  { changes, from }: { readonly changes: number; readonly from: number },
): Promise<void> {
  for (let n = from; n < from + changes; n += 1) {
    const evicted = new Promise<void>((resolve) => {
      world.onEviction = resolve;
    });
    work(n);
    await evicted;
    await turn();
  }
}

async function sweeps(world: DecisionWorld): Promise<readonly Figure[]> {
  const findings = { visit: () => undefined, describe: () => undefined, listed: () => undefined };
  const { cpu, longest } = await metered(async () => {
    for (let n = 0; n < SWEEPS; n += 1) {
      await sweep(world.deps, findings, new AbortController().signal);
      await turn();
    }
  });
  return [figure('cpu of a sweep', cpu / SWEEPS, 'ms'), figure('longest slice of a sweep', longest, 'ms')];
}

/** All in milliseconds. */
async function metered(
  work: () => Promise<unknown>,
): Promise<{ readonly cpu: number; readonly wall: number; readonly longest: number }> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const [before, from] = [process.cpuUsage(), performance.now()];
  await work();
  const { system, user } = process.cpuUsage(before);
  delays.disable();
  return { cpu: (user + system) / 1000, wall: performance.now() - from, longest: delays.max / 1e6 };
}
