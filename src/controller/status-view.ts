/** What the daemon tells of itself, put together from its state at the moment of asking. */

import type { BrakeState } from '../domain/brake.ts';
import type { ExposureState } from '../domain/exposure.ts';
import { exposureState } from '../domain/exposure.ts';
import { lastSpan } from '../domain/history.ts';
import type { Holder, UnreadablePod } from '../domain/holder.ts';
import type { Reading } from '../domain/reading.ts';
import type { Mode } from '../domain/report.ts';
import type { MissedPod } from '../domain/roster.ts';
import type { Revocation } from '../domain/revocation.ts';
import { countedFrom, isOpen } from '../domain/revocation.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { between, milliseconds, minutes } from '../domain/time.ts';
import type { Freshness } from '../ports/pods.ts';
import type { ChannelStatus, JudgedHolder, Status, StatusSource, Tallied } from '../ports/status.ts';
import type { Daemon } from './daemon.ts';
import type { Deps } from './deps.ts';
import { isViewFresh, VIEW_LIMIT } from './freshness.ts';
import type { Entry, Opinion } from './ledger.ts';
import { NOT_VISITED, Tally } from './tally.ts';

export type About = {
  readonly cluster: string;
  readonly mode: Mode;
  readonly pollInterval: Duration;
  /** Aborted when the daemon is told to stop: it is not ready from then on. */
  readonly stopping: AbortSignal;
};

/** A sweep ends within this time even when EKS answers every page at the last moment. */
const SWEEP_LIMIT = minutes(10);

export class StatusView implements StatusSource {
  readonly #deps: Deps;
  readonly #daemon: Daemon;
  readonly #about: About;
  readonly #startedAt: Instant;
  readonly #tally: Tally;

  constructor(deps: Deps, daemon: Daemon, about: About) {
    this.#deps = deps;
    this.#daemon = daemon;
    this.#about = about;
    this.#startedAt = deps.clock.now();
    this.#tally = new Tally(deps);
  }

