/**
 * The roll-call: all pods of one identity after another are asked for, at a low rate. It finds pods that were missed by
 * the webhook, heals them where the operator wants that, and tells what the replacements of evicted pods were given.
 */

import type { Healing } from '../decide/missed.ts';
import { followHealing, healingKey, missedPods, successions } from '../decide/missed.ts';
import { PROOF_LIFE } from '../decide/proof.ts';
import type { Association } from '../domain/association.ts';
import type { Holder } from '../domain/holder.ts';
import type { Identity } from '../domain/identity.ts';
import type { Reading } from '../domain/reading.ts';
import type { MissedPod, RosterPod } from '../domain/roster.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { after, before, between, instant, latest, minutes, seconds } from '../domain/time.ts';
import { confirm } from './confirm.ts';
import type { Deps, Signals } from './deps.ts';
import { Pace } from './pace.ts';

/** One identity a second: at 5,000 associations a round takes an hour and a half. */
const RATE = 1;

/** An identity is not asked for again before. */
const INTERVAL = minutes(10);

/** With nobody to ask for it is looked so often whether there is. */
const IDLE = seconds(5);

/** What is expected to change soon is asked for again after this time. */
const SOON = seconds(30);

/** The owner of an evicted pod is given so long before its new pod is asked for. */
const SUCCESSION_PAUSE = seconds(30);

