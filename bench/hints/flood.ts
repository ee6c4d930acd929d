/** A flood of forged messages with one real deletion in the middle: it is found, and EKS notices little. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../simulator/demo/until.ts';
import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import { askedOf, budgetFigures } from '../budget.ts';
import { isWorkedOff, queueFigures } from '../course.ts';
import type { BenchDaemon } from '../daemon.ts';
import type { Stage } from '../stage.ts';
import { setStage } from '../stage.ts';
import { forgedMessages } from './forged.ts';

const FORGED = { full: 10_000, small: 1000 } as const satisfies Record<Size, number>;
const WATCHED_MS = { full: 60_000, small: 15_000 } as const satisfies Record<Size, number>;
/** The defaults of the daemon, but for the first reading of all grants. */
const RATES = { confirm: 20, describe: 100, sweep: 10 } as const;
const PROBE_EVERY_MS = 100;

export const flood: Benchmark = {
  name: 'hints/flood',
  about: 'forged messages in a burst, one real deletion in the middle; settle time 0',
  run: async (size) => {
    await using stage = await setStage({
      identities: size === 'full' ? 500 : 100,
      settings: { REVOKER_SETTLE_TIME: '0s', REVOKER_DESCRIBE_RATE: String(RATES.describe) },
    });
    return await measure(stage, size);
  },
};

async function measure(stage: Stage, size: Size): Promise<readonly Figure[]> {
  const { cluster, course, daemon, deleter } = stage;
  const { simulator, tenants } = cluster;
  const [real, ...others] = tenants;
  if (real === undefined) throw new Error('there is no tenant');
  const forged = forgedMessages({ simulator, tenants: others }, FORGED[size]);
  const half = forged.length / 2;
  const beganAt = simulator.clock.now();
  const watched = pause(WATCHED_MS[size]);
  const probing = probe(daemon, AbortSignal.any([AbortSignal.timeout(WATCHED_MS[size]), daemon.signal]));
  await simulator.queue.send(...forged.slice(0, half));
  await deleter.delete(real.associationId);
  await simulator.queue.send(...forged.slice(half));
  const sentAt = simulator.clock.now();
  await until('an empty queue', () => isWorkedOff(cluster), daemon.signal);
  const workedOffAt = simulator.clock.now();
  const evictedAt = await until('the eviction', () => course.evictedAt().get(real.uid), daemon.signal);
  await watched;
  return [
    figure(
      'real message visible to its eviction',
      (evictedAt - (course.visibleAt.get(real.associationId) ?? 0)) / 1000,
      's',
    ),
    figure('forged messages', forged.length),
    figure('time to send them', (sentAt - beganAt) / 1000, 's'),
    figure('time to work them off', (workedOffAt - beganAt) / 1000, 's'),
    figure('slowest answer of /livez', Math.max(...(await probing)), 'ms'),
    figure('time watched', WATCHED_MS[size] / 1000, 's'),
    ...course.correctness([real]),
    ...(await queueFigures(cluster)),
    ...budgetFigures(askedOf(simulator.eks.requests, beganAt), RATES),
  ];
}

/** How long each answer of /livez took, until `over`; a failed one counts as one that never came. */
async function probe({ answers }: BenchDaemon, over: AbortSignal): Promise<readonly number[]> {
  const took: number[] = [];
  while (!over.aborted) {
    const began = performance.now();
    const answer = await fetch(`http://${answers.addresses.listen}/livez`).catch(() => undefined);
    await answer?.arrayBuffer();
    took.push(answer?.ok === true ? performance.now() - began : Number.POSITIVE_INFINITY);
    await pause(PROBE_EVERY_MS);
  }
  return took;
}
