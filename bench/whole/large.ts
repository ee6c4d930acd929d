/** The whole daemon in the largest cluster that EKS sells: its memory, its time against a tenth, and what holds its event loop. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import type { Course } from '../pods/course.ts';
import { prepare } from '../pods/measure.ts';
import type { Begun } from './begin.ts';
import { begin } from './begin.ts';
import type { LargeCluster } from './cluster.ts';
import { buildLargeCluster } from './cluster.ts';
import type { WholeDaemon } from './daemon.ts';
import type { Look } from './gauge.ts';
import { medianOf, middle, spreadOf } from './medians.ts';

type Form = {
  readonly pods: number;
  readonly associations: number;
  readonly rounds: number;
  readonly restMs: number;
};

const FORMS = {
  full: { pods: 500_000, associations: 5000, rounds: 3, restMs: 32_000 },
  small: { pods: 5000, associations: 1000, rounds: 1, restMs: 6000 },
} as const satisfies Record<Size, Form>;

/** A sweep in each, so that a short rest has some. */
const POLL_INTERVAL = '10s';
const SCRAPES = 5;

type Phase = { readonly seconds: number; readonly cpu: number } & Pick<Look, 'delay' | 'longest' | 'memory'>;

type Round = {
  readonly tenth: Begun;
  readonly whole: Begun;
  readonly reading: Phase;
  readonly rest: Phase;
  readonly scrapes: Phase;
  readonly peak: number;
  readonly holders: number;
};

export const large: Benchmark = {
  name: 'daemon/large',
  about: 'the whole daemon in the largest cluster, and in one with a tenth of its pods',
  run: async (size) => {
    const form: Form = FORMS[size];
    await using cluster = await buildLargeCluster(form.associations);
    const rounds: Round[] = [];
    for (let round = 0; round < form.rounds; round += 1) rounds.push(await play(cluster, form));
    return figuresOf(rounds, form.pods);
  },
};

async function play(cluster: LargeCluster, { pods, restMs }: Form): Promise<Round> {
  const course: Course = { pods, protobuf: true, stream: true, changes: 0, expiry: 0 };
  await prepare(cluster.pods, course);
  const tenth = await beginTenth(cluster, course);
  const settings = { REVOKER_DESCRIBE_RATE: '100', REVOKER_POLL_INTERVAL: POLL_INTERVAL };
  await using running = await begin({ ...(await cluster.env(course, 'replica-0')), ...settings });
  const { daemon, begun: whole } = running;
  const reading = await during(daemon, () => daemon.informed());
  const rest = await during(daemon, () => pause(restMs));
  const scrapes = await during(daemon, async () => {
    for (let scrape = 0; scrape < SCRAPES; scrape += 1) await daemon.scrape();
  });
  const { peak } = await daemon.look();
  return {
    tenth,
    whole,
    reading,
    rest,
    scrapes,
    peak,
    holders: await daemon.metric('pod_identity_revoker_verdicts{verdict="keep",reason="current"}'),
  };
}

async function beginTenth(cluster: LargeCluster, course: Course): Promise<Begun> {
  const { pods } = course;
  await using running = await begin(await cluster.env({ ...course, pods: pods / 10 }, 'replica-0'));
  return running.begun;
}

/** What the daemon used while something went on. */
async function during(daemon: WholeDaemon, something: () => Promise<void>): Promise<Phase> {
  const before = await daemon.look();
  const from = performance.now();
  await something();
  const seconds = (performance.now() - from) / 1000;
  const { cpu, delay, longest, memory } = await daemon.look();
  return { seconds, cpu: cpu - before.cpu, delay, longest, memory };
}

function figuresOf(rounds: readonly Round[], pods: number): readonly Figure[] {
  const ratio = (pick: (begun: Begun) => number): number =>
    middle(rounds.map(({ whole }) => pick(whole))) / middle(rounds.map(({ tenth }) => pick(tenth)));
  const wrong = rounds.filter(({ holders }) => holders !== pods / 5);
  return [
    figure(
      'start to ready: whole / a tenth',
      ratio(({ wall }) => wall),
      'x',
    ),
    figure(
      'listening to ready: whole / a tenth',
      ratio(({ listening, wall }) => wall - listening),
      'x',
    ),
    figure(
      'cpu until ready: whole / a tenth',
      ratio(({ cpu }) => cpu),
      'x',
    ),
    figure('runs that judged wrongly', wrong.length),
    ...spreadOf('memory when all is known', rounds, ({ rest }) => rest.memory, 'MB'),
    ...spreadOf('peak', rounds, ({ peak }) => peak, 'MB'),
    ...(['tenth', 'whole'] as const).flatMap((name) => [
      medianOf(`${name}: start to ready`, rounds, (round) => round[name].wall, 's'),
      medianOf(`${name}: cpu until ready`, rounds, (round) => round[name].cpu, 's'),
      medianOf(`${name}: memory when ready`, rounds, (round) => round[name].memory, 'MB'),
      medianOf(`${name}: delay until ready`, rounds, (round) => round[name].delay, 'ms'),
      medianOf(`${name}: longest until ready`, rounds, (round) => round[name].longest, 'ms'),
    ]),
    ...(['reading', 'rest', 'scrapes'] as const).flatMap((name) => [
      medianOf(`${name}: time`, rounds, (round) => round[name].seconds, 's'),
      medianOf(`${name}: cpu`, rounds, (round) => round[name].cpu, 's'),
      medianOf(`${name}: delay`, rounds, (round) => round[name].delay, 'ms'),
      medianOf(`${name}: longest`, rounds, (round) => round[name].longest, 'ms'),
    ]),
  ];
}
