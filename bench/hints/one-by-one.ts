/** Deletions one after the other: from the message being visible in SQS to the eviction request. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../simulator/demo/until.ts';
import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import { isWorkedOff, queueFigures } from '../course.ts';
import { percentile, spread } from '../percentile.ts';
import type { Stage } from '../stage.ts';
import { setStage } from '../stage.ts';
import { wayOf } from './way.ts';

/** Above the pace of looks with the default REVOKER_CONFIRM_RATE: five a second in the long run. */
const APART_MS = 220;

export const oneByOne: Benchmark = {
  name: 'hints/one-by-one',
  about: 'one deletion after the other, settle time 0: from visible in SQS to the eviction request',
  run: async (size) => {
    await using stage = await setStage({
      identities: size === 'full' ? 200 : 20,
      settings: { REVOKER_SETTLE_TIME: '0s', REVOKER_POLL_INTERVAL: '10m' },
    });
    return await measure(stage, size);
  },
};

async function measure(stage: Stage, size: Size): Promise<readonly Figure[]> {
  const { cluster, course, daemon, deleter } = stage;
  for (const tenant of cluster.tenants) {
    const apart = pause(size === 'full' ? APART_MS : 0);
    await deleter.delete(tenant.associationId);
    await until('its eviction', () => course.evictedAt().get(tenant.uid), daemon.signal);
    await apart;
  }
  await until('an empty queue', () => isWorkedOff(cluster), daemon.signal);
  const ways = cluster.tenants.map((tenant) => wayOf(tenant, stage));
  return [
    ...spread(
      'visible to eviction',
      ways.map(({ total }) => total),
      'ms',
    ),
    ...stepFigures(
      'visible to confirmation',
      ways.map(({ heard }) => heard),
    ),
    ...stepFigures(
      'confirmation to eviction',
      ways.map(({ confirmed }) => confirmed),
    ),
    ...course.correctness(cluster.tenants),
    ...(await queueFigures(cluster)),
  ];
}

function stepFigures(what: string, values: readonly number[]): readonly Figure[] {
  return [50, 99].map((percent) => figure(`${what} p${percent}`, percentile(values, percent), 'ms'));
}
