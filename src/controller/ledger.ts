/** The ledger: what the daemon knows of each identity, and the revocations that it follows. */

import type { Displaced } from '../decide/missed.ts';
import type { AssociationId, Standing } from '../domain/association.ts';
import type { Coverage, Told } from '../domain/chronicle.ts';
import type { AssociationHint, Look } from '../domain/hint.ts';
import type { Gap, History } from '../domain/history.ts';
import { NO_HISTORY } from '../domain/history.ts';
import type { PodUid } from '../domain/holder.ts';
import type { Identity } from '../domain/identity.ts';
import type { Attempt } from '../domain/outcome.ts';
import type { Reading } from '../domain/reading.ts';
import { unknown } from '../domain/reading.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { between, earliest, instant, latest } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';

export type Opinion = { readonly verdict: Verdict; readonly since: Instant };

/** What is known of one identity. Only visit, sweep and describer write to it. */
export type Entry = {
  /** The ids that the last full List showed; unknown until there was one. */
  listed: Reading<readonly AssociationId[]>;
  /** The last direct reading of this identity. */
  standing: Reading<Standing>;
  history: History;
  /** The one that is followed, or the last one that was. */
  revocation: Revocation | undefined;
  attempts: Map<PodUid, Attempt>;
  /** A hint that no reading has answered yet. */
  look: Look | undefined;
  /** What CloudTrail records said of the identity lately, the latest heard last. */
  records: readonly AssociationHint[];
  /** What CloudTrail itself told of the identity's past, oldest first, and from where on all of that is here. */
  told: readonly AssociationHint[];
  toldFrom: Instant | undefined;
  opinions: Map<PodUid, Opinion>;
  /** Confirmations in a row that came back unknown. */
  unknowns: number;
  /** The confirmation that is on its way. */
  confirming: Promise<void> | undefined;
  /** After an unknown one: not to be asked for again before. */
  askAgainAt: Instant | undefined;
};

/** Gaps between Lists that are remembered. */
const GAPS_KEPT = 20;

/** Evicted holders of one identity whose replacements are followed: what is true of them is true of the others. */
const DISPLACED_KEPT = 50;

export type Place = { readonly account: string | undefined; readonly region: string | undefined };

/** Ids whose identity is remembered, the ended ones included; the oldest are forgotten first. */
const IDS_KEPT = 20_000;

/** Ended revocations that are kept to be shown; older ones live on in logs and metrics. */
const CLOSED_KEPT = 1000;

export class Ledger {
  readonly #entries = new Map<Identity, Entry>();
  readonly #closed: Revocation[] = [];
  #listedSince: Instant | undefined;
  #lastListedAt: Instant | undefined;
  #gaps: readonly Gap[] = [];
  #coverage: Coverage | undefined;
  readonly #displaced = new Map<Identity, readonly Displaced[]>();
  #place: Place = { account: undefined, region: undefined };
  readonly #identityOf = new Map<AssociationId, Identity>();

