/** From a message being visible to its eviction, while nothing else goes on and while all pods are read anew. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../simulator/demo/until.ts';
import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import type { Tenant } from '../cluster.ts';
import { percentile, spread } from '../percentile.ts';
import { holderIdentities } from '../pods/identities.ts';
import { HOLDERS_EVERY } from '../pods/template.ts';
import type { Reading } from '../relist/reading.ts';
import type { PodFront } from '../relist/start-front.ts';
import { startFront } from '../relist/start-front.ts';
import type { Stage } from '../stage.ts';
import { setStage } from '../stage.ts';
import { wayOf } from './way.ts';

const PODS = { full: 50_000, small: 5000 } as const satisfies Record<Size, number>;
/** In each of the two halves. */
const DELETIONS = { full: 150, small: 15 } as const satisfies Record<Size, number>;
/** As in hints/one-by-one. */
const APART_MS = 220;
/** As many identities as EKS allows associations. */
const MOST_IDENTITIES = 5000;

export const relist: Benchmark = {
  name: 'hints/relist',
  about: 'one deletion after the other, settle time 0: idle, and while all pods are read again and again',
  run: async (size) => {
    let front: PodFront | undefined;
    await using stage = await setStage({
      identities: 2 * DELETIONS[size],
      others: holderIdentities(Math.min(MOST_IDENTITIES, PODS[size] / HOLDERS_EVERY)),
      front: async (cluster) => (front = await startFront(cluster, PODS[size])),
      settings: { REVOKER_SETTLE_TIME: '0s', REVOKER_POLL_INTERVAL: '10m' },
    });
    if (front === undefined) throw new Error('there is no front');
    return await measure(stage, front);
  },
};

async function measure(stage: Stage, front: PodFront): Promise<readonly Figure[]> {
  const { cluster, course, daemon } = stage;
  const half = cluster.tenants.length / 2;
  const [quiet, hurried] = [cluster.tenants.slice(0, half), cluster.tenants.slice(half)];
  await daemon.used();
  await deleteEach(quiet, stage);
  const idle = await daemon.used();
  await front.setRestless(true);
  await deleteEach(hurried, stage);
  await front.setRestless(false);
  const busy = await daemon.used();
  const readings = await front.readings();
  const during = hurried.filter((tenant) => isDuring(course.visibleAt.get(tenant.associationId), readings));
  return [
    ...wayFigures('idle', quiet, stage),
    ...wayFigures('during a relist', during, stage),
    figure('deletions during a relist', during.length),
    figure('relists', readings.length - 1),
    figure('idle: event loop delay p99.9', idle.delay, 'ms'),
    figure('relists: event loop delay p99.9', busy.delay, 'ms'),
    figure('relists: event loop delay max', busy.delayMax, 'ms'),
    figure('peak memory', busy.peak, 'MB'),
    ...course.correctness(cluster.tenants),
  ];
}

async function deleteEach(tenants: readonly Tenant[], { course, daemon, deleter }: Stage): Promise<void> {
  for (const tenant of tenants) {
    const apart = pause(APART_MS);
    await deleter.delete(tenant.associationId);
    await until('its eviction', () => course.evictedAt().get(tenant.uid), daemon.signal);
    await apart;
  }
}

/** The whole way, and how much of it comes before the confirmation is asked for. */
function wayFigures(when: string, tenants: readonly Tenant[], stage: Stage): readonly Figure[] {
  const ways = tenants.map((tenant) => wayOf(tenant, stage));
  const heard = ways.map((way) => way.heard);
  return [
    ...spread(
      `${when}: visible to eviction`,
      ways.map(({ total }) => total),
      'ms',
    ),
    ...[50, 99].map((percent) =>
      figure(`${when}: visible to confirmation p${percent}`, percentile(heard, percent), 'ms'),
    ),
  ];
}

function isDuring(at: number | undefined, readings: readonly Reading[]): boolean {
  return at !== undefined && readings.some(({ from, until: end }) => at >= from && at < end);
}
