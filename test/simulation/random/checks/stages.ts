/** Invariant 7: a stage only advances, or is refuted; what is closed stays closed. */

import type { Revocation, Stage } from '../../../../src/domain/revocation.ts';
import type { Check } from '../happenings.ts';

const ORDER = [
  'suspected',
  'settling',
  'confirmed',
  'contained',
  'expired',
  'refuted',
] as const satisfies readonly Stage[];

export function stagesCheck(): Check {
  const reached = new Map<string, Stage>();
  return ({ happening }) => {
    // What a daemon did not save before its crash the next one does again.
    if (happening.kind === 'daemon-started') reached.clear();
    if (happening.kind !== 'reported' || happening.report.kind !== 'stage') return [];
    const { revocation } = happening.report;
    const before = reached.get(keyOf(revocation));
    reached.set(keyOf(revocation), revocation.stage);
    if (before === undefined || isAdvance(before, revocation.stage)) return [];
    return [
      `the revocation of ${revocation.identity} goes from ${before} to ${revocation.stage} (invariant 7)`,
    ];
  };
}

function keyOf({ identity, suspectedAt, source }: Revocation): string {
  return `${identity} ${suspectedAt} ${source}`;
}

function isAdvance(from: Stage, to: Stage): boolean {
  if (from === 'contained' || from === 'expired' || from === 'refuted') return false;
  return ORDER.indexOf(to) > ORDER.indexOf(from);
}
