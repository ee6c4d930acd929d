/** What goes wrong on script: which requests, how often, and in which way. */

import type { RecordedRequest } from './requests.ts';
import { resourceText } from './requests.ts';
import type { Status } from './status.ts';

/** Every given part must match. `resource` is with its subresource: `pods`, `pods/eviction`. */
export type Match = {
  readonly verb?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
  readonly when?: (request: RecordedRequest) => boolean;
};

export type Effect =
  /** Answered in place of the server: a Status is made of what is given; a text is sent as it is. */
  | {
      readonly kind: 'answer';
      readonly code: number;
      readonly body?: Partial<Status> | string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Answered rightly, but only after so long by the simulator's clock. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Never answered; the connection stays open. */
  | { readonly kind: 'hang' }
  /** The connection is cut before the answer, and nothing is done. */
  | { readonly kind: 'cut' }
  /** All is done as asked, and then the connection is cut in place of the answer. */
  | { readonly kind: 'cut-after' }
  /** The connection is cut after so many bytes of the body; for a watch, of all it has sent. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** A watch, also one that is open, sends nothing any more, bookmarks neither. The connection stays open. */
  | { readonly kind: 'silence' }
  /** A watch, also one that is open, leaves out so many events (`times`), but not bookmarks. */
  | { readonly kind: 'drop-events' };

export type Fault = {
  readonly match: Match;
  readonly effect: Effect;
  /** After so many uses it is over. Without it: until removed. */
  readonly times?: number;
};

/** `namespace` limits it to that namespace; without it the verb is denied everywhere. */
export type Denial = { readonly verb: string; readonly resource: string; readonly namespace?: string };

const WATCH_EFFECTS: ReadonlySet<Effect['kind']> = new Set(['silence', 'drop-events']);

type Planned = { readonly fault: Fault; left: number };

export class Faults {
  readonly #planned = new Set<Planned>();
  readonly #denials = new Set<Denial>();

  /** Of several that match, the one added first is used. The answer removes it. */
  add(fault: Fault): () => void {
    const planned: Planned = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#planned.add(planned);
    return () => {
      this.#planned.delete(planned);
    };
  }

  /** Takes a permission away, as RBAC: 403, and access reviews say so too. `*` is any. The answer gives it back. */
  deny(denial: Denial): () => void {
    this.#denials.add(denial);
    return () => {
      this.#denials.delete(denial);
    };
  }

  clear(): void {
    this.#planned.clear();
    this.#denials.clear();
  }

  isDenied(verb: string, resource: string, namespace: string | undefined): boolean {
    for (const denial of this.#denials) {
      const hit =
        (denial.verb === '*' || denial.verb === verb) &&
        (denial.resource === '*' || denial.resource === resource) &&
        (denial.namespace === undefined || denial.namespace === namespace);
      if (hit) return true;
    }
    return false;
  }

  /** The effect for a request that has just come in. Uses the fault up. */
  forRequest(request: RecordedRequest): Effect | undefined {
    return this.#take(request, (kind) => !WATCH_EFFECTS.has(kind));
  }

  /** The effect for something that a watch is about to send. */
  forWatchLine(request: RecordedRequest, isEvent: boolean): Effect | undefined {
    return this.#take(request, (kind) => kind === 'silence' || (isEvent && kind === 'drop-events'));
  }

  #take(request: RecordedRequest, wanted: (kind: Effect['kind']) => boolean): Effect | undefined {
    for (const planned of this.#planned) {
      const { match, effect } = planned.fault;
      if (!wanted(effect.kind) || !isMatch(match, request)) continue;
      planned.left -= 1;
      if (planned.left <= 0) this.#planned.delete(planned);
      return effect;
    }
    return undefined;
  }
}

export function isMatch({ when, ...parts }: Match, request: RecordedRequest): boolean {
  const actual: Match = {
    verb: request.verb,
    resource: resourceText(request),
    path: request.path,
    ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
    ...(request.name === undefined ? {} : { name: request.name }),
  };
  const fields = ['verb', 'resource', 'namespace', 'name', 'path'] as const;
  const isSame = fields.every((field) => parts[field] === undefined || parts[field] === actual[field]);
  return isSame && (when === undefined || when(request));
}

/** 410 in the words of a server that has forgotten the resourceVersion. */
export const GONE: Effect = {
  kind: 'answer',
  code: 410,
  body: { reason: 'Expired', message: 'The resourceVersion for the provided watch is too old.' },
};
