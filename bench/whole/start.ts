/** The whole daemon from its start to being ready, beside the stock informer; and what a leader and its standby cost at rest. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import type { Course } from '../pods/course.ts';
import { prepare, runOnce } from '../pods/measure.ts';
import type { Used } from '../pods/meter.ts';
import type { LargeCluster } from './cluster.ts';
import { buildLargeCluster } from './cluster.ts';
import type { Begun } from './begin.ts';
import { begin } from './begin.ts';
import type { Look } from './gauge.ts';
import { medianOf, middle, spreadOf } from './medians.ts';

type Form = {
  readonly pods: number;
  readonly associations: number;
  readonly rounds: number;
  readonly restMs: number;
};

const FORMS = {
  full: { pods: 50_000, associations: 5000, rounds: 3, restMs: 60_000 },
  small: { pods: 5000, associations: 1000, rounds: 1, restMs: 4000 },
} as const satisfies Record<Size, Form>;

type Rest = { readonly cpuPerMinute: number } & Pick<Look, 'memory' | 'delay' | 'longest'>;

type Round = {
  readonly informer: Used;
  readonly daemon: Begun;
  readonly leader: Rest;
  readonly standby: Rest;
};

export const start: Benchmark = {
  name: 'daemon/start',
  about: 'the whole daemon from start to ready beside the stock informer; a leader and its standby at rest',
  run: async (size) => {
    const form: Form = FORMS[size];
    await using cluster = await buildLargeCluster(form.associations);
    const rounds: Round[] = [];
    for (let round = 0; round < form.rounds; round += 1) rounds.push(await play(cluster, form));
    return figuresOf(rounds);
  },
};

async function play(cluster: LargeCluster, { pods, restMs }: Form): Promise<Round> {
  const course: Course = { pods, protobuf: true, stream: true, changes: 0, expiry: 0 };
  const stock: Course = { ...course, protobuf: false, stream: false };
  await prepare(cluster.pods, course);
  await prepare(cluster.pods, stock);
  const informer = await runOnce(cluster.pods.port, { name: 'informer', way: 'informer', course: stock });
  await using leading = await begin(await cluster.env(course, 'replica-0'));
  await leading.daemon.leading();
  await using following = await begin(await cluster.env(course, 'replica-1'));
  const [leader, standby] = await Promise.all(
    [leading, following].map(async ({ daemon }) => {
      const before = await daemon.look();
      await pause(restMs);
      const { cpu, ...look } = await daemon.look();
      return { ...look, cpuPerMinute: ((cpu - before.cpu) * 60_000) / restMs };
    }),
  );
  const terms = [
    await leading.daemon.metric('pod_identity_revoker_leader'),
    await following.daemon.metric('pod_identity_revoker_leader'),
  ];
  if (terms.join() !== '1,0') throw new Error(`the leaders are not as they should be: ${terms.join()}`);
  if (leader === undefined || standby === undefined) throw new Error('a replica was not looked at');
  return { informer, daemon: leading.begun, leader, standby };
}

function figuresOf(rounds: readonly Round[]): readonly Figure[] {
  const of = (pick: (round: Round) => number): number => middle(rounds.map(pick));
  const at = (name: string, pick: (round: Round) => Rest): readonly Figure[] => [
    medianOf(`${name}: cpu a minute`, rounds, (round) => pick(round).cpuPerMinute, 's'),
    medianOf(`${name}: memory`, rounds, (round) => pick(round).memory, 'MB'),
    medianOf(`${name}: delay`, rounds, (round) => pick(round).delay, 'ms'),
    medianOf(`${name}: longest`, rounds, (round) => pick(round).longest, 'ms'),
  ];
  const informerPeak = of(({ informer }) => informer.peak);
  return [
    figure('peak: informer / daemon', informerPeak / of(({ daemon }) => daemon.peak), 'x'),
    ...spreadOf('start to ready', rounds, ({ daemon }) => daemon.wall, 's'),
    ...spreadOf('cpu until ready', rounds, ({ daemon }) => daemon.cpu, 's'),
    ...spreadOf('peak until ready', rounds, ({ daemon }) => daemon.peak, 'MB'),
    medianOf('start to listening', rounds, ({ daemon }) => daemon.listening, 's'),
    medianOf('cpu until listening', rounds, ({ daemon }) => daemon.cpuListening, 's'),
    medianOf('memory when listening', rounds, ({ daemon }) => daemon.memoryListening, 'MB'),
    medianOf('delay until ready', rounds, ({ daemon }) => daemon.delay, 'ms'),
    medianOf('longest until ready', rounds, ({ daemon }) => daemon.longest, 'ms'),
    medianOf('informer: wall', rounds, ({ informer }) => informer.wall, 's'),
    medianOf('informer: cpu', rounds, ({ informer }) => informer.cpu, 's'),
    medianOf('informer: peak', rounds, ({ informer }) => informer.peak, 'MB'),
    ...at('leader', ({ leader }) => leader),
    ...at('standby', ({ standby }) => standby),
  ];
}
