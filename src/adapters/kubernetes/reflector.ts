/** Keeps a store of holders equal to the cluster: its state, then a watch, and a mend for every way that both can fail. */

import type { Duration, Instant } from '../../domain/time.ts';
import { between, seconds } from '../../domain/time.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Freshness, PodsListener } from '../../ports/pods.ts';
import type { KubernetesClient, NoAnswer } from './client.ts';
import { HolderStore } from './holder-store.ts';
import { listPods } from './pod-list.ts';
import { Breath } from './breath.ts';
import { podFields } from './pod-fields.ts';
import type { Message } from './protobuf.ts';
import { explainRefusal } from './permission.ts';
import { Reading } from './reading.ts';
import type { Refusal } from './refusal.ts';
import { jittered, refusedPause } from './pause.ts';
import { Sync } from './sync.ts';
import { ViewAge } from './view-age.ts';
import type { WatchEnd, WatchRequest } from './watch.ts';
import { watchPods } from './watch.ts';
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
/** So many pods are read, or compared, before the event loop turns: some milliseconds. */
const PODS_BETWEEN_TURNS = 64;

type Event = Parameters<WatchRequest['event']>[0];

export class Reflector {
  readonly store: HolderStore;
  readonly mended: Mended = { lists: 0, watches: 0, expired: 0, silences: 0, garbage: 0 };
  readonly #deps: ReflectorDeps;
  readonly #options: ReflectorOptions;
  readonly #path: string;
  readonly #fields: Message;
  readonly #reading = new Reading();
  readonly #breath = new Breath(PODS_BETWEEN_TURNS);
  #pageSize = USUAL_PAGE;
  /** From where to watch; undefined when a list is needed. */
  #version: string | undefined;
  readonly #age = new ViewAge();
  /** In a row, without any progress between them. */
  #failures = 0;
  /** Watches in a row that fell silent without a line. */
  #silent = 0;

  constructor(deps: ReflectorDeps, options: ReflectorOptions) {
    this.#deps = deps;
    this.#options = options;
    this.store = new HolderStore(options.labelNames);
    this.#fields = podFields(options.labelNames);
    const { namespace } = options;
    this.#path =
      namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  }

  freshness(): Freshness {
    return this.#age.freshness();
  }

  /** Fulfilled when `signal` is aborted; rejected only where the listener throws. */
  async run(listener: PodsListener, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const pause = await this.#turn(listener, signal);
        if (pause > 0) await this.#deps.clock.sleep(pause, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #turn(listener: PodsListener, signal: AbortSignal): Promise<Duration> {
    if (this.#version !== undefined) return this.#watch(this.#version, listener, signal);
    return this.#reading.takeStream() ? this.#stream(listener, signal) : this.#list(listener, signal);
  }

  #sync(listener: PodsListener): Sync {
    return new Sync({ store: this.store, listener, breath: this.#breath, isFirst: !this.#age.isKnown });
  }

  async #list(listener: PodsListener, signal: AbortSignal): Promise<Duration> {
    const askedAt = this.#deps.clock.now();
    this.mended.lists++;
    const sync = this.#sync(listener);
    const reply = await listPods(
      {
        client: this.#deps.client,
        path: this.#path,
        pageSize: this.#pageSize,
        accept: this.#reading.accept,
        fields: this.#fields,
        breath: this.#breath,
        found: (pod) => sync.found(pod),
      },
      signal,
    );
    if (reply.kind !== 'listed') return this.#listFailed(reply);
    await sync.complete();
    this.#version = reply.version;
    this.#age.heard(askedAt);
    return seconds(0);
  }

  #listFailed(reply: Refusal | NoAnswer): Duration {
    this.#failures++;
    if (this.#reading.failed(reply)) return seconds(0);
    if (reply.kind === 'refused') {
      if (reply.status === 410) this.mended.expired++;
      if (reply.status !== 410) return this.#refused('list', reply);
    } else if (reply.why === 'too-large') {
      this.#pageSize = Math.max(1, Math.floor(this.#pageSize / 2));
    }
    this.#age.problem = `listing pods: ${reply.kind === 'refused' ? reply.message : reply.detail}`;
    return this.#failures === 1 ? seconds(0) : this.#pause(LONGEST_PAUSE);
  }

  /** The state and the watch that follows it in one answer. Until the state is complete, nothing counts as a sign of life. */
  async #stream(listener: PodsListener, signal: AbortSignal): Promise<Duration> {
    const sync = this.#sync(listener);
    const follow = this.#follower(undefined, listener);
    const complete = async (version: string): Promise<void> => {
      this.mended.lists++;
      await sync.complete();
      this.#version = version;
      this.#silent = 0;
      follow.heard();
    };
    const end = await this.#open(
      {
        version: undefined,
        // In a table in the making anything may be; only what can't be a holder is passed over.
        isKnown: (head) => this.#version !== undefined && this.store.table.isKnown(head),
        heard: () => {
          if (this.#version !== undefined) follow.heard();
        },
        event: (event) => {
          if (this.#version !== undefined) return follow.event(event);
          if (event.kind === 'bookmark' && event.endsState && event.version !== undefined)
            return complete(event.version);
          sync.apply(event);
          return undefined;
        },
      },
      signal,
    );
    return this.#version === undefined ? this.#streamFailed(end) : this.#ended(end, follow.wasGood());
  }

  #streamFailed(end: WatchEnd): Duration {
    if (end.kind === 'refused') {
      if (this.#reading.failed(end.refusal) || this.#reading.refusedStream(end.refusal)) return seconds(0);
      return this.#listFailed(end.refusal);
    }
    this.#reading.streamFailed();
    if (end.kind === 'garbage') this.mended.garbage++;
    if (end.kind === 'silent') this.mended.silences++;
    const why = end.kind === 'garbage' ? 'malformed' : 'network';
    const detail = end.kind === 'broken' ? end.detail : `the stream of the state ended: ${end.kind}`;
    return this.#listFailed({ kind: 'no-answer', why, detail });
  }

  async #watch(version: string, listener: PodsListener, signal: AbortSignal): Promise<Duration> {
    const follow = this.#follower(version, listener);
    const { event, heard } = follow;
    const isKnown: WatchRequest['isKnown'] = (head) => this.store.table.isKnown(head);
    const end = await this.#open({ version, isKnown, heard, event }, signal);
    return this.#ended(end, follow.wasGood());
  }

