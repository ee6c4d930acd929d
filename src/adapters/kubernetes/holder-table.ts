/** The holders of one part of the cluster, found by uid, by name and by identity. */

import type { Holder, UnreadablePod } from '../../domain/holder.ts';
import type { Identity } from '../../domain/identity.ts';

type Entry = { readonly holder: Holder; readonly version: string | undefined };

/** Beyond this the shared texts are let go of; they are then merely held more than once. */
const MOST_SHARED_TEXTS = 200_000;

/** Of a name there is at most one holder, as in the API: putting another uid under a name removes the first. */
export class HolderTable {
  readonly #byUid = new Map<string, Entry>();
  readonly #uidByName = new Map<string, string>();
  readonly #byIdentity = new Map<Identity, Set<string>>();
  readonly #unreadable = new Map<string, UnreadablePod>();
  readonly #texts = new Map<string, string>();
  readonly #identities = new Map<Identity, Identity>();

  put(holder: Holder, version: string | undefined): void {
    this.remove(holder.uid);
    const frugal = this.#frugal(holder);
    this.#byUid.set(frugal.uid, { holder: frugal, version });
    this.#uidByName.set(nameKey(frugal.namespace, frugal.name), frugal.uid);
    const uids = this.#byIdentity.get(frugal.identity) ?? new Set();
    this.#byIdentity.set(frugal.identity, uids.add(frugal.uid));
  }

  remove(uid: string): Holder | undefined {
    const holder = this.#byUid.get(uid)?.holder;
    if (holder === undefined) return undefined;
    this.#byUid.delete(uid);
    const name = nameKey(holder.namespace, holder.name);
    if (this.#uidByName.get(name) === uid) this.#uidByName.delete(name);
    const uids = this.#byIdentity.get(holder.identity);
    uids?.delete(uid);
    if (uids?.size === 0) this.#byIdentity.delete(holder.identity);
    return holder;
  }

  get(uid: string): Entry | undefined {
    return this.#byUid.get(uid);
  }

  named(namespace: string, name: string): Entry | undefined {
    const uid = this.#uidByName.get(nameKey(namespace, name));
    return uid === undefined ? undefined : this.#byUid.get(uid);
  }

  /** Ordered by uid. */
  holdersOf(identity: Identity): readonly Holder[] {
    const found: Holder[] = [];
    for (const uid of [...(this.#byIdentity.get(identity) ?? [])].sort()) {
      const entry = this.#byUid.get(uid);
      if (entry !== undefined) found.push(entry.holder);
    }
    return found;
  }

  identities(): IterableIterator<Identity> {
    return this.#byIdentity.keys();
  }

  *holders(): Generator<Holder> {
    for (const entry of this.#byUid.values()) yield entry.holder;
  }

  putUnreadable(pod: UnreadablePod): void {
    this.#unreadable.set(unreadableKey(pod), pod);
  }

  removeUnreadable(pod: Omit<UnreadablePod, 'why'>): void {
    if (this.#unreadable.size > 0) this.#unreadable.delete(unreadableKey(pod));
  }

  /** Whether this very complaint about this pod is known. */
  isKnownUnreadable(pod: UnreadablePod): boolean {
    return this.#unreadable.get(unreadableKey(pod))?.why === pod.why;
  }

  unreadable(): IterableIterator<UnreadablePod> {
    return this.#unreadable.values();
  }

  /** Equal texts of many holders are held once. */
  #frugal(holder: Holder): Holder {
    const { node, owner } = holder;
    return {
      ...holder,
      namespace: share(this.#texts, holder.namespace),
      identity: share(this.#identities, holder.identity),
      ...(node === undefined ? {} : { node: share(this.#texts, node) }),
      ...(owner === undefined
        ? {}
        : {
            owner: {
              kind: share(this.#texts, owner.kind),
              name: share(this.#texts, owner.name),
              uid: share(this.#texts, owner.uid),
            },
          }),
    };
  }
}

function share<T extends string>(known: Map<T, T>, text: T): T {
  const equal = known.get(text);
  if (equal !== undefined) return equal;
  if (known.size >= MOST_SHARED_TEXTS) known.clear();
  known.set(text, text);
  return text;
}

function nameKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function unreadableKey(pod: Omit<UnreadablePod, 'why'>): string {
  return pod.uid ?? `${pod.namespace ?? ''}/${pod.name ?? ''}`;
}
