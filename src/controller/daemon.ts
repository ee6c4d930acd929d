/** The daemon: the loops that look, and the order in which they start and stop. */

import type { UnreadablePod } from '../domain/holder.ts';
import type { Identity } from '../domain/identity.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { after, milliseconds, seconds } from '../domain/time.ts';
import type { RecordChannel } from '../ports/channel.ts';
import { backoff } from './backoff.ts';
import type { Deps, Signals } from './deps.ts';
import { Describer } from './describer.ts';
import { Keeper } from './keeper.ts';
import type { Heard } from './listen.ts';
import { Listener } from './listen.ts';
import { Pace } from './pace.ts';
import { RollCall } from './roll-call.ts';
import { aborted } from './signals.ts';
import { Sweeper } from './sweeper.ts';
import { visit } from './visit.ts';
import { WorkQueue } from './work-queue.ts';

export type Timing = {
  /** Between two Lists. */
  readonly pollInterval: Duration;
  /** Describe requests a second at the most: List tells no grants, and no changes in place. */
  readonly describeRate: number;
};

/** Identities visited at a time. A visit mostly waits, for EKS or for its turn in a pace; those are the limits. */
const WORKERS = 512;

/** With fewer, every change of a holder is looked at at once. */
const MANY_HOLDERS = 100;

/** A second for ten thousand. */
const HOLDERS_A_MS = 10;

/** How long an eviction that was sent may take to be answered after the daemon was told to stop. */
export const DRAIN_TIME = seconds(12);

export class Daemon {
  readonly sweeper: Sweeper;
  readonly describer: Describer;
  readonly rollCall: RollCall;
  readonly #deps: Deps;
  readonly #queue: WorkQueue<Identity>;
  readonly #listeners: readonly (readonly [RecordChannel, Listener])[];
  readonly #keeper: Keeper | undefined;
  readonly #failures = new Map<Identity, number>();

  constructor(deps: Deps, timing: Timing) {
    this.#deps = deps;
    this.#queue = new WorkQueue(deps.clock);
    const add = (identity: Identity, at?: Instant): void => this.#queue.add(identity, at);
    this.describer = new Describer(deps, {
      pace: new Pace(deps.clock, { rate: timing.describeRate, burst: 1 }),
      interval: timing.pollInterval,
      onRead: add,
    });
    this.rollCall = new RollCall(deps);
    this.#keeper = deps.ledgerStore === undefined ? undefined : new Keeper(deps, deps.ledgerStore, add);
    const describe = this.describer.want.bind(this.describer);
    this.sweeper = new Sweeper(deps, timing.pollInterval, {
      visit: add,
      describe,
      listed: (listed) => {
        this.describer.keepOnly(listed);
        this.rollCall.keepOnly(new Set(listed.values()));
      },
    });
    deps.brakes.watch(() => ({ at: this.sweeper.lastKnownAt, identities: deps.ledger.size }));
    const ears = { visit: add, sweep: () => this.sweeper.soon() };
    this.#listeners = deps.channels.map((channel) => [channel, new Listener(channel.name, deps, ears)]);
  }

  /** What the channels have told so far. */
  heard(): readonly Heard[] {
    return this.#listeners.map(([, { heard }]) => heard);
  }

