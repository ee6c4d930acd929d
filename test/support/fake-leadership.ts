/** An election in memory, without requests: who leads changes as it would by a Lease, and as the test says. */

import type { Leader, Loss } from '../../src/domain/leadership.ts';
import type { Reading, UnknownReason } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import type { Duration } from '../../src/domain/time.ts';
import { milliseconds, seconds } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Leadership, LeadershipListener, LeadershipSignals } from '../../src/ports/leadership.ts';

type Claim = { readonly holder: string; readonly renewedAt: Duration; readonly mayLeadFrom: Duration };

/** What all candidates share. */
export class FakeElection {
  /** How long others wait for a holder that renews nothing; its term ends 5 s earlier. */
  readonly duration: Duration = seconds(15);
  /** Undefined: there is no Lease. */
  claim: Claim | 'given-up' | undefined = 'given-up';
  /** Why nobody can be asked, while it is set. */
  failing: UnknownReason | undefined;

  /** Nobody may lead by the next one before its duration is over. */
  delete(): void {
    this.claim = undefined;
  }

  holder(): string | undefined {
    return typeof this.claim === 'object' ? this.claim.holder : undefined;
  }
}

const TICK = milliseconds(500);

export class FakeLeadership implements Leadership {
  readonly name: string;
  /** It reaches nobody, while it is set. */
  isCutOff = false;
  readonly #clock: Clock;
  readonly #election: FakeElection;
  #term: AbortController | undefined;
  #renewedAt: Duration = milliseconds(0);
  #listener: LeadershipListener | undefined;
  #told: string | undefined;

  constructor(clock: Clock, election: FakeElection, name: string) {
    this.#clock = clock;
    this.#election = election;
    this.name = name;
  }

  term(): AbortSignal | undefined {
    const limit = this.#election.duration - seconds(5);
    if (this.#term !== undefined && this.#clock.monotonic() - this.#renewedAt >= limit) {
      this.#end({ kind: 'expired', detail: 'not renewed in time' });
    }
    return this.#term?.signal;
  }

  async run(listener: LeadershipListener, { stopping, drained }: LeadershipSignals): Promise<void> {
    this.#listener = listener;
    const either = AbortSignal.any([stopping, drained]);
    while (!drained.aborted && (!stopping.aborted || this.term() !== undefined)) {
      this.#tick();
      await this.#clock.sleep(TICK, stopping.aborted ? drained : either).catch(() => {});
    }
    const isHolder = this.#election.holder() === this.name;
    const isLeading = this.term() !== undefined;
    this.#end({ kind: 'released', detail: 'the daemon stops' });
    if (drained.aborted && isHolder && isLeading && !this.isCutOff) this.#election.claim = 'given-up';
    this.#listener = undefined;
  }

  #tick(): void {
    const failing = this.isCutOff ? 'unreachable' : this.#election.failing;
    const now = this.#clock.monotonic();
    if (failing !== undefined) {
      this.term();
      this.#tell(unknown(failing, `${failing} on script: get leases`, this.#clock.now()));
      return;
    }
    const { claim } = this.#election;
    const isOurs = typeof claim === 'object' && claim.holder === this.name;
    if (typeof claim === 'object' && !isOurs && now - claim.renewedAt < this.#election.duration) {
      this.#end({ kind: 'taken', detail: `held by ${claim.holder}` });
    } else {
      this.#hold(claim, now);
    }
    const holder = this.#election.holder();
    this.#tell(known({ holder, isOurs: holder === this.name }, this.#clock.now()));
  }

  /** Whoever makes a Lease where there is none leads by it only when every term by the one before must be over. */
  #hold(claim: FakeElection['claim'], now: Duration): void {
    const isContinued = this.term() !== undefined;
    const isMadeAnew = claim === undefined && !isContinued;
    const isOurs = typeof claim === 'object' && claim.holder === this.name;
    const from = isMadeAnew ? milliseconds(now + this.#election.duration) : now;
    const mayLeadFrom = isOurs ? claim.mayLeadFrom : from;
    this.#election.claim = { holder: this.name, renewedAt: now, mayLeadFrom };
    if (isContinued) this.#renewedAt = now;
    else if (now >= mayLeadFrom) this.#begin(now);
  }

  #begin(now: Duration): void {
    this.#renewedAt = now;
    this.#term = new AbortController();
    this.#listener?.elected(this.#term.signal);
  }

  #end(loss: Loss): void {
    const term = this.#term;
    if (term === undefined) return;
    this.#term = undefined;
    term.abort(new Error(`no longer the leader: ${loss.detail}`));
    this.#listener?.lost(loss);
  }

  #tell(reading: Reading<Leader>): void {
    const told = reading.kind === 'known' ? `held by ${reading.value.holder}` : reading.why;
    if (told === this.#told) return;
    this.#told = told;
    this.#listener?.reading(reading);
  }
}
