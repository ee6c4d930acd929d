/** Makes the PromQL of the panels, for two replicas of which one leads and for several installations in one Prometheus. */

import type { MetricName } from '../../src/adapters/report/metric-table.ts';
import { METRIC_PREFIX } from '../../src/adapters/report/metric-table.ts';

/** One installation: its replicas differ in the instance alone. */
const INSTALLATION = 'cluster, namespace, job';

/** The variables at the top of each dashboard. */
const CHOSEN = 'cluster=~"$cluster", job=~"$job"';

/** The series of a metric; `part` is `_bucket` or `_count` of a histogram. */
export function series(name: MetricName, matchers = '', part: '' | '_bucket' | '_count' = ''): string {
  return ofProcess(`${METRIC_PREFIX}${name}${part}`, matchers);
}

/** A metric of the process, which has no prefix of ours. */
export function ofProcess(name: string, matchers = ''): string {
  return `${name}{${[CHOSEN, matchers].filter((part) => part !== '').join(', ')}}`;
}

/** Of the leader alone: a standby sees all that is due as braked, and hears no queue. */
export function ofLeader(gauge: string): string {
  return `${gauge} and on (${INSTALLATION}, instance) ${series('leader')} == 1`;
}

/** What all replicas of an installation see alike counts once; installations are added up. */
export function once(query: string, by = ''): string {
  const labels = by === '' ? INSTALLATION : `${INSTALLATION}, ${by}`;
  return `sum by (${by}) (max by (${labels}) (${query}))`;
}

export function increase(query: string, window = '$__rate_interval'): string {
  return `increase(${query}[${window}])`;
}

/** Replicas observe the same times: added up, they leave the quantile as it is. */
export function quantile(share: number, name: MetricName, { window = '1h', by = '' } = {}): string {
  const labels = by === '' ? 'le' : `le, ${by}`;
  return `histogram_quantile(${share}, sum by (${labels}) (${increase(series(name, '', '_bucket'), window)}))`;
}
