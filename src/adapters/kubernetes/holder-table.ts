/** The holders of one part of the cluster, found by uid, by name and by identity. */

import type { Holder, UnreadablePod } from '../../domain/holder.ts';
import type { Identity } from '../../domain/identity.ts';

/** Never changed once it is there: it may be in two tables. */
export type Entry = { readonly holder: Holder; readonly version: string | undefined };

/** Beyond this the shared texts are let go of; they are then merely held more than once. */
const MOST_SHARED_TEXTS = 200_000;

/** Of a name there is at most one holder, as in the API: putting another uid under a name removes the first. */
export class HolderTable {
  readonly #byUid = new Map<string, Entry>();
  /** By namespace and then by name, so that no text is held that is not held in any case. */
  readonly #uidByName = new Map<string, Map<string, string>>();
  readonly #byIdentity = new Map<Identity, Set<string>>();
  /** What was last asked for, while it is right. */
  readonly #ordered = new Map<Identity, readonly Holder[]>();
  readonly #unreadable = new Map<string, UnreadablePod>();
  readonly #texts = new Map<string, string>();
  readonly #identities = new Map<Identity, Identity>();

  put(holder: Holder, version: string | undefined): void {
    this.remove(holder.uid);
    this.#enter({ holder: this.#frugal(holder), version });
  }

  /** An entry of another table of the same holder as it is: nothing of it is held twice. */
  adopt(entry: Entry): void {
    this.remove(entry.holder.uid);
    this.#enter(entry);
  }

  /** The holder is the same in this version too. */
  renew(uid: string, version: string | undefined): void {
    const entry = this.#byUid.get(uid);
    if (entry !== undefined) this.#byUid.set(uid, { holder: entry.holder, version });
  }

  /** How many holders there are. */
  get size(): number {
    return this.#byUid.size;
  }

  get isEmpty(): boolean {
    return this.#byUid.size === 0 && this.#unreadable.size === 0;
  }

  remove(uid: string): Holder | undefined {
    const holder = this.#byUid.get(uid)?.holder;
    if (holder === undefined) return undefined;
    this.#byUid.delete(uid);
    this.#ordered.delete(holder.identity);
    const names = this.#uidByName.get(holder.namespace);
    if (names?.get(holder.name) === uid) names.delete(holder.name);
    if (names?.size === 0) this.#uidByName.delete(holder.namespace);
    const uids = this.#byIdentity.get(holder.identity);
    uids?.delete(uid);
    if (uids?.size === 0) this.#byIdentity.delete(holder.identity);
    return holder;
  }

  get(uid: string): Entry | undefined {
    return this.#byUid.get(uid);
  }

  named(namespace: string, name: string): Entry | undefined {
    const uid = this.#uidByName.get(namespace)?.get(name);
    return uid === undefined ? undefined : this.#byUid.get(uid);
  }

  /** Ordered by uid. The same array until one of them comes, changes or goes: whoever asks for all of them again pays nothing. */
  holdersOf(identity: Identity): readonly Holder[] {
    const known = this.#ordered.get(identity);
    if (known !== undefined) return known;
    const uids = this.#byIdentity.get(identity);
    if (uids === undefined) return [];
    const found: Holder[] = [];
    for (const uid of [...uids].sort()) {
      const entry = this.#byUid.get(uid);
      if (entry !== undefined) found.push(entry.holder);
    }
    this.#ordered.set(identity, found);
    return found;
  }

  identities(): IterableIterator<Identity> {
    return this.#byIdentity.keys();
  }

  *holders(): Generator<Holder> {
    for (const entry of this.#byUid.values()) yield entry.holder;
  }

  entries(): IterableIterator<Entry> {
    return this.#byUid.values();
  }

  /** Whether there is anything under this uid or this name. */
  isKnown(head: Required<Omit<UnreadablePod, 'why'>>): boolean {
    return (
      this.#byUid.has(head.uid) ||
      this.#uidByName.get(head.namespace)?.has(head.name) === true ||
      (this.#unreadable.size > 0 && this.#unreadable.has(unreadableKey(head)))
    );
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

  #enter(entry: Entry): void {
    const { identity, name, namespace, uid } = entry.holder;
    this.#byUid.set(uid, entry);
    this.#ordered.delete(identity);
    const names = this.#uidByName.get(namespace) ?? new Map<string, string>();
    this.#uidByName.set(namespace, names.set(name, uid));
    const uids = this.#byIdentity.get(identity) ?? new Set();
    this.#byIdentity.set(identity, uids.add(uid));
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

function unreadableKey(pod: Omit<UnreadablePod, 'why'>): string {
  return pod.uid ?? `${pod.namespace ?? ''}/${pod.name ?? ''}`;
}
