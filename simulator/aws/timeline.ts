/** A timeline: what was true of one thing at any moment of the past. Eventual consistency is a look at an earlier moment. */

type Version<T> = { readonly at: number; readonly value: T | undefined };

/** A thing that is made once, may change, and ends once; moments never go back. */
export class Timeline<T> {
  readonly #versions: Version<T>[] = [];

  /** From `at` on the value is this; undefined means that the thing has ended. */
  set(at: number, value: T | undefined): void {
    this.#versions.push({ at, value });
  }

  at(moment: number): T | undefined {
    return this.#versions.findLast((version) => version.at <= moment)?.value;
  }

  latest(): T | undefined {
    return this.#versions.at(-1)?.value;
  }

  bornAt(): number {
    return this.#versions[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Infinity while it has not ended. */
  endedAt(): number {
    const last = this.#versions.at(-1);
    return last !== undefined && last.value === undefined ? last.at : Number.POSITIVE_INFINITY;
  }
}
