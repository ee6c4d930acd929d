/** The keeper: brings back the ledger of the daemon before, and keeps this one's for the next. */

import { isSameEnd } from '../decide/deadline.ts';
import { learnStanding } from '../decide/learn.ts';
import { gapsLeft, recount } from '../decide/recount.ts';
import { follow } from '../decide/follow.ts';
import type { History } from '../domain/history.ts';
import type { Identity } from '../domain/identity.ts';
import type { LedgerDocument } from '../domain/ledger-document.ts';
import type { Reading } from '../domain/reading.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { after, earliest, instant, minutes, seconds } from '../domain/time.ts';
import type { LedgerStore, SaveOutcome } from '../ports/ledger-store.ts';
import { backoff } from './backoff.ts';
import type { Deps, Signals } from './deps.ts';
import type { Entry, Ledger } from './ledger.ts';
import { toldOf } from './ledger.ts';

/** How long the first sweep waits for the ledger; later it is joined to what was learnt meanwhile. */
const RESTORED_WITHIN = seconds(30);

/** At least this long between two writes, however much happens. */
const SAVE_INTERVAL = seconds(5);

const TAKE_OVER_TRIES = 3;

/** A write that was refused is tried again when somebody may have mended it. */
const REFUSED_PAUSE = minutes(1);

export class Keeper {
  readonly #deps: Deps;
  readonly #store: LedgerStore;
  /** What is known of this identity may be more now. */
  readonly #onRestored: (identity: Identity) => void;
  #isLoaded = false;
  /** The past that a ledger held was taken over. */
  #hasJoined = false;
  /** What was saved last, less what changes with every reading. */
  #saved: string | undefined;
  #notBefore = instant(0);
  #lastProblem: string | undefined;

  constructor(deps: Deps, store: LedgerStore, onRestored: (identity: Identity) => void) {
    this.#deps = deps;
    this.#store = store;
    this.#onRestored = onRestored;
  }

  /**
   * Fulfilled when the ledger was read, or when it is certain or likely that it will not be: then the daemon
   * starts without it, knows nothing of the past, and evicts nobody for that.
   */
  async restore(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps;
    const latest = after(clock.now(), RESTORED_WITHIN);
    for (let tries = 1; ; tries += 1) {
      const isOver = await this.#load(signal);
      if (isOver || clock.now() >= latest) return;
      await clock.sleep(backoff(tries, random), signal);
    }
  }

