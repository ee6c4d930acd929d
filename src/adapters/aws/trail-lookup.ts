/** Reads the events of one name from CloudTrail, newest first, back to a given time. */

import { type Unknown, unknown } from '../../domain/reading.ts';
import { type Instant, iso } from '../../domain/time.ts';
import type { Random } from '../../ports/clock.ts';
import { retryDelay } from './retry-delay.ts';
import {
  type CloudTrail,
  type PageQuery,
  requestEvents,
  type TrailEvent,
  type TrailPage,
} from './trail-call.ts';
import type { TrailPace } from './trail-pace.ts';

export type Lookup = {
  readonly trail: CloudTrail;
  readonly pace: TrailPace;
  readonly random: Random;
};

export type Found = {
  /** What was read, even where the rest could not be. */
  readonly events: readonly TrailEvent[];
  /**
   * - `complete`: everything since `from`
   * - `cut`: there are more than fit into the pages; they are older than all that were read
   * - `failed`: CloudTrail did not answer; worth another try
   */
  readonly end: 'complete' | 'cut' | 'failed';
  readonly problem: Unknown | undefined;
};

/** 1,000 events of one name, which take 12 s. */
const MOST_PAGES = 20;

const MOST_TRIES = 3;

export async function lookUp(
  lookup: Lookup,
  eventName: string,
  from: Instant,
  signal: AbortSignal,
): Promise<Found> {
  const events: TrailEvent[] = [];
  const tokens = new Set<string>();
  let nextToken: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await requestPage(lookup, { eventName, from, nextToken }, signal);
    if (page.kind === 'unknown') return { events, end: 'failed', problem: page };
    events.push(...page.value.events.filter(({ at }) => at === undefined || at >= from));
    nextToken = page.value.nextToken;
    if (nextToken === undefined || reaches(page.value, from)) {
      return { events, end: 'complete', problem: undefined };
    }
    if (tokens.has(nextToken)) return { events, end: 'failed', problem: circle(lookup, eventName) };
    tokens.add(nextToken);
  }
  return { events, end: 'cut', problem: tooMany(lookup, eventName, events) };
}

/** A page, after a few tries each of which waits for its turn. What is denied stays denied. */
async function requestPage(
  { trail, pace, random }: Lookup,
  query: PageQuery,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof requestEvents>>> {
  for (let tries = 1; ; tries += 1) {
    await pace.turn(signal);
    const page = await requestEvents(trail, query, signal);
    if (page.kind === 'known' || page.why === 'denied' || tries === MOST_TRIES) return page;
    await trail.clock.sleep(retryDelay(tries, random), signal);
  }
}

/** CloudTrail was told where to begin; a server that does not heed it must not lead us through its whole past. */
function reaches({ events }: TrailPage, from: Instant): boolean {
  return events.some(({ at }) => at !== undefined && at < from);
}

function circle({ trail }: Lookup, eventName: string): Unknown {
  const detail = `LookupEvents(${eventName}): CloudTrail gave the same NextToken twice`;
  return unknown('malformed', detail, trail.clock.now());
}

function tooMany({ trail }: Lookup, eventName: string, events: readonly TrailEvent[]): Unknown {
  const oldest = events.at(-1)?.at;
  const since = oldest === undefined ? '' : `, back to ${iso(oldest)}`;
  const detail = `LookupEvents(${eventName}): only the newest ${events.length} events were read${since}`;
  return unknown('failed', detail, trail.clock.now());
}
