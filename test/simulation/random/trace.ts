/** The trace of a history: one line for everything that a reader wants to know of. */

import { iso } from '../../../src/domain/time.ts';
import type { Happening, Heard } from './happenings.ts';

/** Writes a line for what is worth one, and a line for each complaint. */
export function traced(write: (line: string) => void): (heard: Heard, complaints: readonly string[]) => void {
  return ({ at, happening }, complaints) => {
    const line = lineOf(happening);
    const time = iso(at).slice(11, 23);
    if (line !== undefined) write(`${time}  ${line}`);
    for (const complaint of complaints) write(`${time}  !!! ${complaint}`);
  };
}

function lineOf(happening: Happening): string | undefined {
  switch (happening.kind) {
    case 'operation':
      return happening.text;
    case 'daemon-started':
      return `        daemon ${happening.generation} starts`;
    case 'daemon-ended':
      return `        the daemon has ${happening.how}`;
    case 'eviction-asked':
      return undefined;
    case 'eviction-answered': {
      const { order, outcome } = happening;
      return `        ${order.holder.uid} (${order.holder.identity}, ${order.reason}): ${outcome.kind}`;
    }
    case 'reported':
      return reportLine(happening.report);
  }
}

type Report = Extract<Happening, { kind: 'reported' }>['report'];

function reportLine(report: Report): string | undefined {
  if (report.kind === 'stage') {
    const { identity, stage, cause, source } = report.revocation;
    return `        ${identity} ${stage} (${cause}, by ${source}), exposed ${report.exposed}`;
  }
  if (report.kind === 'verdict') {
    const { holder, verdict } = report;
    return `        ${holder.uid} (${holder.identity}): ${verdict.kind} ${verdict.reason}`;
  }
  if (report.kind === 'reading') {
    const { of, subject, reading } = report;
    return `        ${of} of ${subject}: ${reading.kind === 'unknown' ? reading.why : 'known'}`;
  }
  return report.kind === 'bug' ? `        bug in ${report.where}: ${String(report.error)}` : undefined;
}