  /**
   * Saves what changed until told to stop, and then all, so that the next daemon knows until when this one looked.
   * Dry-run keeps nothing: the ledger is that of the enforcing daemon.
   */
  async run(signals: Signals): Promise<void> {
    const { clock, mode } = this.#deps;
    while (!signals.stopping.aborted) {
      await clock.sleep(SAVE_INTERVAL, signals.stopping).catch(() => {});
      if (!this.#isLoaded) await this.#load(signals.lifetime);
      if (signals.stopping.aborted) this.#saved = undefined;
      const term = this.#deps.reign.term();
      if (this.#isLoaded && mode === 'enforce' && term !== undefined) await this.#saveIn(term, signals);
    }
  }

  /** A write that is under way when the term ends is abandoned: what came of it is read before the next one. */
  async #saveIn(term: AbortSignal, { lifetime }: Signals): Promise<void> {
    try {
      await this.#saveChanges(AbortSignal.any([lifetime, term]));
    } catch (error) {
      if (!term.aborted) throw error;
      this.#isLoaded = false;
    }
  }

  /** What the leader before has written since is read before this one acts; given up after some tries. */
  async takeOver(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps;
    this.#isLoaded = false;
    for (let tries = 1; tries <= TAKE_OVER_TRIES && !(await this.#load(signal)); tries += 1) {
      await clock.sleep(backoff(tries, random), signal);
    }
  }

  /** Answers whether there is no reason to try again. */
  async #load(signal: AbortSignal): Promise<boolean> {
    const reading = await this.#store.load(signal);
    this.#tell(reading.kind === 'unknown' ? reading.why : undefined, reading);
    if (reading.kind === 'unknown') {
      // What is there can't be read, now or later; `save` knows whether it may be replaced.
      this.#isLoaded = reading.why === 'malformed';
      return this.#isLoaded || reading.why === 'denied';
    }
    if (reading.value !== undefined) this.#join(reading.value);
    this.#isLoaded = true;
    return true;
  }

  /** Between the last List of the daemon before and the first of this one nobody looked. */
  #join(document: LedgerDocument): void {
    const { ledger, longestGap } = this.#deps;
    if (!this.#hasJoined) {
      ledger.recallListedSince(document.listedSince);
      ledger.recallGaps(document.gaps);
      ledger.noteListing(document.listedAt, longestGap);
      if (document.coverage !== undefined) ledger.cover(document.coverage);
    }
    for (const record of document.records) {
      const entry = ledger.entry(record.identity);
      // What comes again, after a conflict or with the lead, is older than what was learnt since.
      if (!this.#hasJoined) entry.history = joined(record.history, entry);
      takeUp(entry, record.revocation);
      for (const { id } of record.history.spans) ledger.recognise(id, record.identity);
      this.#onRestored(record.identity);
    }
    this.#hasJoined = true;
  }

  async #saveChanges(signal: AbortSignal): Promise<void> {
    const { ledger, clock } = this.#deps;
    const { listedAt } = ledger;
    // Who has not looked yet has nothing to tell.
    if (listedAt === undefined) return;
    const document = documentOf(ledger, listedAt);
    await clock.turn();
    const content = contentOf(document);
    if (content === this.#saved || clock.now() < this.#notBefore) return;
    await clock.turn();
    const outcome = await this.#store.save(document, signal);
    this.#note(outcome, content);
  }

  #note(outcome: SaveOutcome, content: string): void {
    switch (outcome.kind) {
      case 'saved':
        this.#saved = content;
        this.#tell(undefined, { kind: 'known', value: undefined, at: this.#deps.clock.now() });
        return;
      case 'conflict':
      case 'unreachable': {
        // Somebody else wrote, or we may have: what is there is read again before the next write.
        this.#isLoaded = false;
        const detail = outcome.kind === 'conflict' ? 'somebody else has written it' : outcome.detail;
        return this.#tellUnsaved(outcome.kind === 'conflict' ? 'inconsistent' : 'unreachable', detail);
      }
      case 'refused':
        this.#notBefore = after(this.#deps.clock.now(), REFUSED_PAUSE);
        return this.#tellUnsaved('failed', outcome.detail);
    }
  }

  #tellUnsaved(why: 'failed' | 'inconsistent' | 'unreachable', detail: string): void {
    this.#tell(why, { kind: 'unknown', why, detail, at: this.#deps.clock.now() });
  }

  #tell(problem: string | undefined, reading: Reading<unknown>): void {
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#deps.reporter.report({ kind: 'reading', of: 'ledger', subject: 'ledger', reading });
  }
}

function documentOf(ledger: Ledger, listedAt: Instant): LedgerDocument {
  const records = [...ledger.entries()].flatMap(([identity, entry]) => {
    const { revocation } = entry;
    const history = recount(entry.history, toldOf(entry, ledger.coverage));
    const open = revocation !== undefined && isOpen(revocation) ? revocation : undefined;
    const isEmpty = history.spans.length === 0 && history.absentSince === undefined && open === undefined;
    return isEmpty ? [] : [{ identity, history, revocation: open }];
  });
  const { coverage } = ledger;
  return {
    listedAt,
    listedSince: ledger.listedSince ?? listedAt,
    gaps: gapsLeft(ledger.gaps, coverage),
    coverage,
    records: records.toSorted((one, other) => (one.identity < other.identity ? -1 : 1)),
  };
}

/** All but the times of the last readings, which change with every sweep and are no reason to write. */
function contentOf({ gaps, records }: LedgerDocument): string {
  return JSON.stringify({ gaps, records }, (key, value: unknown) =>
    key === 'seenAt' || key === 'readAt' ? undefined : value,
  );
}

/** What was learnt before the ledger could be read goes on top of what it holds, with its own times. */
function joined(before: History, { history, standing }: Entry): History {
  if (history.spans.length === 0) {
    return standing.kind === 'known' ? learnStanding(before, standing.value, standing.at) : before;
  }
  return follow(before, history);
}

/** A revocation that the daemon before followed; of one that both follow, the nearer deadline. */
function takeUp(entry: Entry, revocation: Revocation | undefined): void {
  const { revocation: own } = entry;
  if (revocation === undefined) return;
  if (own === undefined) entry.revocation = revocation;
  else if (isOpen(own) && isSameEnd(own, revocation)) {
    entry.revocation = { ...own, deadline: earliest(own.deadline, revocation.deadline) };
  }
}
