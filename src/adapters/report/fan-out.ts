/** One reporter over several, each shielded from the failures of the others. */

import type { Report } from '../../domain/report.ts';
import type { Reporter } from '../../ports/reporter.ts';

/** A reporter that throws is itself reported to the others as a bug; where that throws too, it is let go. */
export function fanOut(reporters: readonly Reporter[]): Reporter {
  return {
    report(report) {
      for (const reporter of reporters) {
        const failure = attempt(reporter, report);
        if (failure === undefined) continue;
        for (const other of reporters) {
          if (other !== reporter) attempt(other, { kind: 'bug', where: 'reporter', error: failure.error });
        }
      }
    },
  };
}

function attempt(reporter: Reporter, report: Report): { readonly error: unknown } | undefined {
  try {
    reporter.report(report);
    return undefined;
  } catch (error) {
    return { error };
  }
}
