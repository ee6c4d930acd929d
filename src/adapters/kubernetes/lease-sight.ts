/** What one candidate has seen of the Lease, and since when: by this alone it judges whether it may take it. */

import type { Duration } from '../../domain/time.ts';
import { seconds } from '../../domain/time.ts';
import type { LeaseRecord } from './lease-record.ts';
import { isGivenUp } from './lease-record.ts';

/** No daemon of this kind claims more; a longer claim would keep everybody from leading. */
const LONGEST_CLAIM = seconds(60);

/**
 * Everything is counted by the monotonic clock of this process, from when it saw something itself. No time that is
 * written in the Lease is compared with anything.
 *
 * - A **version** that has not changed for the whole length of the claim: its holder has renewed nothing since, so
 *   that its term, which is shorter, is over.
 * - A **uid** that has been known for the whole length: whoever led by a Lease that was deleted could renew nothing
 *   since this one is there, so that no such term is left either. A Lease that was given up shows the same, because
 *   only a leader gives it up.
 */
export class Sight {
  readonly #duration: Duration;
  #version: { readonly text: string; readonly since: Duration } | undefined;
  #uid: { readonly text: string; readonly since: Duration; readonly isProven: boolean } | undefined;

  constructor(duration: Duration) {
    this.#duration = duration;
  }

  note(record: LeaseRecord, now: Duration): void {
    const { uid, version } = record;
    if (this.#version?.text !== version) this.#version = { text: version, since: now };
    if (this.#uid?.text !== uid) this.#uid = { text: uid, since: now, isProven: false };
    if (isGivenUp(record)) this.#prove(uid);
  }

  /** A leader created it in the place of one that was deleted: its term goes on. */
  noteContinued(record: LeaseRecord, now: Duration): void {
    this.note(record, now);
    this.#prove(record.uid);
  }

  /** Of a record that was noted, held by somebody else. */
  isTakeable(record: LeaseRecord, now: Duration): boolean {
    if (isGivenUp(record)) return true;
    const claimed = Math.min(LONGEST_CLAIM, record.duration ?? 0);
    return this.#version !== undefined && now - this.#version.since >= Math.max(this.#duration, claimed);
  }

  /** Whether who holds this Lease may act by it. */
  isProven(uid: string, now: Duration): boolean {
    if (this.#uid?.text !== uid) return false;
    return this.#uid.isProven || now - this.#uid.since >= this.#duration;
  }

  #prove(uid: string): void {
    if (this.#uid?.text === uid) this.#uid = { ...this.#uid, isProven: true };
  }
}
