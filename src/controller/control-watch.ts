/** Watches what operators have set. What can't be read is believed for a while as it was, and then counts as a pause. */

import type { ControlState } from '../domain/controls.ts';
import { NO_CONTROLS } from '../domain/controls.ts';
import type { Reading, Unknown } from '../domain/reading.ts';
import { unknown } from '../domain/reading.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { iso, minutes, seconds } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Controls } from '../ports/controls.ts';
import type { Reporter } from '../ports/reporter.ts';

export type ControlWatchDeps = {
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Undefined: there is nowhere to set any. */
  readonly controls: Controls | undefined;
};

const INTERVAL = seconds(2);

/** What an operator set is believed for so long while it can't be read. */
const BELIEVED_FOR = minutes(1);

export class ControlWatch {
  readonly #deps: ControlWatchDeps;
  #state: ControlState = NO_CONTROLS;
  /** Of the clock that nobody can set. */
  #knownAt: Duration | undefined;
  #problem: Unknown | undefined;
  #told: string | undefined;

  constructor(deps: ControlWatchDeps) {
    this.#deps = deps;
  }

  /** Why nobody is evicted; undefined where nobody has paused it, as far as can be told. */
  paused(): string | undefined {
    if (this.#deps.controls === undefined) return undefined;
    if (this.#problem !== undefined && !this.#isBelieved()) {
      return `it can't be told whether an operator has paused it: ${this.#problem.detail}`;
    }
    if (this.#knownAt === undefined) return 'it was not read yet whether an operator has paused it';
    const { pause } = this.#state;
    if (pause === undefined) return undefined;
    const when = pause.at === undefined ? '' : ` at ${iso(pause.at)}`;
    return `paused by ${pause.by ?? 'somebody'}${when}: ${pause.reason}; pod-identity-revoker resume ends it`;
  }

  /** An operator vouches for the ends that were noticed until then. */
  get releasedAt(): Instant | undefined {
    return this.#state.releases['mass-end']?.at;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { controls, clock } = this.#deps;
    if (controls === undefined) return;
    while (!signal.aborted) {
      this.#learn(await controls.read(signal));
      await clock.sleep(INTERVAL, signal);
    }
  }

  #tell(reading: Reading<ControlState>): void {
    const told = reading.kind === 'known' ? undefined : toldOf(reading);
    if (told === this.#told) return;
    this.#told = told;
    this.#deps.reporter.report({ kind: 'reading', of: 'controls', subject: 'controls', reading });
  }

  #isBelieved(): boolean {
    if (this.#knownAt === undefined) return false;
    return this.#deps.clock.monotonic() - this.#knownAt < BELIEVED_FOR;
  }

  #learn(reading: Reading<ControlState>): void {
    const { reporter } = this.#deps;
    this.#tell(understood(reading));
    this.#problem = reading.kind === 'unknown' ? reading : undefined;
    if (reading.kind === 'unknown') return;
    const release = reading.value.releases['mass-end'];
    const isNew = this.#knownAt !== undefined && release?.at !== this.releasedAt;
    if (release !== undefined && isNew) reporter.report({ kind: 'release', brake: 'mass-end', release });
    this.#state = reading.value;
    this.#knownAt = this.#deps.clock.monotonic();
  }
}

/** What was set and can't be understood is for a person to mend: told like a reading that failed. */
function understood(reading: Reading<ControlState>): Reading<ControlState> {
  if (reading.kind === 'unknown' || reading.value.problems.length === 0) return reading;
  return unknown('malformed', reading.value.problems.join('; '), reading.at);
}

/** Of one that failed the details may differ each time; what can't be understood is told by its details. */
function toldOf({ why, detail }: Unknown): string {
  return why === 'malformed' ? `${why}: ${detail}` : why;
}
