/** A small namespace controller: it empties a namespace that was deleted, and then removes it. */

import type { SimClock } from '../clock.ts';
import { deleteObject } from './deletion.ts';
import { type KubeObject, textAt } from './object.ts';
import { RESOURCES, type Resource } from './resources.ts';
import type { Store } from './store.ts';

/** Each store once: events are served under two groups. */
const CONTENTS: readonly Resource[] = RESOURCES.filter(
  ({ namespaced, plural }, index) =>
    namespaced && RESOURCES.findIndex((other) => other.plural === plural) === index,
);

export class NamespaceController {
  readonly #store: Store;
  readonly #clock: SimClock;
  readonly #unsubscribe: readonly (() => void)[];

  constructor(store: Store, clock: SimClock) {
    this.#store = store;
    this.#clock = clock;
    this.#unsubscribe = [
      store.subscribe('namespaces', ({ type, object }) => {
        if (type !== 'DELETED' && isTerminating(object)) this.#empty(object.metadata.name);
      }),
      ...CONTENTS.map(({ plural }) =>
        store.subscribe(plural, ({ type, object }) => {
          if (type === 'DELETED') this.#finish(object.metadata.namespace ?? '');
        }),
      ),
    ];
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** Pods are given their grace, and whatever has finalizers waits for who has to take them off. */
  #empty(namespace: string): void {
    const context = { store: this.#store, now: this.#clock.now() };
    for (const resource of CONTENTS) {
      for (const object of this.#store.list(resource.plural, namespace)) {
        if (this.#isThere(resource, object)) deleteObject(context, resource, object, {});
      }
    }
    this.#finish(namespace);
  }

  /** One may have gone with another. */
  #isThere({ plural }: Resource, { metadata: { name, namespace, uid } }: KubeObject): boolean {
    return this.#store.get(plural, namespace, name)?.metadata.uid === uid;
  }

  #finish(name: string): void {
    const namespace = this.#store.get('namespaces', undefined, name);
    if (namespace === undefined || !isTerminating(namespace)) return;
    if (CONTENTS.some(({ plural }) => this.#store.list(plural, name).length > 0)) return;
    this.#store.remove('namespaces', undefined, name);
  }
}

function isTerminating(namespace: KubeObject): boolean {
  return textAt(namespace, 'status', 'phase') === 'Terminating';
}
