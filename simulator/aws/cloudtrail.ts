/** CloudTrail of one account and Region: the records of its calls, each visible to lookups after a lag. */

import type { SimClock } from '../clock.ts';
import type { TrailRecord } from './records.ts';

/** A record with its place in the order of writing, and the moment from which lookups see it. */
export type TrailEntry = {
  readonly record: TrailRecord;
  readonly sequence: number;
  readonly visibleAt: number;
};

const LIMIT = 20_000;

/**
 * Every call that comes to the simulated EKS over HTTP or by `eks.invoke` is recorded. Changes made straight at
 * `eks.associations` are no calls, so nothing is recorded of them: prefer `eks.invoke` or the SDK, or add the
 * record that belongs to the change, built by records.ts.
 */
export class CloudTrail {
  /** So many milliseconds after it was written a record is seen by lookups; for those written from now on. */
  lag = 0;
  /** How many records are kept; the oldest go first. */
  limit: number = LIMIT;
  readonly #clock: SimClock;
  readonly #entries: TrailEntry[] = [];
  readonly #listeners = new Set<(record: TrailRecord) => void>();
  #sequence = 0;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  /** In the order in which they were written, whether lookups see them already or not. */
  get records(): TrailRecord[] {
    return this.#entries.map((entry) => entry.record);
  }

  /** Also for records of other services, accounts, Regions, clusters and times. */
  add(record: TrailRecord, lag: number = this.lag): void {
    this.#sequence += 1;
    this.#entries.push({ record, sequence: this.#sequence, visibleAt: this.#clock.now() + lag });
    this.#entries.splice(0, this.#entries.length - this.limit);
    for (const listener of this.#listeners) listener(record);
  }

  /** Told of each record when it is written; the lag is not waited for. */
  onRecord(listener: (record: TrailRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What lookups see now, in the order of writing. */
  visible(): TrailEntry[] {
    const now = this.#clock.now();
    return this.#entries.filter((entry) => entry.visibleAt <= now);
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
