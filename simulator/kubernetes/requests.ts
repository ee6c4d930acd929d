/** The record of every request that the simulated API server received. */

export type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The plural name; empty where the path names no resource. */
  readonly resource: string;
  readonly group: string;
  readonly subresource: string | undefined;
  /** As RBAC names it: get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string;
  readonly namespace: string | undefined;
  /** Of a list or watch: the metadata.name that its field selector demands, as RBAC sees it. */
  readonly name: string | undefined;
  /** Parsed where it is JSON, else the text; undefined where there was none. */
  readonly body: unknown;
  readonly userAgent: string;
  /** Who called, in the words of RBAC; empty where that was refused. */
  user: string;
  /** The name of the pod that the caller's token is bound to. */
  pod: string | undefined;
  /** By the simulator's clock. */
  readonly at: number;
  /** The HTTP status answered; undefined while there is none, and for ever where the answer was withheld. */
  status: number | undefined;
};

const READING_VERBS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

export class RequestLog {
  #entries: RecordedRequest[] = [];

  add(entry: RecordedRequest): void {
    this.#entries.push(entry);
  }

  all(): readonly RecordedRequest[] {
    return this.#entries;
  }

  /** All but get, list and watch. An access review counts: it is a create. */
  writes(): readonly RecordedRequest[] {
    return this.#entries.filter(({ verb }) => !READING_VERBS.has(verb));
  }

  /** By verb and resource, with the subresource after a slash: `('create', 'pods/eviction')`. */
  of(verb: string, resource: string): readonly RecordedRequest[] {
    return this.#entries.filter((entry) => entry.verb === verb && resourceText(entry) === resource);
  }

  clear(): void {
    this.#entries = [];
  }
}

/** `pods`, `pods/eviction`. */
export function resourceText(entry: Pick<RecordedRequest, 'resource' | 'subresource'>): string {
  return entry.subresource === undefined ? entry.resource : `${entry.resource}/${entry.subresource}`;
}
