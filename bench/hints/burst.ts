/** Many deletions at once: all evicted, at the pace that is allowed, within the budget of EKS. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../simulator/demo/until.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import { askedOf, budgetFigures } from '../budget.ts';
import { isWorkedOff, queueFigures } from '../course.ts';
import { spread } from '../percentile.ts';
import type { Stage } from '../stage.ts';
import { setStage } from '../stage.ts';

const RATE = 50;
const BURST = 50;
const CONFIRM_RATE = 100;
const DESCRIBE_RATE = 100;
const SWEEP_SECONDS = 10;

/** Time for a second eviction, were there to be one. */
const AFTERWARDS_MS = 2000;

export const burst: Benchmark = {
  name: 'hints/burst',
  about: `all deletions at once, settle time 0, ${RATE} evictions/s with a burst of ${BURST}, ${CONFIRM_RATE} confirmations/s`,
  run: async (size) => {
    await using stage = await setStage({
      identities: size === 'full' ? 500 : 75,
      settings: {
        REVOKER_SETTLE_TIME: '0s',
        REVOKER_EVICTION_RATE: String(RATE),
        REVOKER_EVICTION_BURST: String(BURST),
        REVOKER_CONFIRM_RATE: String(CONFIRM_RATE),
        REVOKER_DESCRIBE_RATE: String(DESCRIBE_RATE),
      },
    });
    return await measure(stage);
  },
};

async function measure({ cluster, course, daemon, deleter, readyAt }: Stage): Promise<readonly Figure[]> {
  const { tenants, simulator } = cluster;
  await Promise.all(tenants.map(({ associationId }) => deleter.delete(associationId)));
  const isDone = (): true | undefined => course.evictedAt().size >= tenants.length || undefined;
  await until('every eviction', isDone, daemon.signal);
  await until('an empty queue', () => isWorkedOff(cluster), daemon.signal);
  await pause(AFTERWARDS_MS);
  const evictedAt = course.evictedAt();
  const times = [...evictedAt.values()].toSorted((one, other) => one - other);
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const waits = tenants.map(
    ({ uid, associationId }) =>
      ((evictedAt.get(uid) ?? Number.NaN) - (course.endedAt.get(associationId) ?? 0)) / 1000,
  );
  const least = ((tenants.length - BURST) / RATE) * 1000;
  return [
    ...spread('deletion to eviction', waits, 's'),
    figure('first to last eviction', took / 1000, 's'),
    figure('share of the pace reached', Math.min(100, (least / took) * 100), '%'),
    ...course.correctness(tenants),
    ...(await queueFigures(cluster)),
    ...budgetFigures(askedOf(simulator.eks.requests, readyAt), {
      confirm: CONFIRM_RATE,
      describe: DESCRIBE_RATE,
      sweep: SWEEP_SECONDS,
    }),
  ];
}
