/** The brakes: whether anybody may be evicted now. Asked for each plan, and again right before each act. */

import type { EndedIdentity, MassEnd, MassEndPolicy } from '../decide/mass-end.ts';
import { massEnd } from '../decide/mass-end.ts';
import type { Brake, BrakeState } from '../domain/brake.ts';
import { BRAKES } from '../domain/brake.ts';
import type { Identity } from '../domain/identity.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { between, iso, seconds } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Pods } from '../ports/pods.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { ControlWatch } from './control-watch.ts';
import { isViewFresh } from './freshness.ts';
import type { ProofWatch } from './proof-watch.ts';
import type { Reign } from './reign.ts';

export type BrakesDeps = {
  readonly clock: Clock;
  readonly pods: Pods;
  readonly reporter: Reporter;
  readonly reign: Reign;
  readonly proof: ProofWatch;
  readonly controls: ControlWatch;
  readonly massEnd: MassEndPolicy;
  /** How old the last List may be. */
  readonly listLimit: Duration;
};

/** What the daemon knows of the associations. */
export type Listed = { readonly at: Instant | undefined; readonly identities: number };

/** The states are told so often; what is engaged counts at once, for the next plan or act. */
const LOOK_INTERVAL = seconds(1);

/** Until then it is no news that a question which is asked at the start was not answered yet. */
const FIRST_ANSWERS = seconds(5);

type Counted = {
  readonly identities: number;
  readonly releasedAt: Instant | undefined;
  readonly massEnd: MassEnd;
};

export class Brakes {
  readonly #deps: BrakesDeps;
  readonly #ended = new Map<Identity, EndedIdentity>();
  #listed: () => Listed = () => ({ at: undefined, identities: 0 });
  #states: readonly BrakeState[] = [];
  /** What was reported last of each brake. */
  readonly #told = new Set<Brake>();
  #counted: Counted | undefined;

  constructor(deps: BrakesDeps) {
    this.#deps = deps;
  }

  /** Where the age of the last List and the number of identities come from. */
  watch(listed: () => Listed): void {
    this.#listed = listed;
  }

  /** What is to be counted of this identity now; undefined: nothing. */
  note(identity: Identity, ended: EndedIdentity | undefined): void {
    if (isSame(this.#ended.get(identity), ended)) return;
    if (ended === undefined) this.#ended.delete(identity);
    else this.#ended.set(identity, ended);
    this.#counted = undefined;
  }

  /** The brakes that hold this identity's holders now. */
  engaged(identity: Identity): ReadonlySet<Brake> {
    return new Set(BRAKES.filter((brake) => this.#why(brake, identity) !== undefined));
  }

  /** As they were looked at last. */
  states(): readonly BrakeState[] {
    return this.#states;
  }

  /** `onChange` is called whenever a brake engages, lets go, or holds somebody else. Ends with the signal. */
  async run(onChange: () => void, signal: AbortSignal): Promise<void> {
    const { proof, controls } = this.#deps;
    await Promise.all([this.#looks(onChange, signal), proof.run(signal), controls.run(signal)]);
  }

  async #looks(onChange: () => void, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const from = clock.monotonic();
    while (!signal.aborted) {
      if (this.#look()) onChange();
      this.#tell(clock.monotonic() - from >= FIRST_ANSWERS);
      await clock.sleep(LOOK_INTERVAL, signal);
    }
  }

  #tell(isAnswered: boolean): void {
    for (const state of this.#states) {
      const { brake, isEngaged } = state;
      if (this.#told.has(brake) === isEngaged || !isAnswered) continue;
      if (isEngaged) this.#told.add(brake);
      else this.#told.delete(brake);
      this.#deps.reporter.report({ kind: 'brake', state });
    }
  }

  #look(): boolean {
    const before = new Map(this.#states.map((state) => [state.brake, state]));
    this.#states = BRAKES.map((brake) => {
      const why = this.#why(brake, undefined);
      return { brake, isEngaged: why !== undefined, detail: why ?? '' };
    });
    return this.#states.some(({ brake, detail }) => (before.get(brake)?.detail ?? '') !== detail);
  }

  /** Why it is engaged; of one identity, or, where none is given, of any. */
  #why(brake: Brake, identity: Identity | undefined): string | undefined {
    const { proof, controls, reign } = this.#deps;
    switch (brake) {
      case 'cluster-unproven':
        return proof.unproven();
      case 'view-stale':
        return this.#stale();
      case 'mass-end':
        return massEndText(this.#massEnd(), identity);
      case 'paused':
        return controls.paused();
      case 'not-leader':
        return reign.term() === undefined ? 'another replica leads, or none does yet' : undefined;
    }
  }

  #stale(): string | undefined {
    const { clock, pods, listLimit } = this.#deps;
    const now = clock.now();
    if (!isViewFresh(pods.freshness(), now)) return 'the pods are not known as they are now';
    const { at } = this.#listed();
    if (at === undefined) return 'the associations were not listed yet';
    return between(at, now) < listLimit ? undefined : `the associations were last listed at ${iso(at)}`;
  }

  /** Counted anew only when something changed: it is asked for each plan and each act. */
  #massEnd(): MassEnd {
    const { controls, massEnd: policy } = this.#deps;
    const { identities } = this.#listed();
    const { releasedAt } = controls;
    const last = this.#counted;
    if (last?.identities === identities && last.releasedAt === releasedAt) return last.massEnd;
    const counted = massEnd(this.#ended.values(), identities, releasedAt, policy);
    this.#counted = { identities, releasedAt, massEnd: counted };
    return counted;
  }
}

function isSame(one: EndedIdentity | undefined, other: EndedIdentity | undefined): boolean {
  return one?.noticedAt === other?.noticedAt && one?.isCorroborated === other?.isCorroborated;
}

function massEndText(
  { isEngaged, unproven, limit }: MassEnd,
  identity: Identity | undefined,
): string | undefined {
  if (!isEngaged || (identity !== undefined && !unproven.has(identity))) return undefined;
  return `${unproven.size} identities are without a grant that no record of CloudTrail says was ended, and ${limit} may be; pod-identity-revoker release mass-end lets those go that were noticed until then`;
}
