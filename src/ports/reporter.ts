/** Where reports go. */

import type { Report } from '../domain/report.ts';

export interface Reporter {
  /** Never throws and never waits: what takes time is done behind it, bounded, and may be lost. */
  report(report: Report): void;
}
