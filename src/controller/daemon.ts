/** The daemon: the loops that look, and the order in which they start and stop. */

import type { Listing } from '../domain/association.ts';
import type { UnreadablePod } from '../domain/holder.ts';
import type { Identity } from '../domain/identity.ts';
import type { Reading } from '../domain/reading.ts';
import { unknown } from '../domain/reading.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { after, milliseconds, seconds } from '../domain/time.ts';
import { backoff } from './backoff.ts';
import type { Deps, Signals } from './deps.ts';
import { Describer } from './describer.ts';
import { Pace } from './pace.ts';
import { aborted } from './signals.ts';
import { sweep } from './sweep.ts';
import { visit } from './visit.ts';
import { WorkQueue } from './work-queue.ts';

export type Timing = {
  /** Between two Lists; each comes up to a tenth earlier by chance, so that many daemons do not ask in step. */
  readonly pollInterval: Duration;
  /** Describe requests a second, for grants that List does not tell. */
  readonly describeRate: number;
};

/** Identities visited at a time. */
const WORKERS = 16;

/** How long the first sweep waits for the pods, so that it compares the List with the holders. */
const PODS_FIRST = seconds(30);

/** How long an eviction that was sent may take to be answered after the daemon was told to stop. */
export const DRAIN_TIME = seconds(12);

export class Daemon {
  readonly #deps: Deps;
  readonly #timing: Timing;
  readonly #queue: WorkQueue<Identity>;
  readonly #describer: Describer;
  readonly #failures = new Map<Identity, number>();
  #listing: Reading<Listing>;
  #lastKnownListingAt: Instant | undefined;
  #lastSweepEndedAt: Instant | undefined;

  constructor(deps: Deps, timing: Timing) {
    this.#deps = deps;
    this.#timing = timing;
    this.#queue = new WorkQueue(deps.clock);
    const describes = new Pace(deps.clock, { rate: timing.describeRate, burst: 1 });
    this.#describer = new Describer(deps, describes, (identity) => this.#queue.add(identity));
    this.#listing = unknown('not-read', 'no List was read yet', deps.clock.now());
  }

  /** The last List, or why it failed. */
  get listing(): Reading<Listing> {
    return this.#listing;
  }

  /** When the last List that is known was asked for. */
  get lastKnownListingAt(): Instant | undefined {
    return this.#lastKnownListingAt;
  }

  /** When the last sweep ended, whatever it found. */
  get lastSweepEndedAt(): Instant | undefined {
    return this.#lastSweepEndedAt;
  }

  /**
   * Pods, sweeps, describes and visits, until `stopping` is aborted; then nothing new is taken up, evictions in
   * flight are heard out for DRAIN_TIME at most, and the run is fulfilled. A loop that fails ends the run with
   * its error.
   */
  async run(stopping: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const lifetime = new AbortController();
    const done = new AbortController();
    const signals = { stopping: AbortSignal.any([stopping, failed.signal]), lifetime: lifetime.signal };
    const abandoning = this.#abandonLate(signals.stopping, lifetime, done.signal);
    await Promise.all(
      this.#loops(signals).map((loop) =>
        loop.catch((error: unknown) => {
          if (!signals.stopping.aborted) failed.abort(error);
        }),
      ),
    );
    done.abort();
    await abandoning;
    failed.signal.throwIfAborted();
  }

  #loops(signals: Signals): readonly Promise<void>[] {
    const { stopping } = signals;
    const listener = {
      changed: (identity: Identity) => this.#queue.add(identity),
      unreadable: (pod: UnreadablePod) => reportUnreadable(pod, this.#deps),
    };
    return [
      this.#deps.pods.run(listener, stopping),
      this.#sweeps(stopping),
      this.#describer.run(stopping),
      this.#queue.run((identity) => this.#visit(identity, signals), WORKERS, stopping),
    ];
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

  async #sweeps(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps;
    await this.#podsSynced(signal);
    while (!signal.aborted) {
      await this.#sweepOnce(signal);
      this.#lastSweepEndedAt = clock.now();
      await clock.sleep(milliseconds(this.#timing.pollInterval * (1 - random() / 10)), signal);
    }
  }

  async #sweepOnce(signal: AbortSignal): Promise<void> {
    const { reporter } = this.#deps;
    const before = this.#listing;
    const findings = {
      visit: (identity: Identity) => this.#queue.add(identity),
      describe: this.#describer.want.bind(this.#describer),
    };
    const listing = await sweep(this.#deps, findings, signal);
    this.#listing = listing;
    if (listing.kind === 'known') this.#lastKnownListingAt = listing.at;
    if (isNews(before, listing)) {
      reporter.report({ kind: 'reading', of: 'list', subject: 'associations', reading: listing });
    }
  }

  async #podsSynced(signal: AbortSignal): Promise<void> {
    const { clock, pods } = this.#deps;
    const latest = after(clock.now(), PODS_FIRST);
    while (pods.freshness().kind === 'unsynced' && clock.now() < latest) {
      await clock.sleep(milliseconds(100), signal);
    }
  }
}

function isNews(before: Reading<unknown>, now: Reading<unknown>): boolean {
  if (before.kind === 'known' || now.kind === 'known') return before.kind !== now.kind;
  return before.why !== now.why;
}

function reportUnreadable(pod: UnreadablePod, { reporter }: Deps): void {
  reporter.report({ kind: 'unreadable-pod', pod });
}
