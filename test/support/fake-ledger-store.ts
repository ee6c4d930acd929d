/** A ledger's store in memory: it outlives daemons, moves on like a ConfigMap, and fails on script. */

import { readLedger } from '../../src/adapters/kubernetes/ledger-read.ts';
import { writeLedger } from '../../src/adapters/kubernetes/ledger-write.ts';
import type { LedgerDocument } from '../../src/domain/ledger-document.ts';
import type { Reading, UnknownReason } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LedgerStore, SaveOutcome } from '../../src/ports/ledger-store.ts';

/** What is kept: a document, something that can't be understood, or one of a newer daemon. */
type Content = LedgerDocument | 'malformed' | 'newer';

/** What stays while daemons come and go, and what a test changes and looks at. */
export class FakeLedgerShelf {
  /** Why loads fail, while it is set. */
  failingLoad: UnknownReason | undefined;
  /** What saves come to, while it is set; `unreachable-but-written` is told as unreachable. */
  failingSave: 'conflict' | 'refused' | 'unreachable' | 'unreachable-but-written' | undefined;
  /** How often a document was written. */
  saves = 0;
  loads = 0;
  #content: Content | undefined;
  #version = 0;

  get content(): Content | undefined {
    return this.#content;
  }

  /** Moves on with every change, whoever makes it. */
  get version(): number {
    return this.#version;
  }

  /** As somebody else would write it; undefined removes it. */
  put(content: Content | undefined): void {
    this.#version += 1;
    this.#content = content;
  }
}

/** The store of one daemon. A restarted daemon is given another one on the same shelf. */
export class FakeLedgerStore implements LedgerStore {
  readonly shelf: FakeLedgerShelf;
  readonly #clock: Clock;
  /** The version that was last loaded or saved here; undefined before, and after a conflict. */
  #base: number | undefined;

  constructor(clock: Clock, shelf: FakeLedgerShelf = new FakeLedgerShelf()) {
    this.#clock = clock;
    this.shelf = shelf;
  }

  async load(signal: AbortSignal): Promise<Reading<LedgerDocument | undefined>> {
    signal.throwIfAborted();
    const at = this.#clock.now();
    const { shelf } = this;
    shelf.loads += 1;
    if (shelf.failingLoad !== undefined) return unknown(shelf.failingLoad, 'load fails on script', at);
    this.#base = shelf.version;
    if (shelf.content === 'malformed') return unknown('malformed', 'no ledger', at);
    if (shelf.content === 'newer') return unknown('malformed', 'written by a newer version', at);
    return known(shelf.content, at);
  }

  async save(document: LedgerDocument, signal: AbortSignal): Promise<SaveOutcome> {
    signal.throwIfAborted();
    if (this.#base === undefined) return { kind: 'conflict' };
    if (this.shelf.content === 'newer' && this.#base === this.shelf.version) {
      return { kind: 'refused', detail: 'written by a newer version' };
    }
    const read = readLedger(writeLedger(document));
    if (read.kind === 'misshapen') return { kind: 'refused', detail: read.detail };
    return this.#scripted(read.document) ?? this.#write(read.document);
  }

  #scripted(document: LedgerDocument): SaveOutcome | undefined {
    switch (this.shelf.failingSave) {
      case undefined:
        return undefined;
      case 'conflict':
        this.#base = undefined;
        return { kind: 'conflict' };
      case 'unreachable-but-written':
        if (this.#base === this.shelf.version) this.#put(document);
        return { kind: 'unreachable', detail: 'save fails on script' };
      case 'refused':
      case 'unreachable':
        return { kind: this.shelf.failingSave, detail: 'save fails on script' };
    }
  }

  #write(document: LedgerDocument): SaveOutcome {
    const isMoved = this.#base !== this.shelf.version;
    if (!isMoved) this.#put(document);
    this.#base = isMoved ? undefined : this.shelf.version;
    return { kind: isMoved ? 'conflict' : 'saved' };
  }

  #put(document: LedgerDocument): void {
    this.shelf.put(document);
    this.shelf.saves += 1;
  }
}
