/** A candidate's campaign: stands for terms, renews them, and gives them up. */

import type { Leader, Loss } from '../../domain/leadership.ts';
import type { Reading } from '../../domain/reading.ts';
import { known } from '../../domain/reading.ts';
import type { Duration } from '../../domain/time.ts';
import { milliseconds, seconds } from '../../domain/time.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Leadership, LeadershipListener, LeadershipSignals } from '../../ports/leadership.ts';
import type { LeaseAnswer, LeaseApi } from './lease-api.ts';
import type { Claim, LeasePlace, LeaseRecord } from './lease-record.ts';
import { claimedLease, holderName, newLease } from './lease-record.ts';
import { giveUp } from './lease-release.ts';
import { Sight } from './lease-sight.ts';
import type { Moment } from './lease-term.ts';
import { momentOf, Term } from './lease-term.ts';
import type { LeaseTiming } from './lease-timing.ts';
import { LEASE_TIMING } from './lease-timing.ts';

/** Missing rights do not come back by asking often. */
const DENIED_PAUSE = seconds(5);

/** A write that failed may have been done: it is looked at again soon, but not in a tight loop. */
const SOON = milliseconds(100);

/** The longest that the end of a term is noticed late by nobody but a timer, after the machine was suspended. */
const WATCH_INTERVAL = seconds(1);

export type CampaignDeps = { readonly clock: Clock; readonly random: Random };

export type CampaignOptions = LeasePlace & {
  readonly podName: string;
  /** For tests. */
  readonly timing?: LeaseTiming;
};

const SILENT: LeadershipListener = { elected: () => {}, lost: () => {}, reading: () => {} };

/**
 * | the Lease | seen by a candidate | seen by the leader |
 * | --- | --- | --- |
 * | is not there | creates it; leads by it when it has held it for the duration | creates it; its term goes on |
 * | is its own | renews it; leads by it as soon as its uid is proven | renews it |
 * | was given up | takes it and leads | its term is over |
 * | is another's, or malformed | takes it when it has not changed for the duration | its term is over |
 * | can't be read | nothing | nothing, until the term runs out |
 */
export class Campaign implements Leadership {
  readonly name: string;
  readonly #api: LeaseApi;
  readonly #deps: CampaignDeps;
  readonly #place: LeasePlace;
  readonly #timing: LeaseTiming;
  readonly #sight: Sight;
  #listener: LeadershipListener = SILENT;
  #term: Term | undefined;
  /** The Lease as our last write left it; undefined where it has to be looked at first. */
  #own: LeaseRecord | undefined;
  #told: string | undefined;
  #watching: Promise<void> = Promise.resolve();

  constructor(api: LeaseApi, deps: CampaignDeps, options: CampaignOptions) {
    this.#api = api;
    this.#deps = deps;
    this.#place = { namespace: options.namespace, name: options.name };
    this.#timing = options.timing ?? LEASE_TIMING;
    this.#sight = new Sight(this.#timing.duration);
    this.name = holderName(options.podName);
  }

  term(): AbortSignal | undefined {
    if (this.#term !== undefined && this.#term.left() <= 0) this.#expire();
    return this.#term?.signal;
  }

  async run(listener: LeadershipListener, signals: LeadershipSignals): Promise<void> {
    this.#listener = listener;
    try {
      await this.#campaign(signals);
      if (signals.drained.aborted) await this.#giveUp();
    } finally {
      this.#end({ kind: 'released', detail: 'the daemon stops' });
      await this.#watching;
      this.#listener = SILENT;
    }
  }

  async #campaign({ stopping, drained }: LeadershipSignals): Promise<void> {
    const either = AbortSignal.any([stopping, drained]);
    while (!drained.aborted && (!stopping.aborted || this.term() !== undefined)) {
      try {
        const pause = await this.#turn(drained);
        await this.#deps.clock.sleep(pause, stopping.aborted ? drained : either);
      } catch (error) {
        if (!either.aborted) throw error;
      }
    }
  }

  /** Answers how long to wait before the next one. */
  async #turn(signal: AbortSignal): Promise<Duration> {
    if (this.#own !== undefined) return this.#claim(this.#own, signal);
    const answer = await this.#api.look(this.#timeout(), signal);
    switch (answer.kind) {
      case 'found':
        return this.#judge(answer.record, signal);
      case 'absent':
        return this.#create(signal);
      case 'conflict':
        return this.#jittered(SOON);
      case 'unknown':
        return this.#failed(answer);
    }
  }

