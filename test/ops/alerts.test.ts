/** Each alert fires where it should and is silent where it should be, by promtool; and is written as all others are. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { OBJECTIVE_SECONDS, OBJECTIVE_SHARE } from '../../ops/objective.ts';
import { METRIC_PREFIX, METRICS } from '../../src/adapters/report/metric-table.ts';
import type { AlertRow } from './alert-rows.ts';
import { ALERT_ROWS } from './alert-rows.ts';
import { alertRules, RUNBOOK, type RuleGroup, ruleGroups } from './support/rules.ts';
import { type Ran, runTool, toolsFor } from './support/tools.ts';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** `a{b="c"}` with the prefix, the job, and an instance where there is none. */
function fullSeries(short: string): string {
  const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(short) ?? [];
  const all = [labels, 'job="revoker"', labels.includes('instance=') ? '' : 'instance="a"'];
  return `${METRIC_PREFIX}${name}{${all.filter((part) => part !== '').join(',')}}`;
}

function sampleOf(alert: string, labels: AlertRow['fires'][number]): object {
  const job = alert === 'PodIdentityRevokerAbsent' ? {} : { job: 'revoker' };
  const all = { alertname: alert, alertstate: 'firing', ...job, ...labels };
  const text = Object.entries(all).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return { labels: `ALERTS{${text.join(', ')}}`, value: 1 };
}

function testOf({ alert, title, series, at, fires }: AlertRow): object {
  return {
    name: `${alert}: ${title}`,
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: fullSeries(name), values })),
    promql_expr_test: [
      {
        expr: `ALERTS{alertname="${alert}", alertstate="firing"}`,
        eval_time: at,
        exp_samples: fires.map((labels) => sampleOf(alert, labels)),
      },
    ],
  };
}

async function tried(
  t: TestContext,
  promtool: string,
  groups: readonly RuleGroup[],
  rows: readonly AlertRow[],
): Promise<Ran> {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'rules.yaml'), stringify({ groups }));
  const tests = {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: rows.map(testOf),
  };
  writeFileSync(join(folder, 'tests.yaml'), stringify(tests));
  return runTool(promtool, ['test', 'rules', join(folder, 'tests.yaml')]);
}

test('promtool: every alert fires where it should, and stays silent where it should', async (t) => {
  const tools = toolsFor(t, 'promtool');
  if (tools === undefined) return;
  const { code, text } = await tried(t, tools.promtool, await ruleGroups(), ALERT_ROWS);
  assert.equal(code, 0, text);
});

test('the rows can fail: with another threshold or without its duration each alert is found out', async (t) => {
  const tools = toolsFor(t, 'promtool');
  if (tools === undefined) return;
  const groups = await ruleGroups();
  const silent = groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ({ ...rule, expr: `(${rule.expr}) unless on () vector(1)` })),
  }));
  for (const row of ALERT_ROWS.filter(({ fires }) => fires.length > 0)) {
    const { code } = await tried(t, tools.promtool, silent, [row]);
    assert.notEqual(code, 0, `${row.alert}: ${row.title}`);
  }
});

function alertsWith(isFiring: boolean): readonly string[] {
  const rows = ALERT_ROWS.filter(({ fires }) => fires.length > 0 === isFiring);
  return [...new Set(rows.map(({ alert }) => alert))];
}

test('each alert has a row that fires and one that stays silent, and no row is of anything else', async () => {
  const names = [...new Set((await alertRules()).map(({ alert }) => alert))];
  assert.deepEqual(alertsWith(true).toSorted(), names.toSorted());
  assert.deepEqual(alertsWith(false).toSorted(), names.toSorted());
});

test('promtool check rules: nothing to complain about', async (t) => {
  const tools = toolsFor(t, 'promtool');
  if (tools === undefined) return;
  const file = join(folderFor(t), 'rules.yaml');
  writeFileSync(file, stringify({ groups: await ruleGroups() }));
  const { code, text } = await runTool(tools.promtool, [
    'check',
    'rules',
    '--lint=all',
    '--lint-fatal',
    file,
  ]);
  assert.equal(code, 0, text);
});

test('each alert has a severity, a duration, a summary, a description and its section of the runbook', async () => {
  for (const { alert, for: duration, labels, annotations } of await alertRules()) {
    assert.match(alert, /^PodIdentityRevoker[A-Z]/);
    assert.match(labels['severity'] ?? '', /^(?:critical|warning)$/, alert);
    assert.match(duration ?? '', /^\d+m$/, alert);
    assert.deepEqual(Object.keys(annotations).toSorted(), ['description', 'runbook_url', 'summary'], alert);
    assert.equal(annotations['runbook_url'], `${RUNBOOK}#${alert.toLowerCase()}`);
  }
});

test('annotations use only labels that the alert has', async () => {
  for (const { alert, labels, annotations } of await alertRules()) {
    const used = [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, name = '']) => name);
    const rows = ALERT_ROWS.filter((row) => row.alert === alert && row.fires.length > 0);
    const known = new Set(rows.flatMap(({ fires }) => fires).flatMap((each) => Object.keys(each)));
    assert.deepEqual(
      used.filter((name) => !known.has(name) && !Object.hasOwn(labels, name)),
      [],
      alert,
    );
  }
});

test('alerts and dashboards hold the same objective, and it is a bucket', async () => {
  const rules = await alertRules();
  const burning = rules.filter(({ alert }) => alert.endsWith('BudgetBurn'));
  for (const { expr } of burning) {
    assert.ok(expr.includes(`le="${OBJECTIVE_SECONDS}"`) && !/le="(?!300")/.test(expr), expr);
    const budgets = [...expr.matchAll(/> [\d.]+ \* ([\d.]+)/g)].map(([, share]) => Number(share));
    assert.equal(budgets.length, 2);
    for (const budget of budgets) assert.ok(Math.abs(budget - (1 - OBJECTIVE_SHARE)) < 1e-9, expr);
  }
  assert.equal(burning.length, 2);
  const old = rules.find(({ alert }) => alert.endsWith('ExposureOld'));
  assert.match(old?.expr ?? '', new RegExp(`> ${OBJECTIVE_SECONDS}\\s*$`));
  const buckets: readonly number[] = METRICS.containment_seconds.buckets;
  assert.ok(buckets.includes(OBJECTIVE_SECONDS));
});
