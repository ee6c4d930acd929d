/** A cluster's pods as the controller sees them, in memory: view and evictor over one state. */

import type { Holder, PodUid, UnreadablePod } from '../../src/domain/holder.ts';
import { podUid } from '../../src/domain/holder.ts';
import type { Identity } from '../../src/domain/identity.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Duration, Instant } from '../../src/domain/time.ts';
import { after, instant, milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { EvictionOrder, Evictor } from '../../src/ports/evictor.ts';
import type { Freshness, Pods, PodsListener } from '../../src/ports/pods.ts';
import { holder } from './builders.ts';

type Running = Holder & { readonly replace: (() => void) | undefined };

export class FakeCluster implements Pods, Evictor {
  /** Every eviction that was asked for, with its answer. */
  readonly evictions: { readonly order: EvictionOrder; readonly outcome: Outcome; readonly at: Instant }[] =
    [];
  /** What the next evictions of a pod answer, by pod name; then they go through. */
  readonly answers = new Map<string, Outcome[]>();
  /** What every eviction answers, while it is set. */
  answer: Outcome | undefined;
  /** Pods that are no holders, with what happens when one is evicted. */
  readonly outsiders = new Map<PodUid, () => void>();
  /** The same of deletions by force. */
  readonly forced: {
    readonly order: EvictionOrder & { readonly grace: Duration };
    readonly outcome: Outcome;
    readonly at: Instant;
  }[] = [];
  readonly forcedAnswers = new Map<string, Outcome[]>();
  forcedAnswer: Outcome | undefined;
  /** Pods whose objects stay when their grace is over, until they are removed. */
  readonly unending = new Set<PodUid>();
  /** How long a pod that is not told otherwise takes to end. */
  grace: Duration = seconds(2);
  /** The grace of single pods, where it is another one. */
  readonly graces = new Map<PodUid, Duration>();
  /** Pods with a finalizer, or on a dead node: their objects stay when their grace is over. */
  readonly held = new Set<PodUid>();
  /** Told of every change of a pod as it happens: the views of daemons that come and go. */
  readonly watches = new Set<(uid: PodUid) => void>();
  /** How long an answer to an eviction takes. */
  latency: Duration = milliseconds(0);
  /** How long the watch takes to show a change. */
  watchLag: Duration = milliseconds(0);
  synced = true;
  /** While set, the view changes without a word: every hint of it is lost. */
  saysNothing = false;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #pods = new Map<PodUid, Running>();
  /** What the watch has shown so far. */
  readonly #seen = new Map<PodUid, Holder>();
  readonly #listeners = new Set<PodsListener>();
  #hasRun = false;
  #made = 0;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Starts a pod; creationTimestamp is cut to whole seconds. `replace` is called when it is evicted. */
  start(identity: Identity, more: Partial<Holder> = {}, replace?: () => void): Holder {
    this.#made += 1;
    const [namespace = ''] = identity.split('/');
    const started = holder({
      uid: podUid(`pod-${String(this.#made).padStart(6, '0')}`),
      namespace,
      name: `pod-${this.#made}`,
      identity,
      start: instant(Math.floor(this.#clock.now() / 1000) * 1000),
      ...more,
    });
    this.#pods.set(started.uid, { ...started, replace });
    this.#show(started.uid);
    return started;
  }

  /** A uid that no holder has, as that of a pod without the token volume. */
  nobody(): PodUid {
    this.#made += 1;
    return podUid(`no-holder-${this.#made}`);
  }

  /** A pod that its owner starts again, with the token volume, whenever it is evicted. */
  startReplaced(identity: Identity, more: Partial<Holder> = {}): Holder {
    const { start: _start, uid: _uid, ...rest } = more;
    return this.start(identity, more, () => this.startReplaced(identity, rest));
  }

  running(): readonly Holder[] {
    return [...this.#pods.values()];
  }

  /** The pod as it is now, whatever the watch has shown. */
  pod(uid: PodUid): Holder | undefined {
    return this.#pods.get(uid);
  }

  holder(uid: PodUid): Holder | undefined {
    return this.#seen.get(uid);
  }

  holdersOf(identity: Identity): readonly Holder[] {
    return [...this.#seen.values()]
      .filter((seen) => seen.identity === identity)
      .toSorted((one, other) => (one.uid < other.uid ? -1 : 1));
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
    if (!this.#hasRun) return { kind: 'unsynced', why: 'it does not run yet' };
    return this.synced
      ? { kind: 'synced', asOf: this.#clock.now() }
      : { kind: 'unsynced', why: 'switched off by the test' };
  }

  async run(listener: PodsListener, signal: AbortSignal): Promise<void> {
    this.#listeners.add(listener);
    this.#hasRun = true;
    for (const identity of this.identities()) listener.changed(identity);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#listeners.delete(listener);
  }

  async evict(order: EvictionOrder, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    const at = this.#clock.now();
    const grace =
      order.grace === undefined
        ? (this.graces.get(order.holder.uid) ?? this.grace)
        : atLeastOneSecond(order.grace, this.grace);
    const scripted = this.answer ?? this.answers.get(order.holder.name)?.shift();
    const outcome = scripted ?? this.#accept(order.holder, grace);
    this.evictions.push({ order, outcome, at });
    await this.#clock.sleep(this.latency, signal);
    return outcome;
  }

  async force(order: EvictionOrder & { readonly grace: Duration }, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    const at = this.#clock.now();
    const scripted = this.forcedAnswer ?? this.forcedAnswers.get(order.holder.name)?.shift();
    const outcome = scripted ?? this.#accept(order.holder, atLeastOneSecond(order.grace));
    this.forced.push({ order, outcome, at });
    await this.#clock.sleep(this.latency, signal);
    return outcome;
  }

  #accept({ uid, namespace, name }: Holder, grace: Duration): Outcome {
    const pod = this.#pods.get(uid);
    const outsider = this.outsiders.get(uid);
    if (outsider !== undefined) {
      this.outsiders.delete(uid);
      outsider();
      return { kind: 'evicted' };
    }
    if (pod === undefined) {
      const isThere = [...this.#pods.values()].some(
        (one) => one.namespace === namespace && one.name === name,
      );
      return { kind: isThere ? 'replaced' : 'already-gone' };
    }
    this.terminate(uid, grace);
    return { kind: 'evicted' };
  }

  /** The pod gets a deletionTimestamp; its object disappears when the grace is over, and its owner replaces it. */
  terminate(uid: PodUid, grace: Duration = this.graces.get(uid) ?? this.grace): void {
    const pod = this.#pods.get(uid);
    const due = after(this.#clock.now(), grace);
    // What is terminating already can only be shortened.
    if (pod === undefined || (pod.terminating ?? Infinity) <= due) return;
    this.#pods.set(uid, { ...pod, terminating: due });
    this.#show(uid);
    this.#later(grace, () => this.#end(uid));
    if (pod.terminating === undefined) pod.replace?.();
  }

  /** The grace of a pod is over. On a dead node, or with a finalizer, its object stays all the same. */
  #end(uid: PodUid): void {
    if (this.#pods.has(uid) && !this.unending.has(uid)) this.remove(uid);
  }

  /** The containers of the pod end by themselves. */
  finish(name: string): void {
    for (const pod of this.#pods.values()) {
      if (pod.name !== name) continue;
      this.#pods.set(pod.uid, { ...pod, finished: true });
      this.#show(pod.uid);
    }
  }

  /** Says that an identity changed although nothing did. */
  cryWolf(identity: Identity): void {
    for (const { changed } of this.#listeners) changed(identity);
  }

  /** The pod object disappears. */
  remove(uid: PodUid): void {
    this.#pods.delete(uid);
    this.#show(uid);
  }

  /** The watch shows the pod as it is when the lag has passed. */
  #show(uid: PodUid): void {
    for (const tell of this.watches) tell(uid);
    this.#later(this.watchLag, () => {
      const identity = this.#pods.get(uid)?.identity ?? this.#seen.get(uid)?.identity;
      const pod = this.#pods.get(uid);
      if (pod === undefined) this.#seen.delete(uid);
      else this.#seen.set(uid, pod);
      if (identity !== undefined && !this.saysNothing) this.cryWolf(identity);
    });
  }

  #later(delay: Duration, run: () => void): void {
    if (delay <= 0) {
      run();
      return;
    }
    this.#clock.sleep(delay, this.#signal).then(run, () => {});
  }
}

function atLeastOneSecond(grace: Duration, own: Duration = minutes(60)): Duration {
  return milliseconds(grace >= 1000 ? Math.min(own, Math.floor(grace / 1000) * 1000) : 1000);
}
