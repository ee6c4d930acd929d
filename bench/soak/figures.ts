/** The figures of a soak, and what they must keep. */

import { textAt } from '../../simulator/kubernetes/object.ts';
import type { RecordedRequest } from '../../simulator/kubernetes/requests.ts';
import type { Figure } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import { percentile, spread } from '../percentile.ts';
import type { Thresholds } from '../thresholds.ts';
import type { Churn } from './churn.ts';
import { minima, trend } from './flatness.ts';
import type { Measure, Sample } from './gauge.ts';
import type { Act } from './oracle.ts';
import { containments, isJustified, isTooEarly } from './oracle.ts';
import type { Replica } from './replica.ts';
import type { Rest } from './rest.ts';
import { RULES } from './settings.ts';
import type { Pair, Upheaval } from './upheaval.ts';
import type { BadWeather } from './weather.ts';
import type { World } from './world.ts';

export type Course = {
  readonly world: World;
  readonly pair: Pair;
  readonly churn: Churn;
  readonly weather: BadWeather;
  readonly upheaval: Upheaval;
  readonly rest: Rest & { readonly tookMs: number };
  readonly samples: readonly Sample[];
  readonly minutes: number;
};

const MEGABYTE = 1_048_576;
/** Of the window in which memory must be flat. */
const STRETCHES = 20;

/** Shorter runs are mostly warming up, and tell of no growth. */
const LEAST_MINUTES = 20;

export function thresholds(minutes: number): Thresholds {
  const none = { most: 0 };
  const always = {
    'pods left with an ended grant': none,
    'revocations left open': none,
    'holders left undecided': none,
    'messages left in the queue': none,
    'messages in the dead-letter queue': none,
    'acts without a reason': none,
    'acts by who did not lead': none,
    'forced too early': none,
    'ended by themselves': none,
    'stops with another exit code than 0': none,
    'bugs reported': none,
    'accepted evictions': { least: 1 },
    'steady: samples': { least: 1 },
    'steady: fds at rest, more than at first': { most: 5 },
    'steady: handles at rest, more than at first': { most: 5 },
    'steady: fds max': { most: 100 },
  };
  const flat = { 'steady: RSS growth': { most: 5 }, 'steady: heap growth': { most: 5 } };
  return { soak: minutes < LEAST_MINUTES ? always : { ...always, ...flat } };
}

export function figuresOf(course: Course): readonly Figure[] {
  return [...loadFigures(course), ...actFigures(course), ...restFigures(course), ...ownFigures(course)];
}

function loadFigures({ minutes, world, churn, weather, upheaval }: Course): readonly Figure[] {
  const { counts } = churn;
  const faults = Object.entries(weather.counts);
  return [
    figure('minutes', minutes),
    figure('changes to associations', counts.associations),
    figure('restored within the settle time', counts.restored),
    figure('pods started', counts.podsStarted),
    figure('pods ended by others', counts.podsEnded),
    figure('budgets made', counts.budgets),
    ...faults.map(([kind, count]) => figure(`faults: ${kind}`, count)),
    figure('messages lost', world.simulator.rule.counts.lost),
    figure('leader killed', upheaval.counts.kills),
    figure('leader stopped', upheaval.counts.stops),
    figure('leader cut off', upheaval.counts.partitions),
    figure('leads', upheaval.leads.filter(({ pod }) => pod !== '').length),
  ];
}

function actFigures(course: Course): readonly Figure[] {
  const { history } = course.world;
  const acts = actsOf(course.world);
  const accepted = acts.filter(({ status }) => status === 200 || status === 201);
  const faults = acts.flatMap((act) => faultsOf(act, course));
  const count = (fault: ActFault): number => faults.filter((one) => one === fault).length;
  const seconds = containments(history.grants, [...history.lives.values()]).map((ms) => ms / 1000);
  return [
    figure('accepted evictions', accepted.filter(({ isForced }) => !isForced).length),
    figure('accepted by force', accepted.filter(({ isForced }) => isForced).length),
    figure('blocked by a budget', acts.filter(({ status }) => status === 429).length),
    ...ACT_FAULTS.map((fault) => figure(fault, count(fault))),
    figure('ends with holders', seconds.length),
    ...spread('containment', seconds, 's'),
  ];
}

const ACT_FAULTS = ['acts without a reason', 'acts by who did not lead', 'forced too early'] as const;
type ActFault = (typeof ACT_FAULTS)[number];

