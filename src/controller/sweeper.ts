/** The sweeper: a sweep each poll interval, and sooner when a hint asks for one. */

import type { Listing } from '../domain/association.ts';
import type { Reading } from '../domain/reading.ts';
import { unknown } from '../domain/reading.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { after, milliseconds, seconds } from '../domain/time.ts';
import { Bell } from './bell.ts';
import type { Deps } from './deps.ts';
import type { Findings } from './sweep.ts';
import { sweep } from './sweep.ts';

/** How long the first sweep waits for the pods, so that it compares the List with the holders. */
const PODS_FIRST = seconds(30);

/** Between two sweeps, however many hints ask for one: at 5,000 associations a sweep is 50 requests. */
const LEAST_PAUSE = seconds(10);

export class Sweeper {
  readonly #deps: Deps;
  readonly #findings: Findings;
  readonly #pollInterval: Duration;
  readonly #bell: Bell;
  readonly #first = Promise.withResolvers<void>();
  #listing: Reading<Listing>;
  #lastKnownAt: Instant | undefined;
  #lastEndedAt: Instant | undefined;

  constructor(deps: Deps, pollInterval: Duration, findings: Findings) {
    this.#deps = deps;
    this.#pollInterval = pollInterval;
    this.#findings = findings;
    this.#bell = new Bell(deps.clock);
    this.#listing = unknown('not-read', 'no List was read yet', deps.clock.now());
  }

  /** The last List, or why it failed. */
  get listing(): Reading<Listing> {
    return this.#listing;
  }

  /** When the last List that is known was asked for. */
  get lastKnownAt(): Instant | undefined {
    return this.#lastKnownAt;
  }

  /** When the last sweep ended, whatever it found. */
  get lastEndedAt(): Instant | undefined {
    return this.#lastEndedAt;
  }

  /** Fulfilled when the first sweep has ended, whatever it found. */
  get firstEnded(): Promise<void> {
    return this.#first.promise;
  }

  /** A sweep is wanted before the poll interval is over. */
  soon(): void {
    this.#bell.ring();
  }

  /** Sweeps until `signal` is aborted, and then is rejected with its reason. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps;
    await this.#podsSynced(signal);
    while (!signal.aborted) {
      await this.#sweepOnce(signal);
      this.#lastEndedAt = clock.now();
      this.#first.resolve();
      // Up to a tenth earlier by chance, so that many daemons do not ask in step.
      const pause = milliseconds(this.#pollInterval * (1 - random() / 10));
      await this.#bell.pause(LEAST_PAUSE, pause, signal);
    }
  }

  async #sweepOnce(signal: AbortSignal): Promise<void> {
    const before = this.#listing;
    const listing = await sweep(this.#deps, this.#findings, signal);
    this.#listing = listing;
    if (listing.kind === 'known') this.#lastKnownAt = listing.at;
    if (!isNews(before, listing)) return;
    this.#deps.reporter.report({ kind: 'reading', of: 'list', subject: 'associations', reading: listing });
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
