/** The tally: how many holders have each verdict, counted without putting them in order. */

import { exposureState } from '../domain/exposure.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Tallied } from '../ports/status.ts';
import type { Deps } from './deps.ts';

/** A holder that was not visited yet is as undecided as one whose association could not be read. */
export const NOT_VISITED: Verdict = { kind: 'undecided', reason: 'reading-unknown' };

type Count = { readonly verdict: Verdict; count: number };

/** It is taken at each scrape, of each holder of the cluster: a look-up for each, and nothing is made. */
export function tally({ ledger, pods }: Pick<Deps, 'ledger' | 'pods'>): readonly Tallied[] {
  const counts = new Map<Verdict['kind'], Map<Verdict['reason'], Count>>();
  for (const identity of pods.identities()) {
    const opinions = ledger.find(identity)?.opinions;
    for (const { uid } of pods.holdersOf(identity)) add(counts, opinions?.get(uid)?.verdict ?? NOT_VISITED);
  }
  return [...counts.values()].flatMap((reasons) =>
    [...reasons.values()].map(({ verdict, count }) => ({ verdict, state: exposureState(verdict), count })),
  );
}

function add(counts: Map<Verdict['kind'], Map<Verdict['reason'], Count>>, verdict: Verdict): void {
  const reasons = counts.get(verdict.kind) ?? new Map<Verdict['reason'], Count>();
  counts.set(verdict.kind, reasons);
  const known = reasons.get(verdict.reason);
  if (known === undefined) reasons.set(verdict.reason, { verdict, count: 1 });
  else known.count += 1;
}