  #open(
    how: Pick<WatchRequest, 'version' | 'isKnown' | 'heard' | 'event'>,
    signal: AbortSignal,
  ): Promise<WatchEnd> {
    const { client, clock, random } = this.#deps;
    this.mended.watches++;
    return watchPods(
      {
        ...how,
        client,
        clock,
        path: this.#path,
        accept: this.#reading.accept,
        fields: this.#fields,
        breath: this.#breath,
        serverTimeout: seconds(Math.floor(300 + 300 * random())),
        silenceLimit: this.#options.silenceLimit,
      },
      signal,
    );
  }

  /** What is done with what a watch from `version` says, once the state is known. */
  #follower(version: string | undefined, listener: PodsListener) {
    const { clock } = this.#deps;
    let openedAt: Instant | undefined;
    return {
      heard: (): void => {
        const isOpening = openedAt === undefined;
        openedAt ??= clock.now();
        // After a silence the opening of a watch shows that something answers, not that it still tells anything.
        if (isOpening && this.#silent > 0) return;
        if (!isOpening) this.#silent = 0;
        this.#age.heard(clock.now());
      },
      event: (event: Event): undefined => this.#apply(event, listener),
      wasGood: (): boolean => {
        const lasted = openedAt === undefined ? seconds(0) : between(openedAt, clock.now());
        return this.#version !== version || lasted >= SHORTEST_GOOD_WATCH;
      },
    };
  }

  #apply(event: Event, listener: PodsListener): undefined {
    if (event.kind === 'present') this.store.present(event.pod, listener);
    if (event.kind === 'deleted') this.store.deleted(event.pod, listener);
    if (event.version !== undefined && !isOlder(event.version, this.#version)) this.#version = event.version;
  }

  #ended(end: WatchEnd, wasGood: boolean): Duration {
    this.#failures = wasGood ? 0 : this.#failures + 1;
    if (end.kind === 'garbage') this.#reading.failed(end);
    return this.#afterWatch(end);
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
    this.#age.problem = `watching pods: ${detail}`;
    if (this.#failures >= FAILURES_BEFORE_RELIST) this.#version = undefined;
    const pause = this.#pause(LONGEST_PAUSE);
    return refusal === undefined ? pause : refusedPause(pause, refusal);
  }

  #refused(verb: 'list' | 'watch', refusal: Refusal): Duration {
    const problem = explainRefusal({ verb, resource: 'pods', namespace: this.#options.namespace }, refusal);
    if (refusal.status === 401 || refusal.status === 403) this.#age.refused(problem);
    else this.#age.problem = problem;
    return refusedPause(this.#pause(LONGEST_PAUSE), refusal);
  }

  #pause(longest: Duration): Duration {
    return jittered(this.#deps.random, this.#failures, longest);
  }
}
