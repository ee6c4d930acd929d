/** The describer: reads the grants that List does not tell, within the request budget. */

import { learnStanding } from '../decide/learn.ts';
import type { Association, AssociationId } from '../domain/association.ts';
import { currentSpan } from '../domain/history.ts';
import type { Identity } from '../domain/identity.ts';
import type { Reading } from '../domain/reading.ts';
import { known } from '../domain/reading.ts';
import type { Deps } from './deps.ts';
import type { Pace } from './pace.ts';

/**
 * Reads ids in the order in which they came, those of identities with holders first. An id that could not be
 * read is forgotten: the next List brings it up again if it is still there.
 */
export class Describer {
  readonly #deps: Deps;
  readonly #pace: Pace;
  readonly #pending = new Map<AssociationId, Identity>();
  readonly #onRead: (identity: Identity) => void;
  #wake: () => void = () => {};
  #lastProblem: string | undefined;

  constructor(deps: Deps, pace: Pace, onRead: (identity: Identity) => void) {
    this.#deps = deps;
    this.#pace = pace;
    this.#onRead = onRead;
  }

  want(identity: Identity, id: AssociationId): void {
    this.#pending.set(id, identity);
    this.#wake();
  }

  /** Ids whose grant is still to be read. */
  get backlog(): number {
    return this.#pending.size;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = this.#next();
      if (next === undefined) {
        await this.#somethingWanted(signal);
        continue;
      }
      await this.#pace.take(signal);
      await this.#read(next, signal);
    }
  }

  #next(): AssociationId | undefined {
    for (const [id, identity] of this.#pending) {
      if (this.#deps.pods.holdersOf(identity).length > 0) return id;
    }
    for (const id of this.#pending.keys()) return id;
    return undefined;
  }

  async #somethingWanted(signal: AbortSignal): Promise<void> {
    const wanted = Promise.withResolvers<void>();
    const wake = (): void => wanted.resolve();
    this.#wake = wake;
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
    await wanted.promise;
    signal.removeEventListener('abort', wake);
  }

  async #read(id: AssociationId, signal: AbortSignal): Promise<void> {
    const identity = this.#pending.get(id);
    this.#pending.delete(id);
    if (identity === undefined || this.#isRead(identity, id)) return;
    const reading = await this.#deps.associations.describe(id, signal);
    this.#tell(id, reading);
    if (reading.kind === 'unknown') return;
    this.#deps.ledger.locate(reading.value.arn);
    const entry = this.#deps.ledger.entry(reading.value.identity);
    // A confirmation that was asked for later knows better.
    if (reading.at < entry.standing.at) return;
    const standing = { kind: 'granted', association: reading.value } as const;
    entry.standing = known(standing, reading.at);
    entry.history = learnStanding(entry.history, standing, reading.at);
    this.#onRead(reading.value.identity);
  }

  /** A confirmation may have read it in the meantime. */
  #isRead(identity: Identity, id: AssociationId): boolean {
    const entry = this.#deps.ledger.find(identity);
    const current = entry === undefined ? undefined : currentSpan(entry.history);
    return current?.id === id && current.grant !== undefined;
  }

  /** One report when reading begins to fail, fails otherwise, or works again. */
  #tell(id: AssociationId, reading: Reading<Association>): void {
    const problem = reading.kind === 'unknown' ? reading.why : undefined;
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#deps.reporter.report({ kind: 'reading', of: 'describe', subject: id, reading });
  }
}
