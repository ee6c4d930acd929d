/** Messages lost, doubled, late and out of order: all is contained, what the queue lost by the poll. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../simulator/demo/until.ts';
import { textAt } from '../../simulator/kubernetes/object.ts';
import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import type { Tenant } from '../cluster.ts';
import { isWorkedOff, queueFigures } from '../course.ts';
import type { BenchDaemon } from '../daemon.ts';
import { percentile } from '../percentile.ts';
import type { Stage } from '../stage.ts';
import { setStage } from '../stage.ts';

const WEATHER = {
  loss: 0.2,
  duplication: 0.2,
  reordering: 0.3,
  delay: { min: 0, max: 2000 },
  heldBack: 5000,
} as const;

/** Five deletions a second. */
const APART_MS = 200;
const ENDING_MS = 200;
const POLL_SECONDS = { full: 30, small: 6 } as const satisfies Record<Size, number>;

export const badWeather: Benchmark = {
  name: 'hints/bad-weather',
  about: '20 % of the messages lost, 20 % doubled, 30 % held back by up to 5 s; settle time 0',
  run: async (size) => {
    await using stage = await setStage({
      identities: size === 'full' ? 300 : 40,
      endingMs: ENDING_MS,
      settings: { REVOKER_SETTLE_TIME: '0s', REVOKER_POLL_INTERVAL: `${POLL_SECONDS[size]}s` },
    });
    return await measure(stage);
  },
};

async function measure({ cluster, course, daemon, deleter }: Stage): Promise<readonly Figure[]> {
  const { simulator, tenants } = cluster;
  simulator.rule.delivery = WEATHER;
  for (const { associationId } of tenants) {
    const apart = pause(APART_MS);
    await deleter.delete(associationId);
    await apart;
  }
  const isDone = (): true | undefined => tenants.every(({ uid }) => course.goneAt.has(uid)) || undefined;
  await until('every pod being gone', isDone, daemon.signal);
  await until(
    'every message being delivered',
    () => simulator.rule.waiting === 0 || undefined,
    daemon.signal,
  );
  await until('an empty queue', () => isWorkedOff(cluster), daemon.signal);
  const sources = sourcesIn(daemon);
  const took = ({ associationId, uid }: Tenant): number =>
    ((course.goneAt.get(uid) ?? Number.NaN) - (course.endedAt.get(associationId) ?? 0)) / 1000;
  const groupOf = (source: string): readonly number[] =>
    tenants.filter(({ identity }) => sources.get(identity) === source).map(took);
  const { lost, duplicated } = simulator.rule.counts;
  return [
    ...groupFigures('queue', groupOf('queue')),
    ...groupFigures('list', groupOf('list')),
    figure('messages lost', lost),
    figure('messages doubled', duplicated),
    ...course.correctness(tenants),
    ...(await queueFigures(cluster)),
  ];
}

/** By identity: what first noticed the end that its eviction was for, as the daemon tells it. */
function sourcesIn({ lines }: BenchDaemon): ReadonlyMap<string, string> {
  const evicted = lines.filter(({ message }) => message === 'holder evicted');
  return new Map(
    evicted.map(({ fields }) => [textAt(fields, 'identity') ?? '', textAt(fields, 'source') ?? '']),
  );
}

function groupFigures(source: string, seconds: readonly number[]): readonly Figure[] {
  return [
    figure(`contained by ${source}`, seconds.length),
    figure(`containment by ${source} p50`, percentile(seconds, 50), 's'),
    figure(`containment by ${source} p99`, percentile(seconds, 99), 's'),
  ];
}
