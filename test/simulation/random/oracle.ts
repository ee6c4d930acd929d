/** The oracle: what a daemon that was shown this much may do, and what it must have done. It knows nothing of src/decide. */

import type { Holder } from '../../../src/domain/holder.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import type { Duration } from '../../../src/domain/time.ts';
import type { Verdict } from '../../../src/domain/verdict.ts';
import type { Mind, Sight } from './mind.ts';
import type { Truth, Version } from './truth.ts';

export type OracleSettings = {
  readonly settleTime: Duration;
  readonly window: Duration;
  /** Without a List for so long the daemon says itself that it may have missed something. */
  readonly longestGap: Duration;
};

/** What came and went between two readings that are not further apart than this is not known of, as documented. */
const GLANCE = 5 * 60_000;

/** A creationTimestamp is cut to whole seconds. */
const CUT = 1000;

export class Oracle {
  readonly #truth: Truth;
  readonly #mind: Mind;
  readonly #settings: OracleSettings;

  constructor(truth: Truth, mind: Mind, settings: OracleSettings) {
    this.#truth = truth;
    this.#mind = mind;
    this.#settings = settings;
  }

  /** The sights of this daemon that show that the holder has been given something that is over. */
  proofs(holder: Holder): readonly Sight[] {
    return this.#mind.sights(holder.identity).filter((sight) => this.isStaleBy(sight, holder));
  }

  /** Whether the holder may have been given what the sight shows to be over, as far as anybody could know. */
  isStaleBy({ shown, sentAt }: Sight, { identity, start }: Holder): boolean {
    const from = start - this.#settings.window;
    const known = this.#truth.versions(identity).filter(({ since }) => since <= (shown?.since ?? sentAt));
    if (known.some((one) => one.name !== shown?.name && this.#perceivedEnd(one, identity) > from))
      return true;
    // Where no end was ever seen, whoever started before the absence was first seen counts as stale.
    return shown === undefined && start < (this.#mind.lists[0] ?? Infinity);
  }

  /** Until when the version was in force as far as the daemon can tell: never before its true end. */
  #perceivedEnd(version: Version, identity: Identity): number {
    if (version.until === Infinity) return Infinity;
    const sights = this.#mind.sights(identity);
    // A replica that is behind may show it once more.
    const shownLast = sights.findLastIndex(({ shown }) => shown === version);
    const next = sights
      .slice(shownLast + 1)
      .find(({ shown, sentAt }) =>
        shown === undefined ? sentAt >= version.until : shown.since >= version.until,
      );
    if (next === undefined) return Infinity;
    const isChanged = next.shown?.id === version.id;
    const shownOver =
      next.shown === undefined ? next.sentAt : isChanged ? next.shown.since : next.shown.createdAt;
    const read = sights[shownLast]?.sentAt;
    const listed = isChanged ? undefined : this.#mind.listedAt(version.id);
    return Math.max(version.until, shownOver, listed ?? 0, read ?? 0);
  }

  /** Whether an end was shown to last: something before this sight, by a settle time, showed it as well. */
  hasSettled(sight: Sight, holder: Holder): boolean {
    const before = this.#mind
      .sights(holder.identity)
      .filter(({ sentAt }) => sentAt <= sight.sentAt)
      .toReversed();
    for (const each of before) {
      if (!this.isStaleBy(each, holder)) return false;
      if (each.sentAt <= sight.sentAt - this.#settings.settleTime) return true;
    }
    return false;
  }

  /** When the last of what the holder may have been given has ended. */
  lastEnd({ identity, start }: Holder): number {
    const from = start - this.#settings.window;
    const ended = this.#truth.versions(identity).filter(({ until }) => until !== Infinity);
    const held = ended.filter((version) => this.#perceivedEnd(version, identity) > from);
    return Math.max(0, ...held.map(({ until }) => until));
  }

  /** Why a pod that is left at the end must not be there with this verdict; undefined where it may. */
  complaint(holder: Holder, verdict: Verdict | undefined): string | undefined {
    const stale = this.#truth.staleOf(holder.uid);
    if (stale.length === 0) return undefined;
    return verdict === undefined ? 'has no verdict' : this.#complaintOf(stale, holder, verdict);
  }

  #complaintOf(stale: readonly Version[], holder: Holder, verdict: Verdict): string | undefined {
    switch (verdict.kind) {
      case 'exempt':
        return undefined;
      case 'undecided':
        return stale.some((one) => this.#isKnown(one, holder)) ? 'is undecided, but can be told' : undefined;
      case 'keep':
        return stale.every((one) => this.#isUnseen(one, holder)) ? undefined : 'is kept, but is stale';
      case 'wait':
      case 'evict':
      case 'force':
        return 'is left';
    }
  }

  /** The daemon was shown this grant; or, where there is none now, at least that there was one. */
  #isKnown(version: Version, { identity }: Holder): boolean {
    if (this.#mind.sights(identity).some(({ shown }) => shown === version)) return true;
    return this.#truth.current(identity) === undefined && this.#mind.listedAt(version.id) !== undefined;
  }

  /** Nothing that the daemon was shown can have told of it. */
  #isUnseen(version: Version, holder: Holder): boolean {
    if (this.#isKnown(version, holder)) return false;
    return this.#isBeforeAll(version, holder) || this.#isGlance(version, holder);
  }

  /**
   * It had ended before anybody looked, there has been none since, and the holder started later: then no window is
   * granted, else the successors of pods that spell the volume out would be taken for stale as well.
   */
  #isBeforeAll({ until }: Version, { identity, start }: Holder): boolean {
    const first = this.#mind.lists[0] ?? Infinity;
    return this.#truth.current(identity) === undefined && until <= first && first <= start + CUT;
  }

  /** It came and went between two readings. */
  #isGlance(version: Version, { identity }: Holder): boolean {
    const sights = this.#mind.sights(identity);
    const isSeen =
      this.#mind.listedAt(version.id) !== undefined || sights.some((one) => one.shown?.id === version.id);
    // A List tells of an association that comes and goes, but not of what it carries.
    if (!isSeen) return isBlind(version, this.#mind.lists, this.#mind.lists, this.#settings.longestGap);
    const from = sights.map(({ sentAt }) => sentAt);
    // What is shown has been so since it was changed.
    const until = sights.map(({ shown, sentAt }) => shown?.since ?? sentAt);
    return isBlind(version, from, until, GLANCE);
  }
}

/** No longer time than `longest` lies between the last look before the version and the first after it. */
function isBlind(
  version: Version,
  from: readonly number[],
  until: readonly number[],
  longest: number,
): boolean {
  const before = from.findLast((at) => at <= version.since);
  const after = until.find((at) => at >= version.until);
  return before !== undefined && after !== undefined && after - before <= longest + CUT;
}
