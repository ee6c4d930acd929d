/** Watches: from where they start, and what each sends. */

import type { ServerResponse } from 'node:http';
import type { Delivery } from './delivery.ts';
import { type WatchStart, watchStartOf } from './list-options.ts';
import type { KubeObject } from './object.ts';
import { isYes, type Target } from './paths.ts';
import { apiVersionOf } from './resources.ts';
import { errorEvent, podBytes, speaksProtobuf, watchType } from './pod-bytes.ts';
import { encodeWatchFrame } from './protobuf-encode.ts';
import { type Selection, selectionOf } from './selection.ts';
import { shapedObject } from './shapes.ts';
import { badRequest, failure } from './status.ts';
import type { StoreEvent } from './store.ts';
import { OpenWatch } from './watches.ts';
import type { Call, World } from './world.ts';

type Line = { readonly type: string; readonly object: KubeObject };

/** Throws before anything is sent where the options are wrong; else the response belongs to the watch. */
export async function openWatch(
  world: World,
  target: Target,
  call: Call,
  { response, delivery }: { readonly response: ServerResponse; readonly delivery: Delivery },
): Promise<void> {
  const start = watchStartOf(call.query, world.watchList, world.store.revision);
  const selection = selectionOf(target, call.query);
  const seconds = Number(call.query.get('timeoutSeconds') ?? '0');
  if (!Number.isFinite(seconds)) throw badRequest('timeoutSeconds: invalid value');
  const type = watchType(speaksProtobuf(target, call));
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const watch = new OpenWatch(call.request, response, world, delivery);
  world.watches.add(watch);
  await new WatchStream(world, target, call, watch).run(start, selection, seconds * 1000);
}

class WatchStream {
  readonly #world: World;
  readonly #target: Target;
  readonly #call: Call;
  readonly #watch: OpenWatch;
  readonly #hasBookmarks: boolean;
  readonly #isProtobuf: boolean;

  constructor(world: World, target: Target, call: Call, watch: OpenWatch) {
    this.#world = world;
    this.#target = target;
    this.#call = call;
    this.#watch = watch;
    this.#isProtobuf = speaksProtobuf(target, call);
    this.#hasBookmarks =
      call.query.has('allowWatchBookmarks') && isYes(call.query.get('allowWatchBookmarks'));
  }

  async run(start: WatchStart, selection: Selection, timeoutMs: number): Promise<void> {
    const { store } = this.#world;
    const plural = this.#target.resource.plural;
    const missed = start.kind === 'revision' ? store.eventsAfter(plural, start.revision) : [];
    if (missed === undefined) return this.#tellTooOld(start.kind === 'revision' ? start.revision : 0);
    const revision = store.revision;
    const state = start.kind === 'state' ? store.list(plural) : [];
    const arrived: StoreEvent[] = [...missed];
    let isLive = false;
    const after = start.kind === 'revision' ? start.revision : revision;
    const unsubscribe = store.subscribe(plural, (event) => {
      if (event.revision <= after) return;
      if (isLive) this.#send(event, selection);
      else arrived.push(event);
    });
    this.#watch.onEnd(unsubscribe);
    this.#schedule(timeoutMs === 0 ? this.#world.minRequestTimeout : timeoutMs);
    await this.#sendState(state, selection);
    if (start.kind === 'state' && start.endsWithBookmark) this.#sendBookmark(revision, true);
    for (const event of arrived) this.#send(event, selection);
    isLive = true;
  }

  #tellTooOld(revision: number): void {
    const oldest = this.#world.store.oldestRevision(this.#target.resource.plural);
    const status = failure(410, 'Expired', `too old resource version: ${revision} (${oldest})`);
    this.#watch.sendEvent(errorEvent(status, this.#isProtobuf));
    this.#watch.close();
  }

  async #sendState(state: readonly KubeObject[], selection: Selection): Promise<void> {
    for (const object of state) {
      if (!selection.holds(object)) continue;
      if (!this.#sendLine({ type: 'ADDED', object })) await this.#watch.drained();
      if (this.#watch.ended) return;
    }
  }

  /** An object that starts or stops being selected appears or goes, whatever has happened to it in truth. */
  #send(event: StoreEvent, selection: Selection): void {
    const line = lineOf(event, selection);
    if (line !== undefined) this.#sendLine(line, event.previous);
  }

  /** `before`: the state that a stale watch tells once more. */
  #sendLine(line: Line, before?: KubeObject): boolean {
    const stale = before && (() => this.#eventOf({ type: 'MODIFIED', object: before }));
    return this.#watch.sendEvent(this.#eventOf(line), stale);
  }

  #eventOf({ object, type }: Line): string | Buffer {
    if (this.#isProtobuf) return encodeWatchFrame(type, podBytes(object));
    const { shape } = this.#call;
    const text = shapedObject(shape, this.#target.resource, object, this.#world.clock.now());
    return `{"type":"${type}","object":${text}}`;
  }

  #sendBookmark(revision: number, isInitialEnd: boolean): void {
    if (!this.#hasBookmarks) return;
    const { resource } = this.#target;
    const annotations = isInitialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const object = {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: { resourceVersion: String(revision), ...annotations },
    };
    this.#watch.sendBookmark(
      this.#isProtobuf
        ? encodeWatchFrame('BOOKMARK', podBytes(object))
        : JSON.stringify({ type: 'BOOKMARK', object }),
    );
  }

  /** Bookmarks now and then and one right before the end, as the real server sends them. */
  #schedule(timeoutMs: number): void {
    const { bookmarkInterval, clock, store } = this.#world;
    const bookmark = (): void => {
      this.#sendBookmark(store.revision, false);
      cancelBookmark = clock.after(bookmarkInterval, bookmark);
    };
    let cancelBookmark = clock.after(bookmarkInterval, bookmark);
    const cancelEnd = clock.after(timeoutMs, () => {
      this.#sendBookmark(store.revision, false);
      this.#watch.close();
    });
    this.#watch.onEnd(() => {
      cancelBookmark();
      cancelEnd();
    });
  }
}

function lineOf({ object, previous, revision, type }: StoreEvent, selection: Selection): Line | undefined {
  const isIn = type !== 'DELETED' && selection.holds(object);
  const wasIn = previous !== undefined && selection.holds(previous);
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object };
  if (!wasIn) return undefined;
  if (type === 'DELETED') return { type, object };
  return {
    type: 'DELETED',
    object: { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } },
  };
}