export class RollCall {
  readonly #deps: Deps;
  readonly #pace: Pace;
  /** With when each was asked for; the one that was asked for longest ago is the first. */
  readonly #rolling = new Map<Identity, Instant>();
  readonly #missed = new Map<Identity, readonly MissedPod[]>();
  readonly #healings = new Map<string, Healing>();
  #lastProblem: string | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#pace = new Pace(deps.clock, { rate: RATE, burst: 1 });
  }

  /** Those that were found by the last asking for each identity. */
  missed(): readonly MissedPod[] {
    return [...this.#missed.values()].flat();
  }

  /** These identities have associations, and no others. */
  keepOnly(listed: ReadonlySet<Identity>): void {
    for (const identity of this.#rolling.keys()) {
      if (listed.has(identity)) continue;
      this.#rolling.delete(identity);
      this.#missed.delete(identity);
    }
    for (const identity of listed) {
      if (!this.#rolling.has(identity)) this.#rolling.set(identity, before(this.#deps.clock.now(), INTERVAL));
    }
  }

  async run(signals: Signals): Promise<void> {
    const { stopping } = signals;
    while (!stopping.aborted) {
      const next = this.#next();
      if (next === undefined) {
        await this.#deps.clock.sleep(IDLE, stopping);
        continue;
      }
      await this.#pace.take(stopping);
      await this.#call(next, signals);
    }
  }

  #next(): Identity | undefined {
    const { clock, ledger } = this.#deps;
    const now = clock.now();
    for (const [identity, displaced] of ledger.displaced) {
      const last = latest(this.#rolling.get(identity) ?? instant(0), ...displaced.map(({ at }) => at));
      if (now >= after(last, SUCCESSION_PAUSE)) return identity;
    }
    for (const [identity, calledAt] of this.#rolling) if (now >= after(calledAt, INTERVAL)) return identity;
    return undefined;
  }

  async #call(identity: Identity, signals: Signals): Promise<void> {
    const { clock, rosters, ledger } = this.#deps;
    this.#askedAgain(identity, INTERVAL);
    // What was not read yet, or is so young that the webhook may not know of it, comes again soon.
    if (this.#settled(identity) === undefined && !ledger.displaced.has(identity)) {
      return this.#askedAgain(identity, SOON);
    }
    const reading = await rosters.of(identity, signals.stopping);
    this.#tell(identity, reading);
    if (reading.kind === 'unknown') return;
    this.#tellSuccessions(identity, reading.value, clock.now());
    if (this.#settled(identity) === undefined) return;
    this.#follow(reading.value, clock.now());
    const missed = missedPods(reading.value, this.#healings, this.#deps.policy);
    this.#note(identity, missed);
    for (const each of missed) if (each.reason === 'due') await this.#heal(identity, each.rostered, signals);
    if (missed.some(({ reason }) => reason === 'due' || reason === 'sibling-first'))
      this.#askedAgain(identity, SOON);
  }

  /** Puts the identity at the end of the round; it is asked for again after this time. */
  #askedAgain(identity: Identity, pause: Duration): void {
    this.#rolling.delete(identity);
    this.#rolling.set(identity, before(after(this.#deps.clock.now(), pause), INTERVAL));
  }

  /** The association, where it has been in force for so long that the webhook knows of it. */
  #settled(identity: Identity): Association | undefined {
    const { clock, policy } = this.#deps;
    const association = this.#inForce(identity);
    if (association === undefined) return undefined;
    return clock.now() < after(association.createdAt, policy.consistencyWindow) ? undefined : association;
  }

  /** The association that is known to be in force for it now. */
  #inForce(identity: Identity): Association | undefined {
    const standing = this.#deps.ledger.find(identity)?.standing;
    return standing?.kind === 'known' && standing.value.kind === 'granted'
      ? standing.value.association
      : undefined;
  }

  #tellSuccessions(identity: Identity, roster: readonly RosterPod[], now: Instant): void {
    const { ledger, reporter } = this.#deps;
    const displaced = ledger.displaced.get(identity) ?? [];
    const over = successions(displaced, roster, now);
    for (const { displaced: each, successor } of over) {
      reporter.report({
        kind: 'succession',
        holder: each.holder,
        successor,
        isGranted: this.#inForce(identity) !== undefined,
      });
    }
    const isOver = new Set(over.map((each) => each.displaced));
    ledger.keepDisplaced(
      identity,
      displaced.filter((each) => !isOver.has(each)),
    );
  }

  #follow(roster: readonly RosterPod[], now: Instant): void {
    for (const key of new Set(roster.map(healingKey))) {
      const healing = key === undefined ? undefined : this.#healings.get(key);
      if (key !== undefined && healing !== undefined) {
        this.#healings.set(key, followHealing(healing, key, roster, now));
      }
    }
  }

  #note(identity: Identity, missed: readonly MissedPod[]): void {
    const known = new Map(this.#missed.get(identity)?.map((each) => [each.rostered.pod.uid, each.reason]));
    for (const each of missed) {
      if (known.get(each.rostered.pod.uid) === each.reason) continue;
      this.#deps.reporter.report({ kind: 'missed', missed: each, mode: this.#deps.mode });
    }
    if (missed.length === 0) this.#missed.delete(identity);
    else this.#missed.set(identity, missed);
  }

  /** Evicts one, while it is certain that its replacement should be given what it lacks. */
  async #heal(identity: Identity, rostered: RosterPod, signals: Signals): Promise<void> {
    const { clock, evictor, ledger, mode, pace, reporter } = this.#deps;
    const key = healingKey(rostered);
    if (mode === 'dry-run' || key === undefined) return;
    await pace.take(signals.stopping);
    const entry = ledger.entry(identity);
    await confirm(identity, entry, this.#deps, signals.stopping);
    const isYoung = between(entry.standing.at, clock.now()) < PROOF_LIFE;
    const term = this.#deps.reign.term();
    const isBraked = term === undefined || this.#deps.brakes.engaged(identity).size > 0;
    if (this.#inForce(identity) === undefined || !isYoung || isBraked || signals.stopping.aborted) return;
    const holder: Holder = rostered.pod;
    const at = clock.now();
    const order = { holder, reason: 'missed', revocation: undefined } as const;
    const outcome = await evictor.evict(order, AbortSignal.any([signals.lifetime, term]));
    reporter.report({ kind: 'healing', rostered, outcome });
    if (outcome.kind === 'evicted') this.#healings.set(key, { evicted: holder.uid, at, stage: 'under-way' });
  }

  #tell(identity: Identity, reading: Reading<unknown>): void {
    const problem = reading.kind === 'unknown' ? reading.why : undefined;
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#deps.reporter.report({ kind: 'reading', of: 'roster', subject: identity, reading });
  }
}
