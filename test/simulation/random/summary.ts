/** The sum of many histories, and what it says to a person. */

import type { Played } from './play.ts';

export type Total = Omit<Played, 'complaints'> & { readonly histories: number };

export const NOTHING_PLAYED: Total = {
  histories: 0,
  evicted: 0,
  undecided: 0,
  simulated: 0,
  daemons: 0,
  faults: {},
};

export function added(total: Total, played: Played): Total {
  const faults: Record<string, number> = { ...total.faults };
  for (const [kind, count] of Object.entries(played.faults)) faults[kind] = (faults[kind] ?? 0) + count;
  return {
    histories: total.histories + 1,
    evicted: total.evicted + played.evicted,
    undecided: total.undecided + played.undecided,
    simulated: total.simulated + played.simulated,
    daemons: total.daemons + played.daemons,
    faults,
  };
}

export function summary({
  histories,
  evicted,
  undecided,
  simulated,
  daemons,
  faults,
}: Total): readonly string[] {
  const kinds = Object.entries(faults).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return [
    `${histories} histories, ${(simulated / 3_600_000).toFixed(1)} simulated hours, ${daemons} daemons`,
    `${evicted} pods evicted, ${undecided} undecided at the end`,
    `faults injected: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}`,
  ];
}
