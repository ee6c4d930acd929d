/** Fills a store with the state of the cluster: a view in the making, which takes the old one's place when it is complete. */

import type { PodsListener } from '../../ports/pods.ts';
import type { Breath } from './breath.ts';
import type { HolderStore } from './holder-store.ts';
import { HolderTable } from './holder-table.ts';
import type { BookmarkEvent, PassedEvent, PodEvent } from './watch-event.ts';

export type SyncDeps = {
  readonly store: HolderStore;
  readonly listener: PodsListener;
  readonly breath: Breath;
  /** Before the first sync, what is found is shown at once: until then nothing is concluded from an absence. */
  readonly isFirst: boolean;
};

export class Sync {
  readonly #deps: SyncDeps;
  /** Undefined where the store knows nothing yet: it is then filled itself, and nothing is held twice. */
  readonly #next: HolderTable | undefined;

  constructor(deps: SyncDeps) {
    this.#deps = deps;
    this.#next = deps.store.isNew ? undefined : new HolderTable();
  }

  found(pod: unknown): void {
    const { isFirst, listener, store } = this.#deps;
    if (this.#next !== undefined) store.gather(this.#next, pod);
    if (this.#next === undefined || isFirst) store.present(pod, listener);
  }

  /** Before the state is complete changes may come among it. */
  apply(event: PodEvent | PassedEvent | BookmarkEvent): void {
    const { isFirst, listener, store } = this.#deps;
    if (event.kind === 'present') this.found(event.pod);
    if (event.kind !== 'deleted') return;
    if (this.#next !== undefined) store.discard(this.#next, event.pod);
    if (this.#next === undefined || isFirst) store.deleted(event.pod, listener);
  }

  async complete(): Promise<void> {
    const { breath, listener, store } = this.#deps;
    if (this.#next !== undefined) await store.replace(this.#next, listener, breath);
  }
}
