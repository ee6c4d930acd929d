/** The state of the cluster: every object, one revision counter for all of them, and a bounded history to watch from. */

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { SimClock } from '../clock.ts';
import { type Draft, type KubeObject, wholeSeconds } from './object.ts';
import { Shelf } from './shelf.ts';

export type { Draft, KubeObject, ObjectMeta, OwnerReference } from './object.ts';

export type StoreEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** As it is after the change; of a deleted object its last state with the deletion's revision. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly revision: number;
};

export type StoreListener = (event: StoreEvent) => void;

export type StoreErrorCode = 'not-found' | 'already-exists' | 'conflict';

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}

type Registry = {
  readonly shelf: Shelf;
  readonly history: StoreEvent[];
  readonly listeners: Set<StoreListener>;
  /** No watch can resume from a revision below this one. */
  forgotten: number;
};

/** The first revision: a cluster that has been running for a while, so that small numbers are too old. */
const FIRST_REVISION = 1000;

export class Store {
  readonly #clock: SimClock;
  readonly #historyLength: number;
  readonly #registries = new Map<string, Registry>();
  readonly #undelivered: { readonly registry: Registry; readonly event: StoreEvent }[] = [];
  #delivering = false;
  #revision = FIRST_REVISION;

  constructor(clock: SimClock, historyLength = 1000) {
    this.#clock = clock;
    this.#historyLength = historyLength;
  }

  /** The revision of the newest change to anything. */
  get revision(): number {
    return this.#revision;
  }

  /** Gives uid, resourceVersion and creationTimestamp. The object is copied. */
  create(resource: string, draft: Draft): KubeObject {
    const name = draft.metadata.name;
    if (name === undefined || name === '')
      throw new TypeError(`${resource}: an object to be stored needs a name`);
    const registry = this.#registry(resource);
    if (registry.shelf.get(draft.metadata.namespace, name) !== undefined) {
      throw new StoreError('already-exists', `${resource} "${name}" already exists`);
    }
    this.#revision += 1;
    const object: KubeObject = freeze(
      structuredClone({
        ...draft,
        metadata: {
          ...draft.metadata,
          name,
          uid: randomUUID(),
          resourceVersion: String(this.#revision),
          creationTimestamp: wholeSeconds(this.#clock.now()),
        },
      }),
    );
    this.#commit(registry, { type: 'ADDED', object, previous: undefined, revision: this.#revision });
    return object;
  }

  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#registry(resource).shelf.get(namespace, name);
  }

  /** In the order of namespace and name. */
  list(resource: string, namespace?: string): readonly KubeObject[] {
    return this.#registry(resource).shelf.list(namespace);
  }

  /**
   * Puts the object in the place of the one with its name. A resourceVersion, where there is one, must be the
   * stored one, else `conflict`. What the server owns (uid, creationTimestamp) is kept. Nothing happens where
   * nothing differs.
   */
  replace(resource: string, object: Draft): KubeObject {
    const registry = this.#registry(resource);
    const name = object.metadata.name ?? '';
    const stored = registry.shelf.get(object.metadata.namespace, name);
    if (stored === undefined) throw new StoreError('not-found', `${resource} "${name}" not found`);
    const expected = object.metadata.resourceVersion;
    if (expected !== undefined && expected !== '' && expected !== stored.metadata.resourceVersion) {
      throw new StoreError(
        'conflict',
        `${resource} "${name}" is at ${stored.metadata.resourceVersion}, not ${expected}`,
      );
    }
    const next = structuredClone({ ...object, metadata: { ...object.metadata, ...ownedByServer(stored) } });
    if (isDeepStrictEqual(next, stored)) return stored;
    this.#revision += 1;
    const replaced = freeze(withRevision(next, this.#revision));
    this.#commit(registry, {
      type: 'MODIFIED',
      object: replaced,
      previous: stored,
      revision: this.#revision,
    });
    return replaced;
  }

  /** Answers the object as it last was, with the revision of its deletion; undefined where there is none. */
  remove(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const registry = this.#registry(resource);
    const stored = registry.shelf.get(namespace, name);
    if (stored === undefined) return undefined;
    this.#revision += 1;
    const object = freeze(withRevision(stored, this.#revision));
    this.#commit(registry, { type: 'DELETED', object, previous: stored, revision: this.#revision });
    return object;
  }

  /**
   * Events come in the order of their revisions, synchronously; where a listener changes the store, the events
   * of that change come after the current one has reached every listener.
   */
  subscribe(resource: string, listener: StoreListener): () => void {
    const { listeners } = this.#registry(resource);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** What happened after `revision`, oldest first; undefined where the history does not reach back that far. */
  eventsAfter(resource: string, revision: number): readonly StoreEvent[] | undefined {
    const { forgotten, history } = this.#registry(resource);
    return revision < forgotten ? undefined : history.filter((event) => event.revision > revision);
  }

  /** The oldest revision that a watch can resume from. */
  oldestRevision(resource: string): number {
    return this.#registry(resource).forgotten;
  }

  /** The objects as they were at `revision`, in key order; undefined where that is forgotten. */
  objectsAt(resource: string, revision: number): readonly KubeObject[] | undefined {
    const later = this.eventsAfter(resource, revision);
    if (later === undefined) return undefined;
    const shelf = this.#registry(resource).shelf.copy();
    for (const { object, previous } of later.toReversed()) {
      if (previous === undefined) shelf.delete(object);
      else shelf.set(previous);
    }
    return shelf.list(undefined);
  }

  /** Forgets all history, as a compaction does: no watch can resume from before now. */
  forgetHistory(): void {
    for (const registry of this.#registries.values()) {
      registry.history.length = 0;
      registry.forgotten = this.#revision;
    }
  }

  #registry(resource: string): Registry {
    let registry = this.#registries.get(resource);
    if (registry === undefined) {
      registry = { shelf: new Shelf(), history: [], listeners: new Set(), forgotten: FIRST_REVISION };
      this.#registries.set(resource, registry);
    }
    return registry;
  }

  #commit(registry: Registry, event: StoreEvent): void {
    if (event.type === 'DELETED') registry.shelf.delete(event.object);
    else registry.shelf.set(event.object);
    registry.history.push(event);
    if (registry.history.length > this.#historyLength) {
      registry.forgotten = registry.history.shift()?.revision ?? registry.forgotten;
    }
    this.#undelivered.push({ registry, event });
    if (!this.#delivering) this.#deliver();
  }

  #deliver(): void {
    this.#delivering = true;
    try {
      for (let next = this.#undelivered.shift(); next !== undefined; next = this.#undelivered.shift()) {
        for (const listener of next.registry.listeners) listener(next.event);
      }
    } finally {
      this.#delivering = false;
    }
  }
}

function ownedByServer({
  metadata,
}: KubeObject): Pick<KubeObject['metadata'], 'name' | 'uid' | 'creationTimestamp' | 'resourceVersion'> {
  const { name, uid, creationTimestamp, resourceVersion } = metadata;
  return { name, uid, creationTimestamp, resourceVersion };
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
