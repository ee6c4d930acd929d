/** One daemon's view of a fake cluster's pods: it lists, it watches, and it lags, stutters, falls silent and lists anew. */

import type { Holder, PodUid, UnreadablePod } from '../../src/domain/holder.ts';
import type { Identity } from '../../src/domain/identity.ts';
import type { Duration, Instant } from '../../src/domain/time.ts';
import { milliseconds } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Freshness, Pods, PodsListener } from '../../src/ports/pods.ts';
import type { FakeCluster } from './fake-cluster.ts';

/** How the API server treats watches; shared by the views of all daemons. */
export type WatchMood = {
  /** How late an event is shown. */
  lag: () => Duration;
  /** How long a List takes. */
  listLatency: () => Duration;
  /** Whether an event is told twice. */
  isTwice: () => boolean;
  /** While set, every List fails. */
  isRefusing: boolean;
};

function none(): Duration {
  return milliseconds(0);
}

export function calmWatch(): WatchMood {
  return { lag: none, listLatency: none, isTwice: () => false, isRefusing: false };
}

/** Between two tries of a List that fails. */
const RETRY = milliseconds(1000);

export class FakePodView implements Pods {
  readonly #clock: Clock;
  readonly #cluster: FakeCluster;
  readonly #mood: WatchMood;
  #ends: AbortSignal;
  readonly #seen = new Map<PodUid, Holder>();
  /** The number of the last event that was shown of each pod: an older one that is late changes nothing. */
  readonly #shown = new Map<PodUid, number>();
  #events = 0;
  #listener: PodsListener | undefined;
  #isSynced = false;
  #silentSince: Instant | undefined;

  /** `ends` is aborted when the daemon whose view this is has gone, in whatever way. */
  constructor(clock: Clock, cluster: FakeCluster, mood: WatchMood, ends: AbortSignal) {
    this.#clock = clock;
    this.#cluster = cluster;
    this.#mood = mood;
    this.#ends = ends;
  }

  holdersOf(identity: Identity): readonly Holder[] {
    return [...this.#seen.values()]
      .filter((seen) => seen.identity === identity)
      .toSorted((one, other) => (one.uid < other.uid ? -1 : 1));
  }

  holder(uid: PodUid): Holder | undefined {
    return this.#seen.get(uid);
  }

  count(): number {
    return this.#seen.size;
  }

  identities(): Iterable<Identity> {
    return new Set([...this.#seen.values()].map(({ identity }) => identity));
  }

  unreadable(): readonly UnreadablePod[] {
    return [];
  }

  freshness(): Freshness {
    if (!this.#isSynced) return { kind: 'unsynced', why: 'no List was read' };
    return { kind: 'synced', asOf: this.#silentSince ?? this.#clock.now() };
  }

  async run(listener: PodsListener, signal: AbortSignal): Promise<void> {
    const ends = AbortSignal.any([signal, this.#ends]);
    this.#ends = ends;
    this.#listener = listener;
    const watch = (uid: PodUid): void => this.#event(uid);
    this.#cluster.watches.add(watch);
    await this.relist();
    await new Promise<void>((resolve) => {
      if (ends.aborted) resolve();
      ends.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#cluster.watches.delete(watch);
    this.#listener = undefined;
  }

  /** The watch goes silent, or is heard again; what happened meanwhile is shown by a List. */
  async silence(isSilent: boolean): Promise<void> {
    if (isSilent) {
      this.#silentSince ??= this.#clock.now();
      return;
    }
    this.#silentSince = undefined;
    await this.relist();
  }

  /** As after a 410: nothing is certain until all pods were listed. */
  async relist(): Promise<void> {
    const signal = this.#ends;
    this.#isSynced = false;
    try {
      do await this.#clock.sleep(milliseconds(this.#mood.listLatency()), signal);
      while (await this.#isRefused(signal));
    } catch {
      return;
    }
    this.#isSynced = true;
    this.#showAll();
  }

  async #isRefused(signal: AbortSignal): Promise<boolean> {
    if (this.#mood.isRefusing) await this.#clock.sleep(RETRY, signal);
    return this.#mood.isRefusing;
  }

  #showAll(): void {
    const there = new Map(this.#cluster.running().map((pod) => [pod.uid, pod]));
    for (const uid of new Set([...this.#seen.keys(), ...there.keys()])) {
      this.#events += 1;
      this.#show(uid, there.get(uid), this.#events);
    }
  }

  #event(uid: PodUid): void {
    if (this.#silentSince !== undefined) return;
    this.#events += 1;
    const event = this.#events;
    const pod = this.#cluster.pod(uid);
    const show = (): void => {
      if (this.#silentSince === undefined) this.#show(uid, pod, event);
    };
    const lag = this.#mood.lag();
    if (lag <= 0) show();
    else this.#clock.sleep(lag, this.#ends).then(show, () => {});
  }

  #show(uid: PodUid, pod: Holder | undefined, event: number): void {
    if (event < (this.#shown.get(uid) ?? 0)) return;
    this.#shown.set(uid, event);
    const identity = pod?.identity ?? this.#seen.get(uid)?.identity;
    if (pod === undefined) this.#seen.delete(uid);
    else this.#seen.set(uid, pod);
    if (identity !== undefined) this.#tell(identity);
  }

  #tell(identity: Identity): void {
    this.#listener?.changed(identity);
    if (this.#mood.isTwice()) this.#listener?.changed(identity);
  }
}
