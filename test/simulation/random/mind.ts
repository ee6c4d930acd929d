/** What EKS has shown to the daemon, and how much of it outlives the daemon: nobody can know more than that. */

import type { AssociationId, Listing, Standing } from '../../../src/domain/association.ts';
import { unchangedSince } from '../../../src/domain/association.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import type { Known } from '../../../src/domain/reading.ts';
import type { Instant } from '../../../src/domain/time.ts';
import type { Truth, Version } from './truth.ts';

/** One direct reading of an identity that was answered. */
export type Sight = {
  readonly sentAt: Instant;
  readonly shown: Version | undefined;
  /** Of which daemon, counted from 1. */
  readonly generation: number;
};

type Memory = {
  readonly sights: Map<Identity, readonly Sight[]>;
  /** When each id was last listed. */
  readonly listed: Map<AssociationId, Instant>;
  readonly lists: readonly Instant[];
};

const NOTHING: Memory = { sights: new Map(), listed: new Map(), lists: [] };

function copied({ sights, listed, lists }: Memory): Memory {
  return { sights: new Map(sights), listed: new Map(listed), lists };
}

export class Mind {
  readonly #truth: Truth;
  #now: Memory = copied(NOTHING);
  #kept: Memory = NOTHING;
  #generation = 0;
  #isRecalledLate = false;

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Some daemon has read the ledger after it was shown something. */
  get isRecalledLate(): boolean {
    return this.#isRecalledLate;
  }

  /** Another daemon starts, and knows nothing until it has read the ledger. */
  newDaemon(): void {
    this.#generation += 1;
    this.#now = copied(NOTHING);
  }

  /** The ledger was written: what was shown until now is kept. */
  kept(): void {
    this.#kept = copied(this.#now);
  }

  /** The ledger was lost. */
  lost(): void {
    this.#kept = NOTHING;
  }

  /** The ledger was read, at the start or again: then it is older than what this daemon has been shown. */
  recalled(): void {
    const { sights, listed, lists } = this.#now;
    this.#isRecalledLate ||= sights.size > 0;
    const joined = copied(this.#kept);
    for (const [identity, own] of sights) {
      joined.sights.set(identity, united(joined.sights.get(identity) ?? [], own));
    }
    for (const [id, at] of listed) joined.listed.set(id, at);
    this.#now = { ...joined, lists: united(joined.lists, lists) };
  }

  sawList({ value, at }: Known<Listing>): void {
    for (const ids of value.ids.values()) for (const id of ids) this.#now.listed.set(id, at);
    this.#now = { ...this.#now, lists: [...this.#now.lists, at] };
  }

  /** What is older than something that was shown before comes late or from a replica that is behind: it tells nothing. */
  saw(identity: Identity, { value, at }: Known<Standing>): void {
    const shown = value.kind === 'none' ? undefined : this.#versionOf(identity, value);
    const before = this.#now.sights.get(identity) ?? [];
    const last = before.at(-1);
    if (last !== undefined && (at < last.sentAt || (shown?.since ?? Infinity) < (last.shown?.since ?? 0)))
      return;
    this.#now.sights.set(identity, [...before, { sentAt: at, shown, generation: this.#generation }]);
  }

  sights(identity: Identity): readonly Sight[] {
    return this.#now.sights.get(identity) ?? [];
  }

  /** The Lists that are remembered, in order. */
  get lists(): readonly Instant[] {
    return this.#now.lists;
  }

  /** When the id was last listed. */
  listedAt(id: AssociationId): Instant | undefined {
    return this.#now.listed.get(id);
  }

  #versionOf(identity: Identity, { association }: Extract<Standing, { kind: 'granted' }>): Version {
    const version = this.#truth.version(identity, association.id, unchangedSince(association));
    if (version === undefined) throw new Error(`EKS showed of ${identity} what never was`);
    return version;
  }
}

function united<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return [...new Set([...one, ...other])];
}