function faultsOf(act: Act, { world: { history }, upheaval }: Course): readonly ActFault[] {
  const life = history.lives.get(act.uid);
  if (life === undefined) return ['acts without a reason'];
  const episodes = history.grants.get(life.identity) ?? [];
  const faults: ActFault[] = [];
  if (!isJustified(act, life, episodes, RULES)) faults.push('acts without a reason');
  if (act.by !== upheaval.leaderAt(act.at)) faults.push('acts by who did not lead');
  if (isTooEarly(act, life, episodes, RULES)) faults.push('forced too early');
  return faults;
}

/** What is to be known of each act that was wrong, one line for each. */
export function wrongActs(course: Course): readonly string[] {
  const { history } = course.world;
  return actsOf(course.world).flatMap((act) => {
    const faults = faultsOf(act, course);
    const life = history.lives.get(act.uid);
    const episodes = history.grants.get(life?.identity ?? '');
    return faults.length === 0 ? [] : JSON.stringify({ faults, act, life, episodes });
  });
}

/** What the daemons asked of the API server: evictions, and deletions by force. */
export function actsOf({ simulator }: World): readonly Act[] {
  const { requests } = simulator.kubernetes;
  return [
    ...requests.of('create', 'pods/eviction').map((one) => actOf(one, false)),
    ...requests.of('delete', 'pods').map((one) => actOf(one, true)),
  ];
}

function actOf({ body, at, pod, status }: RecordedRequest, isForced: boolean): Act {
  const path = isForced ? [] : ['deleteOptions'];
  return { uid: textAt(body, ...path, 'preconditions', 'uid') ?? '', at, isForced, by: pod ?? '', status };
}

function restFigures({ rest, pair, samples }: Course): readonly Figure[] {
  const replicas: readonly Replica[] = [pair.steady, pair.shaken];
  const stops = replicas.flatMap((replica) => replica.stops);
  return [
    figure('time to come to rest', rest.tookMs / 1000, 's'),
    figure('pods left with an ended grant', rest.stale),
    figure('revocations left open', rest.open),
    figure('holders left undecided', rest.undecided),
    figure('messages left in the queue', rest.messages),
    figure('ended by themselves', replicas.flatMap(({ deaths }) => deaths).length),
    figure('stops with another exit code than 0', stops.filter((how) => how !== 'exit code 0').length),
    figure('bugs reported', Math.max(0, ...samples.map(({ bugs }) => bugs))),
  ];
}

function ownFigures({ samples, pair, minutes }: Course): readonly Figure[] {
  const own = samples.filter(({ replica }) => replica === pair.steady.name);
  const values = (measure: Measure): readonly number[] => own.map((sample) => sample[measure]);
  return [
    figure('steady: samples', own.length),
    figure('steady: share of the time as leader', percent(values('isLeader')), '%'),
    ...memoryFigures(own, 'rss', 'RSS', minutes),
    ...memoryFigures(own, 'heap', 'heap', minutes),
    figure('steady: fds max', percentile(values('fds'), 100)),
    figure('steady: fds at rest, more than at first', moreAtRest(values('fds'))),
    figure('steady: handles max', percentile(values('handles'), 100)),
    figure('steady: handles at rest, more than at first', moreAtRest(values('handles'))),
    figure('steady: event loop delay p99 (median)', percentile(values('lagP99'), 50) * 1000, 'ms'),
    figure('steady: event loop delay max', percentile(values('lagMax'), 100) * 1000, 'ms'),
  ];
}

function percent(flags: readonly number[]): number {
  return (flags.reduce((sum, flag) => sum + flag, 0) / flags.length) * 100;
}

/** The last two thirds of the time with churn, without the rest at the end. */
function memoryFigures(
  own: readonly Sample[],
  measure: Measure,
  what: string,
  minutes: number,
): readonly Figure[] {
  const start = own[0]?.at ?? 0;
  const window = minutes * 40_000;
  const points = own
    .filter(({ at }) => at >= start + window / 2 && at <= start + window * 1.5)
    .map((sample) => ({ at: sample.at, value: sample[measure] / MEGABYTE }));
  const { first, last, growth } = trend(minima(points, window / STRETCHES));
  const most = Math.max(...own.map((sample) => sample[measure])) / MEGABYTE;
  return [
    figure(`steady: ${what} at a third of the time, MiB`, first),
    figure(`steady: ${what} at the end, MiB`, last),
    figure(`steady: ${what} growth`, growth, '%'),
    figure(`steady: ${what} max, MiB`, most),
  ];
}

/** The first sample was taken before the faults began, and the last after they had ceased. */
function moreAtRest(values: readonly number[]): number {
  return (values.at(-1) ?? Number.NaN) - (values[0] ?? Number.NaN);
}
