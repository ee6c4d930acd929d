/** Operators' controls in memory: what the commands set, the daemon reads, and both fail on script. */

import type { ControlState, ReleasableBrake, Release } from '../../src/domain/controls.ts';
import { NO_CONTROLS } from '../../src/domain/controls.ts';
import type { Reading, UnknownReason } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ControlOutcome, Controls } from '../../src/ports/controls.ts';

export class FakeControls implements Controls {
  /** Whether there is a ledger to set anything on. */
  hasLedger = true;
  /** Why reads fail, while it is set. */
  failingRead: UnknownReason | undefined;
  /** What is answered to whoever sets something, while it is set. */
  failingWrite: Exclude<ControlOutcome['kind'], 'done'> | undefined;
  state: ControlState = NO_CONTROLS;
  reads = 0;
  readonly #clock: Clock;
  readonly #person: string;

  constructor(clock: Clock, person = 'alice@laptop') {
    this.#clock = clock;
    this.#person = person;
  }

  async read(signal: AbortSignal): Promise<Reading<ControlState>> {
    signal.throwIfAborted();
    this.reads += 1;
    const at = this.#clock.now();
    if (this.failingRead !== undefined)
      return unknown(this.failingRead, 'get configmaps fails on script', at);
    return known(this.hasLedger ? this.state : NO_CONTROLS, at);
  }

  async pause(reason: string, signal: AbortSignal): Promise<ControlOutcome> {
    return this.#set({ pause: { reason, at: this.#clock.now(), by: this.#person } }, signal);
  }

  async resume(signal: AbortSignal): Promise<ControlOutcome> {
    return this.#set({ pause: undefined }, signal);
  }

  async release(brake: ReleasableBrake, signal: AbortSignal): Promise<ControlOutcome> {
    const release: Release = { at: this.#clock.now(), by: this.#person };
    return this.#set({ releases: { ...this.state.releases, [brake]: release } }, signal);
  }

  #set(change: Partial<ControlState>, signal: AbortSignal): ControlOutcome {
    signal.throwIfAborted();
    if (this.failingWrite !== undefined) {
      return { kind: this.failingWrite, detail: 'patch configmaps fails on script' };
    }
    if (!this.hasLedger) return { kind: 'not-found', detail: 'there is no ledger yet' };
    this.state = { ...this.state, ...change };
    return { kind: 'done' };
  }
}
