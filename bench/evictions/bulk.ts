/** One role was compromised: thousands of holders of one identity are evicted at the pace, with one request each. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../simulator/demo/until.ts';
import type { RecordedRequest } from '../../simulator/kubernetes/requests.ts';
import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import { askedOf } from '../budget.ts';
import type { Tenant } from '../cluster.ts';
import { OWN_NAMESPACE } from '../cluster.ts';
import type { Stage } from '../stage.ts';
import { setStage } from '../stage.ts';

const PODS = { full: 10_000, small: 1500 } as const satisfies Record<Size, number>;
const RATE = 500;
const BURST = 100;
const CONCURRENCY = 128;
/** What an API server takes for an eviction that etcd has to write, when there is much to write. */
const ANSWER_MS = 20;
/** What a pod takes to end. */
const ENDING_MS = 5000;
/** Others who have an association and a pod, and keep both. */
const BYSTANDERS = 20;
/** Time for a second eviction, were there to be one, and for the last Events. */
const AFTERWARDS_MS = 2000;

export const bulk: Benchmark = {
  name: 'evictions/bulk',
  about: `all holders of one identity, settle time 0, ${RATE} evictions/s with a burst of ${BURST}, each answered after ${ANSWER_MS} ms`,
  run: async (size) => {
    await using stage = await setStage({
      identities: 1 + BYSTANDERS,
      crowd: PODS[size],
      endingMs: ENDING_MS,
      settings: {
        REVOKER_SETTLE_TIME: '0s',
        REVOKER_NAMESPACE: OWN_NAMESPACE,
        REVOKER_EVICTION_RATE: String(RATE),
        REVOKER_EVICTION_BURST: String(BURST),
        REVOKER_EVICTION_CONCURRENCY: String(CONCURRENCY),
      },
    });
    return await measure(stage, PODS[size]);
  },
};

async function measure(stage: Stage, count: number): Promise<readonly Figure[]> {
  const { cluster, course, daemon, deleter } = stage;
  const { tenants, simulator } = cluster;
  const stale = tenants.slice(0, count);
  simulator.kubernetes.faults.add({
    match: { verb: 'create', resource: 'pods/eviction' },
    effect: { kind: 'delay', ms: ANSWER_MS },
  });
  const before = await daemon.used();
  const from = simulator.clock.now();
  await deleter.delete(stale[0]?.associationId ?? '');
  await until('every pod being gone', () => course.goneAt.size >= count || undefined, daemon.signal);
  const used = await daemon.used();
  await pause(AFTERWARDS_MS);
  const requests = simulator.kubernetes.requests.all().filter(({ at }) => at >= from);
  const asked = askedOf(simulator.eks.requests, from);
  return [
    ...paceFigures(stage, stale),
    ...requestFigures(requests, count),
    figure('EKS confirmations', asked.confirmations.length),
    figure('EKS requests', asked.all.length),
    figure('peak memory before the deletion', before.peak, 'MB'),
    figure('peak memory', used.peak, 'MB'),
    figure('CPU time', used.cpu, 's'),
    figure('event loop delay p99.9', used.delay, 'ms'),
    figure('event loop delay max', used.delayMax, 'ms'),
    ...course.correctness(stale),
  ];
}

/** Beyond the burst no more than the pace allows: that is the 100 %. */
function paceFigures({ course }: Stage, { length }: readonly Tenant[]): readonly Figure[] {
  const times = [...course.evictedAt().values()].toSorted((one, other) => one - other);
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const least = ((length - BURST) / RATE) * 1000;
  return [
    figure('first to last eviction', took / 1000, 's'),
    figure('share of the pace reached', Math.min(100, (least / took) * 100), '%'),
  ];
}

/** All requests to the API server by their purpose; those that go on without any eviction are among the others. */
function requestFigures(requests: readonly RecordedRequest[], count: number): readonly Figure[] {
  const counts = { evictions: 0, events: 0, 'reads of pods': 0, others: 0 };
  for (const request of requests) counts[purposeOf(request)] += 1;
  const { events, ...acts } = counts;
  const sum = Object.values(acts).reduce((one, other) => one + other, 0);
  return [
    ...Object.entries(counts).map(([what, value]) => figure(`Kubernetes requests: ${what}`, value)),
    figure('Kubernetes requests for each eviction, without Events', sum / count, 'x'),
    figure('Kubernetes requests for each eviction, with Events', (sum + events) / count, 'x'),
  ];
}

function purposeOf({ resource, subresource }: RecordedRequest) {
  if (resource === 'events') return 'events';
  if (resource !== 'pods') return 'others';
  return subresource === 'eviction' ? 'evictions' : 'reads of pods';
}
