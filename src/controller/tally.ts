/** The tally: how many holders have each verdict, counted without putting them in order. */

import { exposureState } from '../domain/exposure.ts';
import type { Holder, PodUid } from '../domain/holder.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Tallied } from '../ports/status.ts';
import type { Deps } from './deps.ts';
import type { Opinion } from './ledger.ts';

/** A holder that was not visited yet is as undecided as one whose association could not be read. */
export const NOT_VISITED: Verdict = { kind: 'undecided', reason: 'reading-unknown' };

type Opinions = ReadonlyMap<PodUid, Opinion>;

/** By kind and reason. */
type Counts = Map<Verdict['kind'], Map<Verdict['reason'], Count>>;

type Count = { readonly verdict: Verdict; count: number };

const NO_OPINIONS: Opinions = new Map();

/**
 * It is taken at each scrape. An identity whose holders and opinions are the very ones that were counted before is not
 * counted again: both are replaced when they change, never altered.
 */
export class Tally {
  readonly #deps: Pick<Deps, 'ledger' | 'pods'>;
  readonly #counted = new WeakMap<readonly Holder[], { readonly of: Opinions; readonly counts: Counts }>();

  constructor(deps: Pick<Deps, 'ledger' | 'pods'>) {
    this.#deps = deps;
  }

  count(): readonly Tallied[] {
    const { ledger, pods } = this.#deps;
    const all: Counts = new Map();
    for (const identity of pods.identities()) {
      const opinions = ledger.find(identity)?.opinions ?? NO_OPINIONS;
      for (const [, reasons] of this.#countsOf(pods.holdersOf(identity), opinions)) {
        for (const [, { verdict, count }] of reasons) add(all, verdict, count);
      }
    }
    return [...all.values()].flatMap((reasons) =>
      [...reasons.values()].map(({ verdict, count }) => ({ verdict, state: exposureState(verdict), count })),
    );
  }

  #countsOf(holders: readonly Holder[], opinions: Opinions): Counts {
    const known = this.#counted.get(holders);
    if (known?.of === opinions) return known.counts;

    const counts: Counts = new Map();
    for (const { uid } of holders) add(counts, opinions.get(uid)?.verdict ?? NOT_VISITED, 1);
    this.#counted.set(holders, { of: opinions, counts });
    return counts;
  }
}

function add(counts: Counts, verdict: Verdict, more: number): void {
  const reasons = counts.get(verdict.kind) ?? new Map<Verdict['reason'], Count>();
  counts.set(verdict.kind, reasons);
  const known = reasons.get(verdict.reason);
  if (known === undefined) reasons.set(verdict.reason, { verdict, count: more });
  else known.count += more;
}
