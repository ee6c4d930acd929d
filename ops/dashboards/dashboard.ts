/** A dashboard as it is written down, and the JSON that Grafana reads. */

import type { Dashboard as GrafanaDashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Panel } from './panel.ts';
import { DATASOURCE, grafanaPanel } from './panel.ts';

export type Dashboard = {
  /** Part of the links to it: never changes. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Panels get their ids by order: new ones go to the end of the last row. */
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
};

const TAG = 'pod-identity-revoker';

export function grafanaDashboard({ uid, title, description, rows }: Dashboard): GrafanaDashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .readonly()
    .link(
      new DashboardLinkBuilder('Pod Identity Revoker')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .keepTime(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(choice('cluster', 'Cluster').allValue('.*'))
    .withVariable(choice('job', 'Job'));
  let id = 0;
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id((id += 1)));
    for (const panel of row.panels) builder.withPanel(grafanaPanel(panel, (id += 1)));
  }
  return builder.build();
}

/** The values that a label has; all of them at first. */
function choice(label: string, title: string): QueryVariableBuilder {
  const query = `label_values(pod_identity_revoker_build_info, ${label})`;
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource(DATASOURCE)
    .query({ query, refId: label })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .current({ text: 'All', value: '$__all' });
}

export function jsonOf(dashboard: Dashboard): string {
  return `${JSON.stringify(grafanaDashboard(dashboard), null, 2)}\n`;
}