  status(): Status {
    const now = this.#deps.clock.now();
    const { listing } = this.#daemon.sweeper;
    const freshness = this.#deps.pods.freshness();
    const notReadyBecause = [
      ...(this.#about.stopping.aborted ? ['the daemon is stopping'] : []),
      ...this.#listProblems(listing, now),
      ...podProblems(freshness, now),
    ];
    const readings = (): Status['readings'] => this.#readings(freshness);
    return {
      cluster: this.#about.cluster,
      mode: this.#about.mode,
      startedAt: this.#startedAt,
      now,
      live: between(this.#daemon.sweeper.lastEndedAt ?? this.#startedAt, now) < this.#liveLimit(),
      ready: notReadyBecause.length === 0,
      notReadyBecause,
      // Not for those who do not ask: it takes a look at every association, and probes come every second.
      get readings() {
        return readings();
      },
      associations: listing.kind === 'known' ? listing.value.ids.size : undefined,
      holders: this.#deps.pods.count(),
      openRevocations: this.#countOpen(),
      isLeading: this.#deps.reign.term() !== undefined,
      hasOwnGrantEnded: this.#hasOwnGrantEnded(),
    };
  }

  revocations(): readonly Revocation[] {
    const followed = [...this.#deps.ledger.entries()].flatMap(([, { revocation }]) => revocation ?? []);
    return [...followed, ...this.#deps.ledger.archived()].toSorted(openFirst);
  }

  holders(): readonly JudgedHolder[] {
    const judged: JudgedHolder[] = [];
    for (const identity of this.#deps.pods.identities()) {
      const entry = this.#deps.ledger.find(identity);
      for (const holder of this.#deps.pods.holdersOf(identity)) judged.push(this.#judged(holder, entry));
    }
    return judged.toSorted(byName);
  }

  tally(): readonly Tallied[] {
    return this.#tally.count();
  }

  unreadable(): readonly UnreadablePod[] {
    return this.#deps.pods.unreadable();
  }

  brakes(): readonly BrakeState[] {
    return this.#deps.brakes.states();
  }

  missed(): readonly MissedPod[] {
    return this.#daemon.rollCall.missed();
  }

  channels(): readonly ChannelStatus[] {
    return this.#daemon.heard().map(({ channel, ...heard }) => ({ channel, ...heard }));
  }

  oldestExposure(): ReadonlyMap<ExposureState, Duration> {
    const now = this.#deps.clock.now();
    const oldest = new Map<ExposureState, Duration>();
    for (const [, entry] of this.#deps.ledger.entries()) {
      for (const opinion of entry.opinions.values()) {
        const state = exposureState(opinion.verdict);
        if (state === undefined) continue;
        const age = between(exposedSince(opinion, entry), now);
        if (age > (oldest.get(state) ?? -1)) oldest.set(state, age);
      }
    }
    return oldest;
  }

  #hasOwnGrantEnded(): boolean {
    const { ownIdentity, ledger } = this.#deps;
    const entry = ownIdentity === undefined ? undefined : ledger.find(ownIdentity);
    const isGone = entry?.standing.kind === 'known' && entry.standing.value.kind === 'none';
    return isGone && lastSpan(entry.history)?.end !== undefined;
  }

  #readings(freshness: Freshness): Status['readings'] {
    const { listing, lastKnownAt } = this.#daemon.sweeper;
    return {
      associations: { at: lastKnownAt, problem: listing.kind === 'unknown' ? listing.detail : undefined },
      grants: { at: this.#daemon.describer.oldestReadAt(), problem: undefined },
      pods: {
        at: freshness.kind === 'synced' ? freshness.asOf : undefined,
        problem: freshness.kind === 'unsynced' ? freshness.why : undefined,
      },
    };
  }

  /** Those that are over may be many, and are none of this. */
  #countOpen(): number {
    let count = 0;
    for (const [, { revocation }] of this.#deps.ledger.entries()) {
      if (revocation !== undefined && isOpen(revocation)) count += 1;
    }
    return count;
  }

  #liveLimit(): Duration {
    return milliseconds(SWEEP_LIMIT + 3 * this.#about.pollInterval);
  }

  #listProblems(listing: Reading<unknown>, now: Instant): readonly string[] {
    const at = this.#daemon.sweeper.lastKnownAt;
    const why = listing.kind === 'unknown' ? `: ${listing.detail}` : '';
    if (at === undefined) return [`the associations were not read yet${why}`];
    const limit = milliseconds(VIEW_LIMIT + 3 * this.#about.pollInterval);
    return between(at, now) < limit ? [] : [`the associations were last read long ago${why}`];
  }

  #judged(holder: Holder, entry: Entry | undefined): JudgedHolder {
    const opinion = entry?.opinions.get(holder.uid) ?? { verdict: NOT_VISITED, since: this.#startedAt };
    return { holder, ...opinion, state: exposureState(opinion.verdict) };
  }
}

/** Of a holder whose past is not known nobody can tell which grant it has outlived. */
function exposedSince({ verdict, since }: Opinion, { revocation }: Entry): Instant {
  const isConcerned = verdict.kind !== 'undecided' || verdict.reason !== 'history-unknown';
  if (revocation === undefined || !isOpen(revocation) || !isConcerned) return since;
  return countedFrom(revocation) ?? revocation.suspectedAt;
}

function podProblems(freshness: Freshness, now: Instant): readonly string[] {
  if (freshness.kind === 'unsynced') return [`the pods are not known: ${freshness.why}`];
  return isViewFresh(freshness, now) ? [] : ['the API server has not been heard from for too long'];
}

function openFirst(one: Revocation, other: Revocation): number {
  if (isOpen(one) !== isOpen(other)) return isOpen(one) ? -1 : 1;
  return other.suspectedAt - one.suspectedAt || (one.identity < other.identity ? -1 : 1);
}

/** By code units: a locale's order costs some ten times as much, of each holder of the cluster. */
function byName({ holder: one }: JudgedHolder, { holder: other }: JudgedHolder): number {
  return (
    inOrder(one.namespace, other.namespace) || inOrder(one.name, other.name) || inOrder(one.uid, other.uid)
  );
}

function inOrder(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
