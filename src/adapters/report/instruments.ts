/** Makes the instruments that METRICS describes, so that help, labels and buckets are written once. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { METRIC_PREFIX, METRICS, type Metric, type MetricName } from './metric-table.ts';

type NamesOf<K extends Metric['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];
type LabelsOf<N extends MetricName> = (typeof METRICS)[N]['labels'][number];

export type Instruments = {
  readonly counter: <N extends NamesOf<'counter'>>(name: N) => Counter<LabelsOf<N>>;
  /** `collect` is run at each scrape, before the gauge is written. */
  readonly gauge: <N extends NamesOf<'gauge'>>(
    name: N,
    collect: (gauge: Gauge<LabelsOf<N>>) => void,
  ) => Gauge<LabelsOf<N>>;
  readonly histogram: <N extends NamesOf<'histogram'>>(name: N) => Histogram<LabelsOf<N>>;
};

export function instruments(registry: Registry): Instruments {
  return {
    counter: (name) => new Counter(definition(name, registry)),
    gauge: (name, collect) => {
      const gauge: Gauge<LabelsOf<typeof name>> = new Gauge({
        ...definition(name, registry),
        collect: () => collect(gauge),
      });
      return gauge;
    },
    histogram: (name) =>
      new Histogram({ ...definition(name, registry), buckets: [...METRICS[name].buckets] }),
  };
}

function definition<N extends MetricName>(
  name: N,
  registry: Registry,
): { name: string; help: string; labelNames: LabelsOf<N>[]; registers: Registry[] } {
  const { help, labels } = METRICS[name];
  return { name: METRIC_PREFIX + name, help, labelNames: [...labels], registers: [registry] };
}
