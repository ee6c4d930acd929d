/** The ledger: what the daemon knows of each identity, and the revocations that it follows. */

import type { AssociationId, Standing } from '../domain/association.ts';
import type { History } from '../domain/history.ts';
import { NO_HISTORY } from '../domain/history.ts';
import type { PodUid } from '../domain/holder.ts';
import type { Identity } from '../domain/identity.ts';
import type { Attempt } from '../domain/outcome.ts';
import type { Reading } from '../domain/reading.ts';
import { unknown } from '../domain/reading.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { instant } from '../domain/time.ts';
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
  opinions: Map<PodUid, Opinion>;
  /** Confirmations in a row that came back unknown. */
  unknowns: number;
  /** The confirmation that is on its way. */
  confirming: Promise<void> | undefined;
  /** After an unknown one: not to be asked for again before. */
  askAgainAt: Instant | undefined;
};

/** Ended revocations that are kept to be shown; older ones live on in logs and metrics. */
const CLOSED_KEPT = 1000;

export class Ledger {
  readonly #entries = new Map<Identity, Entry>();
  readonly #closed: Revocation[] = [];

  /** The entry of an identity, made where there is none. */
  entry(identity: Identity): Entry {
    const existing = this.#entries.get(identity);
    if (existing !== undefined) return existing;
    const entry: Entry = {
      listed: unknown('not-read', 'no List was read yet', instant(0)),
      standing: unknown('not-read', 'this identity was not read yet', instant(0)),
      history: NO_HISTORY,
      revocation: undefined,
      attempts: new Map(),
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

  identities(): Iterable<Identity> {
    return this.#entries.keys();
  }

  entries(): Iterable<readonly [Identity, Entry]> {
    return this.#entries;
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
