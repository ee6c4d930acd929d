/** One watch, from its opening to its end, with the reason for the end. */

import type { Duration } from '../../domain/time.ts';
import { after, between, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KubernetesClient, Stream } from './client.ts';
import { messageOf } from './connection-error.ts';
import { arrivals } from './arrivals.ts';
import type { Breath } from './breath.ts';
import { splitLengths } from './length-frames.ts';
import type { Batch } from './lines.ts';
import { FrameTooLong, splitLines } from './lines.ts';
import type { Message } from './protobuf.ts';
import { PROTOBUF } from './protobuf.ts';
import { readProtobufEvent } from './protobuf-event.ts';
import type { Refusal } from './refusal.ts';
import type { BookmarkEvent, IsKnown, PassedEvent, PodEvent, WatchEvent } from './watch-event.ts';
import { readJsonEvent } from './watch-event.ts';

export type WatchRequest = {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly path: string;
  readonly accept: string;
  /** Those of a pod that are read from protobuf. */
  readonly fields: Message;
  /**
   * From which version on; the events at that version itself are known. Undefined: from the state as it is now, which is
   * told first (WatchList).
   */
  readonly version: string | undefined;
  /** When the server is to end the watch by itself. */
  readonly serverTimeout: Duration;
  readonly silenceLimit: Duration;
  /** The server has given a sign of life. */
  readonly heard: () => void;
  /** The next event waits for it. */
  readonly event: (event: PodEvent | PassedEvent | BookmarkEvent) => Promise<void> | undefined;
  readonly isKnown: IsKnown;
  readonly breath: Breath;
};

export type WatchEnd =
  /** By the server, in order. */
  | { readonly kind: 'closed' }
  /** By us, because nothing came for too long. */
  | { readonly kind: 'silent' }
  /** Never begun, or cut. What came before counts. */
  | { readonly kind: 'broken'; readonly detail: string }
  /** Something came that is not understood, so that something may have been missed. */
  | { readonly kind: 'garbage'; readonly why: string }
  /** By an HTTP status, or by an ERROR event with one. */
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const OPENING_TIMEOUT = seconds(30);
/** Objects in etcd are at most some megabytes; beyond this something else is being sent. */
const LONGEST_FRAME = 32 * 1024 * 1024;

/** Rejected only with the reason of `signal`, or where `event` throws. */
export async function watchPods(request: WatchRequest, signal: AbortSignal): Promise<WatchEnd> {
  const opened = await request.client.open(
    {
      verb: 'watch',
      resource: 'pods',
      method: 'GET',
      path: request.path,
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        ...startOf(request.version),
        timeoutSeconds: String(request.serverTimeout / 1000),
      },
      accept: request.accept,
      timeout: OPENING_TIMEOUT,
    },
    signal,
  );
  if (opened.kind === 'refused') return { kind: 'refused', refusal: opened };
  if (opened.kind === 'no-answer') return { kind: 'broken', detail: opened.detail };
  request.heard();
  return follow(request, opened, signal);
}

/** Without a version the state is as new as a list from a quorum. */
function startOf(version: string | undefined): Readonly<Record<string, string>> {
  return version === undefined
    ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
    : { resourceVersion: version };
}

/** Leaving the loop over the lines, in whichever way, destroys the body. */
async function follow(request: WatchRequest, stream: Stream, signal: AbortSignal): Promise<WatchEnd> {
  const { body } = stream;
  const watchdog = new Watchdog(request, () => body.destroy());
  const cut = (): void => {
    body.destroy();
  };
  signal.addEventListener('abort', cut, { once: true });
  if (signal.aborted) cut();
  const guarding = watchdog.guard();
  try {
    return await readEvents(request, stream, watchdog);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ListenerFailed) throw error.cause;
    if (watchdog.hasBitten) return { kind: 'silent' };
    if (error instanceof FrameTooLong) return { kind: 'garbage', why: error.message };
    return { kind: 'broken', detail: messageOf(error) };
  } finally {
    signal.removeEventListener('abort', cut);
    watchdog.dismiss();
    await guarding;
  }
}

/** Tells an error of ours from one of the network. */
class ListenerFailed extends Error {}

async function readEvents(
  request: WatchRequest,
  { body, contentType }: Stream,
  watchdog: Watchdog,
): Promise<WatchEnd> {
  const isProtobuf = contentType.startsWith(PROTOBUF);
  const read = isProtobuf ? readProtobufEvent : readJsonEvent;
  const batches = (isProtobuf ? splitLengths : splitLines)(arrivals(body), LONGEST_FRAME);
  for await (const batch of batches) {
    let isSignOfLife = false;
    for (const frame of batch.frames) {
      // One by one: what is known to the view may have changed with the event before.
      const event = read(frame, request.isKnown, request.fields);
      if (event.kind === 'error' || event.kind === 'garbage') return endOf(event, batch);
      if (!isSignOfLife) watchdog.heard(request);
      isSignOfLife = true;
      const delivered = deliver(request, event);
      if (delivered !== undefined) await delivered;
    }
    await request.breath.after(batch.frames.length);
  }
  return { kind: 'closed' };
}

/** A frame that was cut off is no garbage: nothing of it was taken in, and the watch resumes before it. */
function endOf(event: Extract<WatchEvent, { kind: 'error' | 'garbage' }>, { isWhole }: Batch): WatchEnd {
  if (event.kind === 'error') return { kind: 'refused', refusal: event.refusal };
  return isWhole ? event : { kind: 'broken', detail: 'the watch was cut within an event' };
}

function deliver(
  request: WatchRequest,
  event: Parameters<WatchRequest['event']>[0],
): Promise<void> | undefined {
  try {
    return request.event(event)?.catch(failed);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): never {
  throw new ListenerFailed('the listener failed', { cause: error });
}

/** Bites when nothing has been heard for the limit. One sleeper for a whole watch, not one for each event. */
class Watchdog {
  readonly #clock: Clock;
  readonly #limit: Duration;
  readonly #bite: () => void;
  readonly #dismissed = new AbortController();
  #heardAt;
  hasBitten = false;

  constructor({ clock, silenceLimit }: WatchRequest, bite: () => void) {
    this.#clock = clock;
    this.#limit = silenceLimit;
    this.#bite = bite;
    this.#heardAt = clock.now();
  }

  heard({ heard }: WatchRequest): void {
    this.#heardAt = this.#clock.now();
    heard();
  }

  dismiss(): void {
    this.#dismissed.abort();
  }

  async guard(): Promise<void> {
    const { signal } = this.#dismissed;
    try {
      for (;;) {
        const left = between(this.#clock.now(), after(this.#heardAt, this.#limit));
        if (left <= 0) break;
        await this.#clock.sleep(left, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    this.hasBitten = true;
    this.#bite();
  }
}
