/** Reads a replica's own measures of itself, every ten seconds. */

import { setTimeout as pause } from 'node:timers/promises';
import { valueOf } from '../../simulator/demo/samples.ts';
import type { Replica } from './replica.ts';

const MEASURES = {
  rss: 'process_resident_memory_bytes',
  heap: 'nodejs_heap_size_used_bytes',
  fds: 'process_open_fds',
  handles: 'nodejs_active_handles_total',
  requests: 'nodejs_active_requests_total',
  lagP99: 'nodejs_eventloop_lag_p99_seconds',
  lagMax: 'nodejs_eventloop_lag_max_seconds',
  bugs: 'pod_identity_revoker_bugs_total',
  isLeader: 'pod_identity_revoker_leader',
  holders: 'pod_identity_revoker_holders',
} as const;
export type Measure = keyof typeof MEASURES;

export type Sample = { readonly at: number; readonly replica: string } & Readonly<Record<Measure, number>>;

const EVERY_MS = 10_000;
const PATIENCE_MS = 5000;

/** Until the signal ends; `now` is the simulator's clock. What does not answer in time is left out. */
export async function gauge(
  replicas: readonly Replica[],
  now: () => number,
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  while (!signal.aborted) {
    await pause(EVERY_MS, undefined, { signal }).catch(() => {});
    for (const replica of replicas) samples.push(...(await sampled(replica, now)));
  }
  return samples;
}

async function sampled({ answers, name }: Replica, now: () => number): Promise<readonly Sample[]> {
  try {
    const metrics = (await answers?.metrics(AbortSignal.timeout(PATIENCE_MS))) ?? [];
    if (metrics.length === 0) return [];
    const value = (measure: Measure): number => valueOf(metrics, MEASURES[measure]) ?? Number.NaN;
    return [
      {
        at: now(),
        replica: name,
        rss: value('rss'),
        heap: value('heap'),
        fds: value('fds'),
        handles: value('handles'),
        requests: value('requests'),
        lagP99: value('lagP99'),
        lagMax: value('lagMax'),
        bugs: value('bugs'),
        isLeader: value('isLeader'),
        holders: value('holders'),
      },
    ];
  } catch {
    return [];
  }
}
