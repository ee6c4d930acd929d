/** Keeps a store of holders equal to the cluster: one list, then a watch, and a mend for every way that both can fail. */

import type { Duration, Instant } from '../../domain/time.ts';
import { between, seconds } from '../../domain/time.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Freshness, PodsListener } from '../../ports/pods.ts';
import type { KubernetesClient, NoAnswer } from './client.ts';
import { HolderStore } from './holder-store.ts';
import { HolderTable } from './holder-table.ts';
import { listPods } from './pod-list.ts';
import { explainRefusal } from './permission.ts';
import type { Refusal } from './refusal.ts';
import { jittered, refusedPause } from './pause.ts';
import type { WatchEnd } from './watch.ts';
import { watchPods } from './watch.ts';
import type { WatchEvent } from './watch-event.ts';
import { isOlder } from './watch-event.ts';

export type ReflectorDeps = {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly random: Random;
};

export type ReflectorOptions = {
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly labelNames: readonly string[];
  /** A watch that says nothing for so long, not even a bookmark (one a minute), is given up. */
  readonly silenceLimit: Duration;
};

/** How often what was mended, for whoever wants to count it. */
export type Mended = { lists: number; watches: number; expired: number; silences: number; garbage: number };

const USUAL_PAGE = 500;
/** A watch that ended sooner, and brought nothing, counts as a failure: it must not be repeated at full speed. */
const SHORTEST_GOOD_WATCH = seconds(5);
/** After so many failures in a row the version itself is doubted. */
const FAILURES_BEFORE_RELIST = 5;
/** After so many watches in a row that said nothing, not even a bookmark, only a list shows what is true. */
const SILENCES_BEFORE_RELIST = 2;
const LONGEST_PAUSE = seconds(30);
const LONGEST_PAUSE_AFTER_CLOSE = seconds(2);

export class Reflector {
  readonly store: HolderStore;
  readonly mended: Mended = { lists: 0, watches: 0, expired: 0, silences: 0, garbage: 0 };
  readonly #deps: ReflectorDeps;
  readonly #options: ReflectorOptions;
  readonly #path: string;
  #pageSize = USUAL_PAGE;
  /** From where to watch; undefined when a list is needed. */
  #version: string | undefined;
  #asOf: Instant | undefined;
  #problem = 'the pods have not been listed yet';
  #isRefused = false;
  /** In a row, without any progress between them. */
  #failures = 0;
  /** Watches in a row that fell silent without a line. */
  #silent = 0;

  constructor(deps: ReflectorDeps, options: ReflectorOptions) {
    this.#deps = deps;
    this.#options = options;
    this.store = new HolderStore(options.labelNames);
    const { namespace } = options;
    this.#path =
      namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  }

