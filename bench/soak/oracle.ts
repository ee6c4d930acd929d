/** The oracle: told the true history, it says who must be gone and which act had no reason. Pure; times in milliseconds. */

import type { Episode, Life } from './history.ts';

/** A request of the daemon to take a pod away, as the API server recorded it. */
export type Act = {
  readonly uid: string;
  readonly at: number;
  readonly isForced: boolean;
  /** The pod of the daemon that asked. */
  readonly by: string;
  readonly status: number | undefined;
};

export type Rules = {
  readonly settleTime: number;
  readonly consistencyWindow: number;
  readonly deadline: number;
  /** The longest grace of any pod: by so much a forced deletion may come before the deadline. */
  readonly grace: number;
};

/** A confirmation may be ten seconds old when the request is sent, and the request may be late by the weather. */
const MOST_LATE = 15_000;

/** A start is cut to whole seconds, and looks up to this much earlier than it was. */
const START_RESOLUTION = 1000;

/** The holder may have been given a grant that is not in force now. */
export function isStale(life: Life, episodes: readonly Episode[], now: number): boolean {
  if (!life.isHolder || Math.min(life.goneAt, life.finishedAt) <= now) return false;
  const current = episodes.find(({ from, until }) => from <= now && now < until)?.grant;
  return since(episodes, life.start, now).some(({ grant }) => grant !== current);
}

/**
 * Some grant that the pod may have been given had not been in force for the whole settle time, at a moment from
 * which a confirmation can be that was still young when the request was sent.
 */
export function isJustified(act: Act, life: Life, episodes: readonly Episode[], rules: Rules): boolean {
  if (!life.isHolder) return false;
  const bound = since(episodes, life.start - rules.consistencyWindow - START_RESOLUTION, act.at);
  return bound.some(({ grant }) => {
    const absences = absencesOf(grant, episodes);
    return absences.some(
      ({ from, until }) => until > act.at - MOST_LATE && Math.min(until, act.at) - from >= rules.settleTime,
    );
  });
}

/** A forced deletion came before the deadline of every end that it can be for, less the pod's grace. */
export function isTooEarly(act: Act, life: Life, episodes: readonly Episode[], rules: Rules): boolean {
  if (!act.isForced) return false;
  const bound = since(episodes, life.start - rules.consistencyWindow - START_RESOLUTION, act.at);
  return !bound.some(({ until }) => until + rules.deadline - rules.grace <= act.at);
}

/** For each end of a grant with stale holders that are gone: how long it took until the last one was. */
export function containments(
  grants: ReadonlyMap<string, readonly Episode[]>,
  lives: readonly Life[],
): number[] {
  const byIdentity = Map.groupBy(
    lives.filter(({ isHolder }) => isHolder),
    ({ identity }) => identity,
  );
  return [...grants].flatMap(([identity, episodes]) =>
    episodes
      .filter(({ until }) => Number.isFinite(until))
      .flatMap((ended) => containment(ended, episodes, byIdentity.get(identity) ?? [])),
  );
}

/** None where nobody held it, nor where it was in force again before all of them were gone. */
function containment(
  ended: Episode,
  episodes: readonly Episode[],
  lives: readonly Life[],
): readonly number[] {
  const ends = lives.filter(({ start }) => start < ended.until).map(endOf);
  const gone = Math.max(ended.until, ...ends);
  const isBack = episodes.some(
    ({ grant, from }) => grant === ended.grant && from >= ended.until && from <= gone,
  );
  return isBack || gone === ended.until ? [] : [gone - ended.until];
}

function endOf({ goneAt, finishedAt }: Life): number {
  return Math.min(goneAt, finishedAt);
}

function since(episodes: readonly Episode[], from: number, until: number): readonly Episode[] {
  return episodes.filter((episode) => episode.until > from && episode.from <= until);
}

/** When a grant was not in force, from its first end on. */
function absencesOf(grant: string, episodes: readonly Episode[]): readonly { from: number; until: number }[] {
  const own = episodes.filter((episode) => episode.grant === grant);
  return own.map(({ until }, index) => ({
    from: until,
    until: own[index + 1]?.from ?? Number.POSITIVE_INFINITY,
  }));
}
