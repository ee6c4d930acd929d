/** The objects of one resource, by namespace and name, listed in the order of both as etcd does. */

import type { KubeObject } from './object.ts';

type Compartment = {
  readonly objects: Map<string, KubeObject>;
  /** In order; undefined after a name came or went. */
  names: readonly string[] | undefined;
};

export class Shelf {
  /** By namespace; what has none is under the empty text. */
  readonly #compartments = new Map<string, Compartment>();

  get(namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#compartments.get(namespace ?? '')?.objects.get(name);
  }

  set(object: KubeObject): void {
    const { name, namespace = '' } = object.metadata;
    let compartment = this.#compartments.get(namespace);
    if (compartment === undefined) {
      compartment = { objects: new Map(), names: undefined };
      this.#compartments.set(namespace, compartment);
    }
    if (!compartment.objects.has(name)) compartment.names = undefined;
    compartment.objects.set(name, object);
  }

  delete({ metadata: { name, namespace } }: KubeObject): void {
    const compartment = this.#compartments.get(namespace ?? '');
    if (compartment?.objects.delete(name) === true) compartment.names = undefined;
  }

  list(namespace: string | undefined): readonly KubeObject[] {
    if (namespace !== undefined) return inOrder(this.#compartments.get(namespace));
    return [...this.#compartments.keys()]
      .toSorted(byText)
      .flatMap((one) => inOrder(this.#compartments.get(one)));
  }

  copy(): Shelf {
    const copy = new Shelf();
    for (const { objects } of this.#compartments.values())
      for (const object of objects.values()) copy.set(object);
    return copy;
  }
}

function inOrder(compartment: Compartment | undefined): readonly KubeObject[] {
  if (compartment === undefined) return [];
  compartment.names ??= [...compartment.objects.keys()].toSorted(byText);
  return compartment.names.flatMap((name) => compartment.objects.get(name) ?? []);
}

function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
