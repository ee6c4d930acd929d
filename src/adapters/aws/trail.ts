/** Hears CloudTrail records by asking CloudTrail for them: what happened while away, and a channel without set-up. */

import type { Coverage } from '../../domain/chronicle.ts';
import type { AssociationHint } from '../../domain/hint.ts';
import { known, type Unknown } from '../../domain/reading.ts';
import { before, type Duration, type Instant, latest, milliseconds, minutes } from '../../domain/time.ts';
import type { ChannelListener, RecordChannel } from '../../ports/channel.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Traffic } from '../../ports/traffic.ts';
import { EVENT_NAMES } from './record.ts';
import { tell, tellChronicle } from './record-delivery.ts';
import type { Place } from './record-origin.ts';
import { retryDelay } from './retry-delay.ts';
import type { Seen } from './seen.ts';
import { type CloudTrailOptions, trailClient } from './trail-client.ts';
import { TrailEvents } from './trail-events.ts';
import { type Found, type Lookup, lookUp } from './trail-lookup.ts';
import { TrailPace } from './trail-pace.ts';

export type TrailDeps = {
  readonly clusterName: string;
  /** Asked for each event: what is not known at the start may be known later. */
  readonly place: () => Place;
  /** Shared with the other channel. */
  readonly seen: Seen;
  readonly clock: Clock;
  readonly random: Random;
  readonly traffic: Traffic;
  /** How far the first round looks back, at the most. */
  readonly lookback: Duration;
  /** The time up to which CloudTrail has told all before; asked at the first round. */
  readonly toldUntil: () => Instant | undefined;
  /** Between two rounds, or, where a round is not wanted then, two questions whether it is. */
  readonly interval: Duration;
  /** Whether a round is wanted now; `lastAt` is the start of the one before. */
  readonly isWanted: (lastAt: Instant) => boolean;
  /** For tests; in production the SDK finds everything by itself. */
  readonly cloudtrail?: CloudTrailOptions;
};

/** Records come minutes after their events, and not in order: only what is older than this has been told whole. */
const OVERLAP = minutes(20);

/** Disposing of it closes its connections. */
export function createTrail(deps: TrailDeps): RecordChannel & AsyncDisposable {
  const { clock, random } = deps;
  const client = trailClient(deps.traffic, deps.cloudtrail);
  const lookup: Lookup = { trail: { client, clock }, pace: new TrailPace(clock), random };
  return {
    name: 'trail',
    run: (listener, signal) => run({ ...deps, lookup, listener, events: new TrailEvents(deps) }, signal),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

type Run = TrailDeps & {
  readonly lookup: Lookup;
  readonly listener: ChannelListener;
  readonly events: TrailEvents;
};

async function run(deps: Run, signal: AbortSignal): Promise<void> {
  const { clock, lookback, interval } = deps;
  try {
    const farthest = before(clock.now(), lookback);
    let from = latest(farthest, deps.toldUntil() ?? farthest);
    for (;;) {
      const startedAt = clock.now();
      const until = before(startedAt, OVERLAP);
      await round(deps, { from, until }, signal);
      from = until;
      do await clock.sleep(jittered(interval, deps.random), signal);
      while (!deps.isWanted(startedAt));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * Everything since `from`, of all names. What could not be read, or was not taken, is tried again, with the
 * names that are left, until all of it is done; what was found meanwhile is not held back for it.
 */
async function round(deps: Run, { from, until }: Coverage, signal: AbortSignal): Promise<void> {
  const { clock, events, listener, random } = deps;
  const records: AssociationHint[] = [];
  const breaks: Instant[] = [];
  let cut: Unknown | undefined;
  let names = EVENT_NAMES;
  for (let failures = 1; ; failures += 1) {
    const read = await readAll(deps, names, from, signal);
    const all = read.found.flatMap((found) => found.events);
    const heard = await events.hear(all, listener, signal);
    records.push(...heard.records);
    breaks.push(...heard.breaks);
    cut ??= read.found.find(({ end }) => end === 'cut')?.problem;
    names = heard.all ? read.left : names;
    if (names.length === 0) break;
    if (read.failure !== undefined) tell(listener, read.failure);
    await clock.sleep(retryDelay(failures, random), signal);
  }
  events.forgetBefore(from);
  const isWhole = cut === undefined && from < until;
  tellChronicle(listener, {
    coverage: isWhole ? { from, until } : undefined,
    records: byTime(records),
    breaks,
  });
  tell(listener, cut ?? known(undefined, clock.now()));
}

type Read = {
  readonly found: readonly Found[];
  /** Names that were not read, or not wholly. */
  readonly left: readonly string[];
  readonly failure: Unknown | undefined;
};

/** Stops at the first failure: it is one service with one quota, and what fails for one name fails for all. */
async function readAll(
  { lookup }: Run,
  names: readonly string[],
  from: Instant,
  signal: AbortSignal,
): Promise<Read> {
  const found: Found[] = [];
  for (const [index, name] of names.entries()) {
    const one = await lookUp(lookup, name, from, signal);
    found.push(one);
    if (one.end === 'failed') return { found, left: names.slice(index), failure: one.problem };
  }
  return { found, left: [], failure: undefined };
}

/** Up to a tenth less, so that many clusters of one account do not ask at the same moments. */
function jittered(interval: Duration, random: Random): Duration {
  return milliseconds(Math.round(interval * (1 - random() / 10)));
}

/** What was told in several tries, in its order; of one event once. */
function byTime(records: readonly AssociationHint[]): readonly AssociationHint[] {
  const unique = new Map(records.map((record) => [record.evidence.eventId, record]));
  return [...unique.values()].toSorted((one, other) => one.evidence.at - other.evidence.at);
}
