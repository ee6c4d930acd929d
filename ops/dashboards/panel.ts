/** A panel as it is written down, and the Grafana panel that is made of it. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel as GrafanaPanel, Threshold } from '@grafana/grafana-foundation-sdk/dashboard';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

export type Query = { readonly expr: string; readonly legend: string };

export type Panel = {
  readonly title: string;
  /** What it shows, when to worry, and where to read on. */
  readonly description: string;
  /** `number`: the latest value; `lines`, `stack` and `bars` over time. */
  readonly shape: 'number' | 'lines' | 'stack' | 'bars';
  /** By Grafana's names; `short` where it is a count. */
  readonly unit: 'short' | 's' | 'percentunit' | 'bytes';
  readonly queries: readonly Query[];
  /** From which value on it is yellow and red; without it there is nothing to worry about. */
  readonly limits?: { readonly warn: number; readonly bad: number } | undefined;
  /** Less is worse: below `warn` it is yellow, below `bad` red. */
  readonly isLessWorse?: boolean;
};

export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Of the 24 columns. */
export const WIDTHS = { number: 4, lines: 12, stack: 12, bars: 12 } as const;
export const HEIGHTS = { number: 4, lines: 8, stack: 8, bars: 8 } as const;

/** `id` stays as it is when a panel moves: links lead to it. */
export function grafanaPanel(panel: Panel, id: number): Builder<GrafanaPanel> {
  const made = panel.shape === 'number' ? statOf(panel) : timeSeriesOf(panel);
  return made
    .id(id)
    .title(panel.title)
    .description(panel.description)
    .datasource(DATASOURCE)
    .unit(panel.unit)
    .min(0)
    .span(WIDTHS[panel.shape])
    .height(HEIGHTS[panel.shape])
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(panel)))
    .targets(panel.queries.map(target));
}

function statOf(_panel: Panel): StatBuilder {
  const options = new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false);
  return new StatBuilder().reduceOptions(options);
}

function timeSeriesOf({ shape }: Panel): TimeSeriesBuilder {
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs([]);
  const made = new TimeSeriesBuilder().legend(legend).lineWidth(1);
  if (shape === 'lines') return made.fillOpacity(0);
  const stacked = made.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)).fillOpacity(30);
  return shape === 'bars' ? stacked.drawStyle(GraphDrawStyle.Bars) : stacked;
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend)
    .range();
}

function stepsOf({ limits, isLessWorse = false }: Panel): Threshold[] {
  if (limits === undefined) return [{ value: null, color: 'green' }];
  const { warn, bad } = limits;
  if (isLessWorse) {
    return [
      { value: null, color: 'red' },
      { value: bad, color: 'yellow' },
      { value: warn, color: 'green' },
    ];
  }
  return [
    { value: null, color: 'green' },
    { value: warn, color: 'yellow' },
    { value: bad, color: 'red' },
  ];
}
