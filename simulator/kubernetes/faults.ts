/** What goes wrong on script: which requests, how often, and in which way. */

import { type Binding, DEFAULT_BINDING, isAllowed, type Wish } from './rbac.ts';
import type { RecordedRequest } from './requests.ts';
import { resourceText } from './requests.ts';
import type { Status } from './status.ts';

/** Every given part must match; of a list, one. `resource` is with its subresource: `pods`, `pods/eviction`. */
export type Match = {
  readonly verb?: string | readonly string[];
  readonly resource?: string | readonly string[];
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
  /** As `cut`, but with a reset in place of an orderly end. */
  | { readonly kind: 'reset' }
  /** All is done as asked, and then the connection is cut in place of the answer. */
  | { readonly kind: 'cut-after' }
  /** The connection is cut after so many bytes of the body; for a watch, of all it has sent. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Nothing more comes after so many bytes of the body, and the connection stays open; for a watch, of all it has sent. */
  | { readonly kind: 'stall'; readonly bytes: number }
  /** The body comes in so many bytes at a time, `ms` apart by the simulator's clock; also that of a watch. */
  | { readonly kind: 'slow'; readonly bytes: number; readonly ms: number }
  /** A watch opens and at once sends the ERROR event of a forgotten resourceVersion, and ends; others are answered 410. */
  | { readonly kind: 'expired' }
  /** A watch, also one that is open, sends nothing any more, bookmarks neither. The connection stays open. */
  | { readonly kind: 'silence' }
  /** A watch, also one that is open, leaves out so many events (`times`), but not bookmarks. */
  | { readonly kind: 'drop-events' }
  /** A watch, also one that is open, sends so many events (`times`) twice. */
  | { readonly kind: 'duplicate-events' }
  /** After so many events (`times`) a watch sends the state before as MODIFIED once more, after a DELETED too. */
  | { readonly kind: 'stale-events' };

export type WatchEffectKind = 'silence' | 'drop-events' | 'duplicate-events' | 'stale-events';
export type WatchEffect = Extract<Effect, { kind: WatchEffectKind }>;
export type RequestEffect = Exclude<Effect, WatchEffect>;

export type Fault = {
  readonly match: Match;
  readonly effect: Effect;
  /** After so many uses it is over. Without it: until removed. */
  readonly times?: number;
};

/**
 * `namespace` limits it to that namespace, `name` to that object; without them the verb is denied everywhere.
 * With a `path` it is about that path, which is no resource's, and `resource` is not looked at.
 */
export type Denial = {
  readonly verb: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
};

const WATCH_EFFECTS: readonly Effect['kind'][] = [
  'silence',
  'drop-events',
  'duplicate-events',
  'stale-events',
];

type Planned = { readonly fault: Fault; left: number };

export class Faults {
  readonly #planned = new Set<Planned>();
  readonly #denials = new Set<Denial>();
  #bindings: readonly Binding[] | undefined;

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

  /** From now on nothing is allowed but what these rules allow, and what every service account may do. Undefined ends it. */
  allowOnly(bindings: readonly Binding[] | undefined): void {
    this.#bindings = bindings;
  }

  /** What `allowOnly` said stays: it is no fault. */
  clear(): void {
    this.#planned.clear();
    this.#denials.clear();
  }

  isDenied(wish: Wish): boolean {
    if ([...this.#denials].some((denial) => isHit(denial, wish))) return true;
    return this.#bindings !== undefined && !isAllowed([DEFAULT_BINDING, ...this.#bindings], wish);
  }

  /** The effect for a request that has just come in. Uses the fault up. */
  forRequest(request: RecordedRequest): RequestEffect | undefined {
    return this.#take(request, (effect) => !isWatchEffect(effect));
  }

  /** The effect for something that a watch is about to send. Uses the fault up. */
  forWatchLine(request: RecordedRequest, isEvent: boolean): WatchEffectKind | undefined {
    return this.#take(request, isEvent ? isWatchEffect : isSilence)?.kind;
  }

  #take<E extends Effect>(request: RecordedRequest, wanted: (effect: Effect) => effect is E): E | undefined {
    for (const planned of this.#planned) {
      const { match, effect } = planned.fault;
      if (!wanted(effect) || !isMatch(match, request)) continue;
      planned.left -= 1;
      if (planned.left <= 0) this.#planned.delete(planned);
      return effect;
    }
    return undefined;
  }
}

function isWatchEffect(effect: Effect): effect is WatchEffect {
  return WATCH_EFFECTS.includes(effect.kind);
}

function isSilence(effect: Effect): effect is Extract<Effect, { kind: 'silence' }> {
  return effect.kind === 'silence';
}

function isHit({ path, verb, ...about }: Denial, wish: Wish): boolean {
  if (verb !== '*' && verb !== wish.verb) return false;
  if (wish.resource === '' || path !== undefined) return wish.resource === '' && path === wish.path;
  return isAbout(about, wish);
}

function isAbout({ name, namespace, resource }: Omit<Denial, 'verb' | 'path'>, wish: Wish): boolean {
  if (namespace !== undefined && namespace !== wish.namespace) return false;
  if (name !== undefined && name !== wish.name) return false;
  return resource === '*' || resource === resourceText(wish);
}

export function isMatch({ when, ...parts }: Match, request: RecordedRequest): boolean {
  const { verb, namespace, name, path } = request;
  const actual = { verb, resource: resourceText(request), path, namespace, name };
  const fields = ['verb', 'resource', 'namespace', 'name', 'path'] as const;
  const isSame = fields.every((field) => {
    const wanted = parts[field];
    return wanted === undefined || [wanted].flat().includes(actual[field] ?? '');
  });
  return isSame && (when === undefined || when(request));
}

/** 410 in the words of a server that has forgotten the resourceVersion. */
export const GONE: Effect = {
  kind: 'answer',
  code: 410,
  body: { reason: 'Expired', message: 'The resourceVersion for the provided watch is too old.' },
};
