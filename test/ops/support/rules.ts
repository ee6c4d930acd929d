/** The alerts as the chart renders them. */

import { render } from '../../chart/support/helm.ts';
import { at, only } from '../../chart/support/manifest.ts';

export type AlertRule = {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

export type RuleGroup = { readonly name: string; readonly rules: readonly AlertRule[] };

export const RUNBOOK = 'https://wiki.example/runbook.md';

export async function ruleGroups(): Promise<readonly RuleGroup[]> {
  const values = { prometheusRule: { enabled: true, runbookUrl: RUNBOOK } };
  return at(only(await render(values), 'PrometheusRule'), 'spec', 'groups') as readonly RuleGroup[];
}

export async function alertRules(): Promise<readonly AlertRule[]> {
  return (await ruleGroups()).flatMap(({ rules }) => rules);
}
