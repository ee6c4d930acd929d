/** The live view of the cluster's holders: the Pods port, over one reflector or one for each namespace. */

import type { Holder, PodUid, UnreadablePod } from '../../domain/holder.ts';
import type { Identity } from '../../domain/identity.ts';
import { namespaceOf } from '../../domain/identity.ts';
import type { Duration, Instant } from '../../domain/time.ts';
import { earliest, seconds } from '../../domain/time.ts';
import type { Freshness, Pods, PodsListener } from '../../ports/pods.ts';
import type { HolderTable } from './holder-table.ts';
import type { Mended, ReflectorDeps } from './reflector.ts';
import { Reflector } from './reflector.ts';

export type PodViewOptions = {
  /** Only these are watched; undefined or empty: all of them. */
  readonly namespaces?: readonly string[];
  /** The labels that holders keep. */
  readonly labelNames?: readonly string[];
  /** Default 90 s: servers send a bookmark each minute. */
  readonly silenceLimit?: Duration;
};

/** The key of the one reflector that sees every namespace; no namespace has an empty name. */
const EVERYWHERE = '';
const USUAL_SILENCE_LIMIT = seconds(90);

export class PodView implements Pods {
  readonly #reflectors = new Map<string, Reflector>();

  constructor(deps: ReflectorDeps, options: PodViewOptions) {
    const named = options.namespaces ?? [];
    for (const key of named.length === 0 ? [EVERYWHERE] : named) {
      const reflector = new Reflector(deps, {
        namespace: key === EVERYWHERE ? undefined : key,
        labelNames: options.labelNames ?? [],
        silenceLimit: options.silenceLimit ?? USUAL_SILENCE_LIMIT,
      });
      this.#reflectors.set(key, reflector);
    }
  }

  holdersOf(identity: Identity): readonly Holder[] {
    const reflector = this.#reflectors.get(namespaceOf(identity)) ?? this.#reflectors.get(EVERYWHERE);
    return reflector?.store.table.holdersOf(identity) ?? [];
  }

  holder(uid: PodUid): Holder | undefined {
    for (const table of this.#tables()) {
      const found = table.get(uid)?.holder;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  count(): number {
    return this.#tables().reduce((sum, { size }) => sum + size, 0);
  }

  /** A copy: the view may change while the caller walks through it. */
  identities(): Iterable<Identity> {
    return this.#tables().flatMap((table) => [...table.identities()]);
  }

  unreadable(): readonly UnreadablePod[] {
    return this.#tables().flatMap((table) => [...table.unreadable()]);
  }

  /** Synced when all are, as of the oldest. */
  freshness(): Freshness {
    const whys: string[] = [];
    const instants: Instant[] = [];
    for (const reflector of this.#reflectors.values()) {
      const freshness = reflector.freshness();
      if (freshness.kind === 'synced') instants.push(freshness.asOf);
      else whys.push(freshness.why);
    }
    const asOf = earliest(...instants);
    if (whys.length > 0 || asOf === undefined)
      return { kind: 'unsynced', why: [...new Set(whys)].join('; ') };
    return { kind: 'synced', asOf };
  }

  /** Summed over all reflectors. */
  mended(): Readonly<Mended> {
    const sum: Mended = { lists: 0, watches: 0, expired: 0, silences: 0, garbage: 0 };
    for (const { mended } of this.#reflectors.values()) {
      sum.lists += mended.lists;
      sum.watches += mended.watches;
      sum.expired += mended.expired;
      sum.silences += mended.silences;
      sum.garbage += mended.garbage;
    }
    return sum;
  }

  /** Should the listener throw against its contract, all reflectors stop and the first error comes out. */
  async run(listener: PodsListener, signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const stop = (): void => failed.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const runs = [...this.#reflectors.values()].map(async (reflector) => {
      try {
        await reflector.run(listener, failed.signal);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    });
    const results = await Promise.allSettled(runs);
    signal.removeEventListener('abort', stop);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  #tables(): readonly HolderTable[] {
    return [...this.#reflectors.values()].map((reflector) => reflector.store.table);
  }
}