  async #judge(record: LeaseRecord, signal: AbortSignal): Promise<Duration> {
    const now = this.#deps.clock.monotonic();
    this.#sight.note(record, now);
    if (record.holder === this.name) return this.#claim(record, signal);
    const holder = record.holder === '' ? undefined : record.holder;
    this.#end({ kind: 'taken', detail: `the Lease is held by ${holder ?? 'nobody'}` });
    this.#tell(known({ holder, isOurs: false }, this.#deps.clock.now()));
    return this.#sight.isTakeable(record, now)
      ? this.#claim(record, signal)
      : this.#jittered(this.#timing.lookInterval);
  }

  async #claim(record: LeaseRecord, signal: AbortSignal): Promise<Duration> {
    const sent = momentOf(this.#deps.clock);
    const lease = claimedLease(record, this.#wanted(sent));
    const answer = await this.#api.replace(lease, this.#timeout(), signal);
    return this.#written(answer, sent, false);
  }

  async #create(signal: AbortSignal): Promise<Duration> {
    const sent = momentOf(this.#deps.clock);
    const lease = newLease(this.#place, this.#wanted(sent));
    const answer = await this.#api.create(lease, this.#timeout(), signal);
    return this.#written(answer, sent, true);
  }

  #wanted({ wall }: Moment): Claim {
    return { holder: this.name, duration: this.#timing.duration, now: wall };
  }

  #written(answer: LeaseAnswer, sent: Moment, isNew: boolean): Duration {
    this.#own = undefined;
    switch (answer.kind) {
      case 'found':
        return this.#hold(answer.record, sent, isNew);
      case 'absent':
      case 'conflict':
        return this.#jittered(SOON);
      case 'unknown':
        return this.#failed(answer);
    }
  }

  #hold(record: LeaseRecord, sent: Moment, isNew: boolean): Duration {
    const now = this.#deps.clock.monotonic();
    const isLeading = this.term() !== undefined;
    if (isNew && isLeading) this.#sight.noteContinued(record, now);
    else this.#sight.note(record, now);
    this.#own = record;
    if (isLeading) this.#term?.renew(sent);
    else if (this.#sight.isProven(record.uid, sent.monotonic)) this.#begin(sent);
    this.#tell(known({ holder: this.name, isOurs: true }, sent.wall));
    return this.#jittered(this.#timing.renewInterval);
  }

  #begin(sent: Moment): void {
    const term = new Term(this.#deps.clock, this.#timing.renewDeadline, sent);
    // The answer may have been so long on its way that the term has run out before it began.
    if (term.left() <= 0) return;
    this.#term = term;
    this.#watching = this.#watch(term);
    this.#listener.elected(term.signal);
  }

  async #watch(term: Term): Promise<void> {
    while (!term.signal.aborted) {
      const pause = milliseconds(Math.max(1, Math.min(WATCH_INTERVAL, term.left())));
      await this.#deps.clock.sleep(pause, term.signal).catch(() => {});
      if (term === this.#term) this.term();
    }
  }

  #expire(): void {
    const limit = this.#timing.renewDeadline / 1000;
    this.#end({ kind: 'expired', detail: `the Lease could not be renewed within ${limit} s` });
  }

  #end(loss: Loss): void {
    const term = this.#term;
    if (term === undefined) return;
    this.#term = undefined;
    term.end(loss.detail);
    this.#listener.lost(loss);
  }

  #failed({ reading }: Extract<LeaseAnswer, { kind: 'unknown' }>): Duration {
    this.#tell(reading);
    return this.#jittered(reading.why === 'denied' ? DENIED_PAUSE : this.#timing.lookInterval);
  }

  #tell(reading: Reading<Leader>): void {
    const told = reading.kind === 'known' ? `held by ${reading.value.holder}` : reading.why;
    if (told === this.#told) return;
    this.#told = told;
    this.#listener.reading(reading);
  }

  /** A request of the leader never outlasts its term. */
  #timeout(): Duration {
    const left = this.#term?.left() ?? this.#timing.requestTimeout;
    return milliseconds(Math.max(1, Math.min(this.#timing.requestTimeout, left)));
  }

  /** Less up to a fifth by chance, so that many daemons do not ask in step. */
  #jittered(pause: Duration): Duration {
    return milliseconds(Math.ceil(pause * (1 - this.#deps.random() / 5)));
  }

  async #giveUp(): Promise<void> {
    this.#end({ kind: 'released', detail: 'the daemon stops' });
    await giveUp(this.#own, { api: this.#api, clock: this.#deps.clock, name: this.name, sight: this.#sight });
  }
}