  freshness(): Freshness {
    if (this.#asOf === undefined || this.#isRefused) return { kind: 'unsynced', why: this.#problem };
    return { kind: 'synced', asOf: this.#asOf };
  }

  /** Fulfilled when `signal` is aborted; rejected only where the listener throws. */
  async run(listener: PodsListener, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const pause =
          this.#version === undefined
            ? await this.#list(listener, signal)
            : await this.#watch(this.#version, listener, signal);
        if (pause > 0) await this.#deps.clock.sleep(pause, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #list(listener: PodsListener, signal: AbortSignal): Promise<Duration> {
    const askedAt = this.#deps.clock.now();
    const isFirst = this.#asOf === undefined;
    const next = new HolderTable();
    this.mended.lists++;
    const found = (pod: unknown): void => {
      this.store.gather(next, pod);
      if (isFirst) this.store.present(pod, listener);
    };
    const { client } = this.#deps;
    const reply = await listPods({ client, path: this.#path, pageSize: this.#pageSize, found }, signal);
    if (reply.kind !== 'listed') return this.#listFailed(reply);
    this.store.replace(next, listener);
    this.#version = reply.version;
    this.#heard(askedAt);
    return seconds(0);
  }

  #listFailed(reply: Refusal | NoAnswer): Duration {
    this.#failures++;
    if (reply.kind === 'refused') {
      if (reply.status === 410) this.mended.expired++;
      if (reply.status !== 410) return this.#refused('list', reply);
    } else if (reply.why === 'too-large') {
      this.#pageSize = Math.max(1, Math.floor(this.#pageSize / 2));
    }
    this.#problem = `listing pods: ${reply.kind === 'refused' ? reply.message : reply.detail}`;
    return this.#failures === 1 ? seconds(0) : this.#pause(LONGEST_PAUSE);
  }

  async #watch(version: string, listener: PodsListener, signal: AbortSignal): Promise<Duration> {
    const { client, clock, random } = this.#deps;
    let openedAt: Instant | undefined;
    this.mended.watches++;
    const end = await watchPods(
      {
        client,
        clock,
        path: this.#path,
        version,
        serverTimeout: seconds(Math.floor(300 + 300 * random())),
        silenceLimit: this.#options.silenceLimit,
        heard: () => {
          const isOpening = openedAt === undefined;
          openedAt ??= clock.now();
          // After a silence the opening of a watch shows that something answers, not that it still tells anything.
          if (isOpening && this.#silent > 0) return;
          if (!isOpening) this.#silent = 0;
          this.#heard(clock.now());
        },
        event: (event) => this.#apply(event, listener),
      },
      signal,
    );
    const lasted = openedAt === undefined ? seconds(0) : between(openedAt, clock.now());
    const wasGood = this.#version !== version || lasted >= SHORTEST_GOOD_WATCH;
    this.#failures = wasGood ? 0 : this.#failures + 1;
    return this.#afterWatch(end);
  }

  #apply(
    event: Extract<WatchEvent, { kind: 'present' | 'deleted' | 'bookmark' }>,
    listener: PodsListener,
  ): void {
    if (event.kind === 'present') this.store.present(event.pod, listener);
    if (event.kind === 'deleted') this.store.deleted(event.pod, listener);
    if (event.version !== undefined && !isOlder(event.version, this.#version)) this.#version = event.version;
  }

  #afterWatch(end: WatchEnd): Duration {
    switch (end.kind) {
      case 'closed':
        return this.#failures <= 1 ? seconds(0) : this.#pause(LONGEST_PAUSE_AFTER_CLOSE);
      case 'silent':
        this.mended.silences++;
        this.#silent++;
        if (this.#silent >= SILENCES_BEFORE_RELIST) this.#version = undefined;
        return seconds(0);
      case 'broken':
        return this.#resume(end.detail);
      case 'garbage':
        this.mended.garbage++;
        this.#version = undefined;
        return this.#pause(LONGEST_PAUSE);
      case 'refused':
        return this.#watchRefused(end.refusal);
    }
  }

  #watchRefused(refusal: Refusal): Duration {
    if (refusal.status === 410 || refusal.reason === 'Expired' || refusal.reason === 'Gone') {
      this.mended.expired++;
      this.#version = undefined;
      return this.#failures <= 1 ? seconds(0) : this.#pause(LONGEST_PAUSE);
    }
    const isAboutUs = refusal.status === 401 || refusal.status === 403;
    if (!isAboutUs && refusal.status !== 429 && refusal.status < 500) this.#version = undefined;
    return isAboutUs ? this.#refused('watch', refusal) : this.#resume(refusal.message, refusal);
  }

  #resume(detail: string, refusal?: Refusal): Duration {
    this.#problem = `watching pods: ${detail}`;
    if (this.#failures >= FAILURES_BEFORE_RELIST) this.#version = undefined;
    const pause = this.#pause(LONGEST_PAUSE);
    return refusal === undefined ? pause : refusedPause(pause, refusal);
  }

  /** A refusal for want of rights is told at once, even while an older view is at hand: nobody mends it but a person. */
  #refused(verb: 'list' | 'watch', refusal: Refusal): Duration {
    this.#problem = explainRefusal({ verb, resource: 'pods', namespace: this.#options.namespace }, refusal);
    this.#isRefused ||= refusal.status === 401 || refusal.status === 403;
    return refusedPause(this.#pause(LONGEST_PAUSE), refusal);
  }

  #pause(longest: Duration): Duration {
    return jittered(this.#deps.random, this.#failures, longest);
  }

  #heard(at: Instant): void {
    this.#isRefused = false;
    if (this.#asOf === undefined || at > this.#asOf) this.#asOf = at;
  }
}