  /**
   * The ledger of the daemon before, pods, sweeps, describes and visits, and the channels after the first sweep, until `stopping` is aborted;
   * then nothing new is taken up, evictions in flight are heard out for DRAIN_TIME at most, and the run is
   * fulfilled. A loop that fails ends the run with its error.
   */
  async run(stopping: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const lifetime = new AbortController();
    const done = new AbortController();
    const signals = { stopping: AbortSignal.any([stopping, failed.signal]), lifetime: lifetime.signal };
    const abandoning = this.#abandonLate(signals.stopping, lifetime, done.signal);
    const fails = (error: unknown): void => {
      if (!signals.stopping.aborted) failed.abort(error);
    };
    // The lead is given up only when nothing is in flight any more.
    const terms = { stopping: signals.stopping, drained: done.signal };
    const reigning = this.#deps.reign.run((term) => this.#takeOver(term), terms).catch(fails);
    await Promise.all(this.#loops(signals).map((loop) => loop.catch(fails)));
    done.abort();
    await Promise.all([abandoning, reigning]);
    failed.signal.throwIfAborted();
  }

  #loops(signals: Signals): readonly Promise<void>[] {
    const { stopping } = signals;
    const { pods, reporter } = this.#deps;
    const listener = {
      changed: (identity: Identity) => this.#queue.add(identity, this.#gathered(identity)),
      unreadable: (pod: UnreadablePod) => reporter.report({ kind: 'unreadable-pod', pod }),
    };
    return [
      pods.run(listener, stopping),
      this.#sweeps(stopping),
      this.#keeper?.run(signals) ?? Promise.resolve(),
      this.describer.run(stopping),
      this.#calls(signals),
      this.#deps.reign.during((term) => this.#begins(term), stopping),
      this.#deps.brakes.run(() => this.#visitOpen(), stopping),
      this.#queue.run((identity) => this.#visit(identity, signals), WORKERS, stopping),
      ...this.#listeners.map(([channel, ears]) => this.#listen(channel, ears, stopping)),
    ];
  }

  /**
   * When a change of one holder is looked at. A visit judges all of them: where there are thousands, and each is a change
   * when it begins to go and another when it is gone, some changes are waited for.
   */
  #gathered(identity: Identity): Instant {
    const { clock, ledger } = this.#deps;
    const { size } = ledger.find(identity)?.opinions ?? { size: 0 };
    return size < MANY_HOLDERS ? clock.now() : after(clock.now(), milliseconds(size / HOLDERS_A_MS));
  }

  /** What was known before is known again before anything is compared with it. */
  async #sweeps(stopping: AbortSignal): Promise<void> {
    await this.#keeper?.restore(stopping);
    await this.sweeper.run(stopping);
  }

  /** The first sweep and the pods come first: they are what the daemon is for. */
  async #calls(signals: Signals): Promise<void> {
    const { stopping, lifetime } = signals;
    await Promise.race([this.sweeper.firstEnded, aborted(stopping)]);
    const call = (term: AbortSignal): Promise<void> =>
      this.rollCall.run({ stopping: term, lifetime }).catch((error: unknown) => {
        if (!term.aborted) throw error;
      });
    await this.#deps.reign.during(call, stopping);
  }

  /** What a record is about can be told only when the identities are known. */
  async #listen(channel: RecordChannel, listener: Listener, stopping: AbortSignal): Promise<void> {
    await Promise.race([this.sweeper.firstEnded, aborted(stopping)]);
    if (stopping.aborted) return;
    // A message is told to one reader only: it must be the one that acts.
    if (channel.name === 'trail') await channel.run(listener, stopping);
    else await this.#deps.reign.during((term) => channel.run(listener, term), stopping);
  }

  async #takeOver(term: AbortSignal): Promise<void> {
    await this.#keeper?.takeOver(term);
  }

  /** What is due is looked at as soon as this replica leads. */
  async #begins(term: AbortSignal): Promise<void> {
    this.#visitOpen();
    await aborted(term);
  }

  /** What waits for a brake is looked at when one changes. */
  #visitOpen(): void {
    for (const [identity, { revocation }] of this.#deps.ledger.entries()) {
      if (revocation !== undefined && isOpen(revocation)) this.#queue.add(identity);
    }
  }

  async #abandonLate(stopping: AbortSignal, lifetime: AbortController, done: AbortSignal): Promise<void> {
    await aborted(AbortSignal.any([stopping, done]));
    await this.#deps.clock.sleep(DRAIN_TIME, done).catch(() => {});
    if (!done.aborted) lifetime.abort(new Error('the drain time is over'));
  }

  /** One identity that fails is reported and tried again later; the others do not notice. */
  async #visit(identity: Identity, signals: Signals): Promise<Instant | undefined> {
    const { clock, random, reporter } = this.#deps;
    try {
      const again = await visit(identity, this.#deps, signals);
      this.#failures.delete(identity);
      return again;
    } catch (error) {
      if (signals.stopping.aborted) return undefined;
      const failures = (this.#failures.get(identity) ?? 0) + 1;
      this.#failures.set(identity, failures);
      reporter.report({ kind: 'bug', where: `visit of ${identity}`, error });
      return after(clock.now(), backoff(failures, random));
    }
  }
}
