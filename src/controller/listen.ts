/** Listening: what a channel tells becomes a look at one identity, or a sweep. It decides nothing. */

import { isAnswered, lookFor } from '../decide/look.ts';
import type { Chronicle, Coverage } from '../domain/chronicle.ts';
import type { AssociationHint, Channel, Hint, HintResult, Refusal } from '../domain/hint.ts';
import type { Identity } from '../domain/identity.ts';
import { namespaceOf } from '../domain/identity.ts';
import type { Reading } from '../domain/reading.ts';
import type { Instant } from '../domain/time.ts';
import { after, latest, seconds } from '../domain/time.ts';
import type { ChannelListener } from '../ports/channel.ts';
import type { Deps } from './deps.ts';
import type { Entry } from './ledger.ts';
import { tellEntry } from './ledger.ts';

/** Records kept of one identity. */
const RECORDS_KEPT = 8;

/** After too many hints at once, the sweep that looks for all of them has been by then. */
export const DEFERRED_FOR = seconds(15);

/** Where the findings go. */
export type Ears = {
  /** This identity wants a visit now. */
  readonly visit: (identity: Identity, at?: Instant) => void;
  /** A sweep is wanted soon. */
  readonly sweep: () => void;
};

/** What a channel has told so far. */
export type Heard = {
  readonly channel: Channel;
  /** The latest time of an event that it told of. */
  lastEventAt: Instant | undefined;
  /** When it last told of anything. */
  lastHeardAt: Instant | undefined;
  /** When it last could be asked. */
  lastKnownAt: Instant | undefined;
  problem: string | undefined;
};

export class Listener implements ChannelListener {
  readonly heard: Heard;
  readonly #deps: Deps;
  readonly #ears: Ears;
  #breaks: Instant[] = [];

  constructor(channel: Channel, deps: Deps, ears: Ears) {
    this.heard = {
      channel,
      lastEventAt: undefined,
      lastHeardAt: undefined,
      lastKnownAt: undefined,
      problem: undefined,
    };
    this.#deps = deps;
    this.#ears = ears;
  }

  /** An arrow, as a listener is handed on by its members. */
  readonly hint = (hint: Hint): void => {
    this.#note(hint.evidence.at);
    const result = hint.kind === 'sweep' ? this.#sweep() : this.#take(hint);
    this.#deps.reporter.report({ kind: 'hint', hint, result });
  };

  readonly refused = (why: Refusal, detail: string, eventAt: Instant | undefined): void => {
    this.#note(eventAt);
    this.#deps.reporter.report({ kind: 'refused', channel: this.heard.channel, why, detail });
  };

  readonly chronicle = ({ coverage, records, breaks }: Chronicle): void => {
    const { ledger } = this.#deps;
    // In their order: a record of Create tells whose association an id is that a later one only names.
    const unplaced = records.filter((record) => !this.#tell(record));
    this.#breaks.push(...breaks, ...unplaced.map(({ evidence }) => evidence.at));
    if (coverage !== undefined) this.#cover(coverage);
    for (const [identity, entry] of ledger.entries()) if (isPuzzled(entry)) this.#ears.visit(identity);
  };

  readonly reading = (reading: Reading<undefined>): void => {
    const before = this.heard.problem;
    this.heard.problem = reading.kind === 'unknown' ? `${reading.why}: ${reading.detail}` : undefined;
    if (reading.kind === 'known') this.heard.lastKnownAt = reading.at;
    if (before === this.heard.problem) return;
    const { channel } = this.heard;
    this.#deps.reporter.report({ kind: 'reading', of: channel, subject: 'records', reading });
  };

  #note(eventAt: Instant | undefined): void {
    this.heard.lastHeardAt = this.#deps.clock.now();
    if (eventAt === undefined) return;
    if (this.heard.lastEventAt === undefined || eventAt > this.heard.lastEventAt) {
      this.heard.lastEventAt = eventAt;
    }
  }

  /** All is told from the last break on; a break that the coverage has not reached yet is kept for later. */
  #cover({ from, until }: Coverage): void {
    const reached = this.#breaks.filter((at) => at < until);
    this.#breaks = this.#breaks.filter((at) => at >= until);
    const whole = latest(from, ...reached.map((at) => after(at, seconds(1))));
    if (whole < until) this.#deps.ledger.cover({ from: whole, until });
  }

  /** Answers whether it is known whom the record is about. */
  #tell(record: AssociationHint): boolean {
    const { ledger, policy } = this.#deps;
    const { association } = record;
    const identity =
      record.identity ?? (association === undefined ? undefined : ledger.identityOf(association));
    if (identity === undefined) return false;
    if (policy.namespaces !== undefined && !policy.namespaces.has(namespaceOf(identity))) return true;
    if (association !== undefined) ledger.recognise(association, identity);
    tellEntry(ledger.entry(identity), [record]);
    this.#ears.visit(identity);
    return true;
  }

  #sweep(): HintResult {
    this.#ears.sweep();
    return 'sweep';
  }

  #take(hint: AssociationHint): HintResult {
    const identity = this.#identityOf(hint);
    if (identity === undefined) return 'unknown-identity';
    const entry = this.#deps.ledger.entry(identity);
    entry.records = [...entry.records, hint].slice(-RECORDS_KEPT);
    if (isAnswered(hint, entry.standing)) {
      // Nothing is to be asked, but who ended the grant may not be known yet.
      if (entry.revocation !== undefined && entry.revocation.evidence === undefined)
        this.#ears.visit(identity);
      return 'answered';
    }
    return this.#look(identity, entry, hint);
  }

  /**
   * Of an identity that nobody knows, in EKS or among the pods, there is nothing to decide: a flood of made-up
   * names costs no request. A new one is found by the next sweep.
   */
  #identityOf({ identity, association }: AssociationHint): Identity | undefined {
    const { ledger, pods } = this.#deps;
    const named = identity ?? (association === undefined ? undefined : ledger.identityOf(association));
    if (named === undefined || ledger.find(named) !== undefined) return named;
    // Of a namespace that is not watched there are no holders either.
    return pods.holdersOf(named).length > 0 ? named : undefined;
  }

  #look(identity: Identity, entry: Entry, hint: AssociationHint): HintResult {
    const now = this.#deps.clock.now();
    const look = lookFor(hint, now);
    const pending = entry.look;
    if (pending !== undefined && hint.evidence.at <= pending.hint.evidence.at) return 'repeated';
    if (pending !== undefined && pending.tries === 0) {
      entry.look = look;
      return 'repeated';
    }
    if (this.#deps.lookPace.tryTake()) {
      entry.look = look;
      this.#ears.visit(identity);
      return 'taken';
    }
    // Not the first one any more: when its time comes it must ask for its turn.
    entry.look = { ...look, tries: 1, nextAt: after(now, DEFERRED_FOR) };
    this.#ears.visit(identity, entry.look.nextAt);
    this.#ears.sweep();
    return 'deferred';
  }
}

/** Somebody waits for what CloudTrail tells of the past. */
function isPuzzled({ opinions }: Entry): boolean {
  for (const { verdict } of opinions.values()) if (verdict.reason === 'history-unknown') return true;
  return false;
}
