/** For each alert: series on which it fires, and such on which it stays silent. */

import { EXPOSURE_ROWS } from './alert-rows-exposure.ts';
import { HEALTH_ROWS } from './alert-rows-health.ts';

export type AlertRow = {
  readonly alert: string;
  readonly title: string;
  /** By name and labels, in promtool's notation; one value a minute. `job` and, unless given, `instance` are added. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  /** The labels of what fires, less alertname and job; none: silence. */
  readonly fires: readonly Readonly<Record<string, string>>[];
};

export const ALERT_ROWS: readonly AlertRow[] = [...EXPOSURE_ROWS, ...HEALTH_ROWS];
