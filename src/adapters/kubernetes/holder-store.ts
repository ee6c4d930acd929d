/** Turns what list and watch tell into the current holders, whatever comes twice, late or out of order. */

import { isDeepStrictEqual } from 'node:util';
import type { Holder, UnreadablePod } from '../../domain/holder.ts';
import type { Identity } from '../../domain/identity.ts';
import type { PodsListener } from '../../ports/pods.ts';
import type { Breath } from './breath.ts';
import { inPortions } from './breath.ts';
import { HolderTable } from './holder-table.ts';
import type { JsonObject } from './json.ts';
import { field, text } from './json.ts';
import { project } from './projection.ts';
import { isOlder, versionOf } from './watch-event.ts';

/** Late events come soon after: a server replays what followed the version that it was asked for, no more. */
const MOST_REMEMBERED_UIDS = 20_000;

type Name = { readonly uid?: string; readonly namespace: string; readonly name: string };

export class HolderStore {
  readonly #labelNames: readonly string[];
  #table = new HolderTable();
  /** Uids that are gone. A uid is never used again, so whatever still comes about one of them is old. */
  readonly #gone = new Set<string>();

  constructor(labelNames: readonly string[]) {
    this.#labelNames = labelNames;
  }

  get table(): HolderTable {
    return this.#table;
  }

  /** Whether nothing at all has been seen yet. */
  get isNew(): boolean {
    return this.#table.isEmpty && this.#gone.size === 0;
  }

  /** A pod as it is according to an event, or to a page of a list that is not complete yet. */
  present(pod: unknown, listener: PodsListener): void {
    const { uid, namespace, name } = nameOf(pod);
    const version = versionOf(pod);
    const named = this.#table.named(namespace, name);
    if (isOlder(version, named?.version) || this.#isOutdated(uid, version)) return;
    if (named !== undefined && uid !== undefined && named.holder.uid !== uid) {
      this.#remove(named.holder.uid, listener);
    }
    this.#settle(pod, uid, version, listener);
  }

  /** Only the uid that was deleted goes: its name may already belong to another pod. */
  deleted(pod: JsonObject, listener: PodsListener): void {
    const name = nameOf(pod);
    this.#table.removeUnreadable(name);
    if (name.uid !== undefined) this.#remove(name.uid, listener);
  }

  /** A table to fill from a list; the current one stays as it is meanwhile. What has not changed is taken over. */
  gather(table: HolderTable, pod: unknown): void {
    const version = versionOf(pod);
    const known = this.#table.get(nameOf(pod).uid ?? '');
    if (known !== undefined && version !== undefined && known.version === version) return table.adopt(known);
    const projection = project(pod, this.#labelNames);
    if (projection.kind === 'holder') table.put(projection.holder, version);
    if (projection.kind === 'unreadable') table.putUnreadable(projection.pod);
    return undefined;
  }

  /** A pod that went while the table was being filled. */
  discard(table: HolderTable, pod: JsonObject): void {
    const name = nameOf(pod);
    table.removeUnreadable(name);
    if (name.uid !== undefined) table.remove(name.uid);
  }

  /**
   * The complete view is the truth: what it does not name is gone, what it names is there. It is shown at once; who
   * differs is told in portions, so that the event loop turns meanwhile.
   */
  async replace(next: HolderTable, listener: PodsListener, breath: Breath): Promise<void> {
    const before = this.#table;
    this.#table = next;
    const touched = new Set<Identity>();
    await inPortions(before.entries(), breath, ({ holder }) => {
      const now = next.get(holder.uid)?.holder;
      if (now === undefined) this.#remember(holder.uid);
      if (now !== holder) noteDifference(touched, holder, now);
    });
    await inPortions(next.entries(), breath, ({ holder }) => {
      this.#gone.delete(holder.uid);
      if (before.get(holder.uid) === undefined) touched.add(holder.identity);
    });
    for (const pod of next.unreadable()) {
      if (!before.isKnownUnreadable(pod)) listener.unreadable(pod);
    }
    await inPortions(touched, breath, (identity) => listener.changed(identity));
  }

  #isOutdated(uid: string | undefined, version: string | undefined): boolean {
    if (uid === undefined) return false;
    return this.#gone.has(uid) || isOlder(version, this.#table.get(uid)?.version);
  }

  #settle(pod: unknown, uid: string | undefined, version: string | undefined, listener: PodsListener): void {
    const projection = project(pod, this.#labelNames);
    switch (projection.kind) {
      case 'holder':
        this.#table.removeUnreadable(projection.holder);
        this.#put(projection.holder, version, listener);
        return;
      case 'unreadable':
        this.#complain(projection.pod, uid, listener);
        return;
      case 'not-a-holder':
        this.#table.removeUnreadable(nameOf(pod));
        if (uid !== undefined) this.#withdraw(uid, listener);
    }
  }

  #put(holder: Holder, version: string | undefined, listener: PodsListener): void {
    const known = this.#table.get(holder.uid)?.holder;
    if (known !== undefined && isDeepStrictEqual(known, holder)) {
      this.#table.renew(holder.uid, version);
      return;
    }
    this.#table.put(holder, version);
    if (known !== undefined && known.identity !== holder.identity) listener.changed(known.identity);
    listener.changed(holder.identity);
  }

  /** What can no longer be understood is no longer a holder, and not gone either. */
  #complain(pod: UnreadablePod, uid: string | undefined, listener: PodsListener): void {
    const isNews = !this.#table.isKnownUnreadable(pod);
    this.#table.putUnreadable(pod);
    if (uid !== undefined) this.#withdraw(uid, listener);
    if (isNews) listener.unreadable(pod);
  }

  #remove(uid: string, listener: PodsListener): void {
    this.#remember(uid);
    this.#withdraw(uid, listener);
  }

  #withdraw(uid: string, listener: PodsListener): void {
    const holder = this.#table.remove(uid);
    if (holder !== undefined) listener.changed(holder.identity);
  }

  #remember(uid: string): void {
    this.#gone.add(uid);
    if (this.#gone.size <= MOST_REMEMBERED_UIDS) return;
    for (const oldest of this.#gone) {
      this.#gone.delete(oldest);
      return;
    }
  }
}

function nameOf(pod: unknown): Name {
  const metadata = field(pod, 'metadata');
  const uid = text(field(metadata, 'uid'));
  const namespace = text(field(metadata, 'namespace')) ?? '';
  const name = text(field(metadata, 'name')) ?? '';
  return uid === undefined ? { namespace, name } : { uid, namespace, name };
}

function noteDifference(touched: Set<Identity>, before: Holder, now: Holder | undefined): void {
  if (now !== undefined && isDeepStrictEqual(before, now)) return;
  touched.add(before.identity);
  if (now !== undefined) touched.add(now.identity);
}
