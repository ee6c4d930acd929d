/** Writes each report as one JSON line: a static message, and the facts as fields in domain words. */

import { type DestinationStream, type Logger, pino } from 'pino';
import type { Report } from '../../domain/report.ts';
import { iso } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { lineOf } from './line.ts';
import type { Line } from './line-parts.ts';
import { createRepetitions } from './repetitions.ts';

export type LogOptions = {
  readonly level: string;
  readonly clock: Clock;
  /** Every line says so. */
  readonly isDryRun?: boolean;
  /** Standard output where none is given. */
  readonly destination?: DestinationStream;
};

/**
 * Lines are written behind the back of who reports them: a pipe that is full, because its reader is slow, would hold the
 * whole daemon, Lease and probes too. What is not written yet at an exit is written then.
 */
export function createLogger({ level, clock, isDryRun = false, destination }: LogOptions): Logger {
  const options = {
    level,
    base: isDryRun ? { dryRun: true } : null,
    timestamp: () => `,"time":"${iso(clock.now())}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination ?? pino.destination({ fd: 1, sync: false }));
}

/** The same refusal of the same pod is a change once, and then a repetition for `debug`. */
export function logReporter(logger: Logger): Reporter {
  const repetitions = createRepetitions();
  return {
    report(report: Report): void {
      const { level, message, fields }: Line = lineOf(report);
      const isRepeated = repetitions.isRepeated(report);
      logger[isRepeated ? 'debug' : level](fields, message);
    },
  };
}
