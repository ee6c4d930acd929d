/** Lists: consistent snapshots in pages, with continue tokens that expire. */

import type { SimClock } from '../clock.ts';
import { type ListOptions, listOptionsOf, tooLarge } from './list-options.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resources.ts';
import type { Selection } from './selection.ts';
import { ApiError, badRequest } from './status.ts';
import type { Store } from './store.ts';

export type Page = {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue: string | undefined;
  readonly remainingItemCount: number | undefined;
};

/** `rv` -1 is the inconsistent token of a 410: go on after `start` in whatever is there now. */
type Token = { readonly rv: number; readonly start: string };

type Snapshot = { readonly revision: number; readonly objects: readonly KubeObject[] };

const EXPIRED_TOKEN =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
  'without the continue parameter, or use the continue token in this response to retrieve the remainder of ' +
  'the results. Continuing with the provided token results in an inconsistent list - objects that were ' +
  'created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export class Pager {
  readonly #store: Store;
  readonly #clock: SimClock;
  readonly #ttl: number;
  readonly #snapshots = new Map<string, { readonly snapshot: Snapshot; readonly until: number }>();

  constructor(store: Store, clock: SimClock, ttlMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#ttl = ttlMs;
  }

  list(resource: Resource, selection: Selection, query: URLSearchParams): Page {
    const options = listOptionsOf(query);
    const { limit } = options;
    const token = options.token === '' ? undefined : parseToken(options.token);
    const snapshot = token === undefined ? this.#first(resource, options) : this.#resume(resource, token);
    const found = snapshot.objects.filter(
      (object) => selection.holds(object) && (token === undefined || keyOf(object) > token.start),
    );
    if (found.length <= limit) return pageOf(snapshot, found);
    const items = found.slice(0, limit);
    this.#keep(resource, snapshot);
    const last = items.at(-1);
    return {
      ...pageOf(snapshot, items),
      continue: tokenText({ rv: snapshot.revision, start: last === undefined ? '' : keyOf(last) }),
      remainingItemCount: selection.unfiltered ? found.length - limit : undefined,
    };
  }

  /** From now on every token that was given out is too old. */
  expireTokens(): void {
    this.#snapshots.clear();
  }

  #first(resource: Resource, { isExact, version }: ListOptions): Snapshot {
    const wanted = Number(version);
    if (wanted > this.#store.revision) throw tooLarge(wanted, this.#store.revision);
    return isExact ? this.#exactly(resource, wanted) : this.#now(resource);
  }

  #exactly(resource: Resource, revision: number): Snapshot {
    const objects = this.#store.objectsAt(resource.plural, revision);
    if (objects === undefined) {
      throw new ApiError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
    }
    return { revision, objects };
  }

  #resume(resource: Resource, token: Token): Snapshot {
    if (token.rv === -1) return this.#now(resource);
    const kept = this.#snapshots.get(`${resource.plural}@${token.rv}`);
    if (kept !== undefined && kept.until > this.#clock.now()) return kept.snapshot;
    const fresh = tokenText({ rv: -1, start: token.start });
    throw new ApiError(410, 'Expired', EXPIRED_TOKEN, { metadata: { continue: fresh } });
  }

  #now(resource: Resource): Snapshot {
    return { revision: this.#store.revision, objects: this.#store.list(resource.plural) };
  }

  #keep(resource: Resource, snapshot: Snapshot): void {
    const now = this.#clock.now();
    for (const [key, { until }] of this.#snapshots) if (until <= now) this.#snapshots.delete(key);
    const key = `${resource.plural}@${snapshot.revision}`;
    if (!this.#snapshots.has(key)) this.#snapshots.set(key, { snapshot, until: now + this.#ttl });
  }
}

function pageOf(snapshot: Snapshot, items: readonly KubeObject[]): Page {
  const resourceVersion = String(snapshot.revision);
  return { items, resourceVersion, continue: undefined, remainingItemCount: undefined };
}

/** The order of keys in etcd. */
function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function tokenText(token: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', ...token })).toString('base64url');
}

function parseToken(text: string): Token {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    const { rv, start } = parsed as Token;
    if (typeof rv === 'number' && typeof start === 'string') return { rv, start };
  } catch {
    throw badRequest('continue key is not valid: it can not be decoded');
  }
  throw badRequest('continue key is not valid: incorrect encoded start resourceVersion');
}