  /** The entry of an identity, made where there is none. */
  entry(identity: Identity): Entry {
    const existing = this.#entries.get(identity);
    if (existing !== undefined) return existing;
    const entry: Entry = {
      listed: unknown('not-read', 'no List was read yet', instant(0)),
      standing: unknown('not-read', 'this identity was not read yet', instant(0)),
      // Until now no List has shown the identity, from the first one on.
      history: { ...NO_HISTORY, absentSince: this.#listedSince, completeFrom: this.#listedSince },
      revocation: undefined,
      attempts: new Map(),
      look: undefined,
      records: [],
      told: [],
      toldFrom: undefined,
      opinions: new Map(),
      unknowns: 0,
      confirming: undefined,
      askAgainAt: undefined,
    };
    this.#entries.set(identity, entry);
    return entry;
  }

  find(identity: Identity): Entry | undefined {
    return this.#entries.get(identity);
  }

  /**
   * Notes a full List. Since the first one it is known which identities have had no association all the time. Answers
   * whether it came so late that nobody knows what was before it.
   */
  noteListing(at: Instant, longestGap: Duration): boolean {
    this.#listedSince ??= at;
    const last = this.#lastListedAt ?? at;
    // A ledger that is read late is of a time before the Lists that were.
    if (at < last) return false;
    const isGap = between(last, at) > longestGap;
    if (isGap) this.#gaps = [...this.#gaps, { from: last, until: at }].slice(-GAPS_KEPT);
    this.#lastListedAt = at;
    return isGap;
  }

  /** Since when Lists are read, by this daemon and those before it. */
  get listedSince(): Instant | undefined {
    return this.#listedSince;
  }

  /** The daemon before began to read Lists then. */
  recallListedSince(at: Instant): void {
    this.#listedSince = earliest(this.#listedSince, at);
  }

  /** The last full List, of this daemon or of the one before. */
  get listedAt(): Instant | undefined {
    return this.#lastListedAt;
  }

  /** Notes gaps that the daemon before had. */
  recallGaps(gaps: readonly Gap[]): void {
    const all = [...gaps, ...this.#gaps].toSorted((one, other) => one.from - other.from);
    this.#gaps = all.slice(-GAPS_KEPT);
  }

  /** Holders that were evicted and have an owner, whose replacements are to be reported on. */
  get displaced(): ReadonlyMap<Identity, readonly Displaced[]> {
    return this.#displaced;
  }

  noteDisplaced(displaced: Displaced): void {
    const { identity } = displaced.holder;
    this.keepDisplaced(
      identity,
      [...(this.#displaced.get(identity) ?? []), displaced].slice(-DISPLACED_KEPT),
    );
  }

  keepDisplaced(identity: Identity, displaced: readonly Displaced[]): void {
    if (displaced.length === 0) this.#displaced.delete(identity);
    else this.#displaced.set(identity, displaced);
  }

  /** When nobody looked: what came and went in one of these is not known. */
  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  /** The time of which CloudTrail has told all, up to its last telling. */
  get coverage(): Coverage | undefined {
    return this.#coverage;
  }

  /** Notes a telling: it continues what was told before, or, where time was left out, begins anew. */
  cover({ from, until }: Coverage): void {
    const before = this.#coverage;
    const isContinued = before !== undefined && from <= before.until && until >= before.from;
    this.#coverage = isContinued
      ? { from: instant(Math.min(before.from, from)), until: latest(before.until, until) }
      : { from, until };
  }

  /** Notes whose association an id is, so that a record that names the id only can be told apart. */
  recognise(id: AssociationId, identity: Identity): void {
    this.#identityOf.delete(id);
    this.#identityOf.set(id, identity);
    if (this.#identityOf.size <= IDS_KEPT) return;
    for (const oldest of this.#identityOf.keys()) {
      this.#identityOf.delete(oldest);
      return;
    }
  }

  /** Where the associations of this cluster live, once one was read: records from elsewhere are foreign. */
  get place(): Place {
    return this.#place;
  }

  /** Notes the account and the Region of an association's arn. */
  locate(arn: string): void {
    const [, , , region, account] = arn.split(':');
    this.#place = { region: region || undefined, account: account || undefined };
  }

  identityOf(id: AssociationId): Identity | undefined {
    return this.#identityOf.get(id);
  }

  /** How many identities are known. */
  get size(): number {
    return this.#entries.size;
  }

  identities(): Iterable<Identity> {
    return this.#entries.keys();
  }

  entries(): Iterable<readonly [Identity, Entry]> {
    return this.#entries;
  }

  /** Lets go of an identity; a revocation that it had is kept to be shown. */
  forget(identity: Identity): void {
    const revocation = this.#entries.get(identity)?.revocation;
    if (revocation !== undefined) this.archive(revocation);
    this.#entries.delete(identity);
  }

  /** Remembers an ended revocation after its entry has moved on. */
  archive(revocation: Revocation): void {
    this.#closed.push(revocation);
    if (this.#closed.length > CLOSED_KEPT) this.#closed.shift();
  }

  archived(): readonly Revocation[] {
    return this.#closed;
  }
}

/** Records of one identity that are kept; what is older than the last one that was dropped is not known whole. */
const TOLD_KEPT = 50;

/** Adds what CloudTrail told of the identity. */
export function tellEntry(entry: Entry, records: readonly AssociationHint[]): void {
  const known = new Set(entry.told.map(({ evidence }) => evidence.eventId));
  const news = records.filter(({ evidence }) => !known.has(evidence.eventId));
  const all = [...entry.told, ...news].toSorted((one, other) => one.evidence.at - other.evidence.at);
  const dropped = all.slice(0, -TOLD_KEPT).at(-1);
  entry.told = all.slice(-TOLD_KEPT);
  if (dropped !== undefined) entry.toldFrom = dropped.evidence.at;
}

/** What CloudTrail has told of this identity. */
export function toldOf({ told, toldFrom }: Entry, coverage: Coverage | undefined): Told {
  if (coverage === undefined || toldFrom === undefined) return { coverage, records: told };
  if (toldFrom >= coverage.until) return { coverage: undefined, records: told };
  return { coverage: { ...coverage, from: latest(coverage.from, toldFrom) }, records: told };
}
