/** What reports about rosters say in the log: missed pods, and what took the place of evicted ones. */

import { holderFields, outcomeFields, rosterFields } from './fields.ts';
import type { RosterReport } from '../../domain/report.ts';
import type { Line, Of } from './line-parts.ts';
import { OUTCOME_LINES } from './line-parts.ts';

export function rosterLine(report: RosterReport): Line {
  switch (report.kind) {
    case 'missed':
      return missedLine(report);
    case 'healing':
      return healingLine(report);
    case 'succession':
      return successionLine(report);
  }
}

/** A person should look at pods that run without what they should have; what was so already is no news. */
function missedLine({ missed: { rostered, reason }, mode }: Of<'missed'>): Line {
  return {
    level: reason === 'in-vain' ? 'warn' : 'info',
    message: 'pod without the token volume of its association',
    fields: { ...rosterFields(rostered), reason, mode },
  };
}

function healingLine({ rostered, outcome }: Of<'healing'>): Line {
  const { level, message } = OUTCOME_LINES[outcome.kind];
  const fields = { ...rosterFields(rostered), verdict: 'evict', reason: 'missed', ...outcomeFields(outcome) };
  return { level, message, fields };
}

function successionLine({ holder, successor, isGranted }: Of<'succession'>): Line {
  const isLacking = isGranted && successor !== undefined && successor.access !== 'pod-identity';
  return {
    level: isLacking ? 'warn' : 'info',
    message: successor === undefined ? 'evicted pod not replaced' : 'evicted pod replaced',
    fields: {
      ...holderFields(holder),
      successor: successor?.pod.name,
      successorUid: successor?.pod.uid,
      access: successor?.access ?? 'none',
      irsaRole: successor?.roleArn,
      isGranted,
    },
  };
}
