/** Each dashboard has what Grafana needs, and no panel of it is empty when a real Prometheus has scraped a day. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { grafanaDashboard } from '../../ops/dashboards/dashboard.ts';
import { EXPOSURE } from '../../ops/dashboards/exposure.ts';
import { HEALTH } from '../../ops/dashboards/health.ts';
import { once, series } from '../../ops/dashboards/query.ts';
import { METRIC_PREFIX, METRICS, type MetricName } from '../../src/adapters/report/metric-table.ts';
import { aWhile, until } from '../e2e/scene.ts';
import { startDay } from './support/day.ts';
import type { Prometheus } from './support/servers.ts';
import { startPrometheus } from './support/servers.ts';
import { toolsFor } from './support/tools.ts';

const DASHBOARDS = [EXPOSURE, HEALTH];
const PANELS = DASHBOARDS.flatMap(({ title, rows }) =>
  rows.flatMap(({ panels }) => panels.map((panel) => ({ ...panel, where: `${title}: ${panel.title}` }))),
);

/** As Grafana fills in the variables. */
function filledIn(expr: string): string {
  return expr
    .replaceAll('$cluster', '.*')
    .replaceAll('$job', 'revoker')
    .replaceAll('$__range', '5m')
    .replaceAll('$__rate_interval', '1m');
}

function queryOf(title: string): string {
  const panel = PANELS.find((each) => each.title === title);
  return panel?.queries[0]?.expr ?? assert.fail(`no panel ${title}`);
}

/** The panels of which a query has no number to show. */
async function emptyPanels(prometheus: Prometheus): Promise<readonly string[]> {
  const empty: string[] = [];
  for (const { where, queries } of PANELS) {
    for (const { expr } of queries) {
      const samples = await prometheus.query(filledIn(expr));
      if (!samples.some(({ value }) => Number.isFinite(value))) empty.push(`${where}: ${filledIn(expr)}`);
    }
  }
  return empty;
}

test('after a day of a cluster no panel is empty, and a standby doubles nothing', async (t) => {
  const tools = toolsFor(t, 'prometheus');
  if (tools === undefined) return;
  await using day = await startDay();
  await using prometheus = await startPrometheus(tools.prometheus, day);
  await until('it knows what to scrape', async () => (await prometheus.query('up')).length === 2);
  const ask = async (expr: string): Promise<readonly unknown[]> =>
    (await prometheus.query(filledIn(expr))).map(({ metric, value }) => [...Object.values(metric), value]);
  await day.pass();
  await aWhile(1500);
  assert.deepEqual(await ask(`${queryOf('Exposed pods by state')} > 0`), [['blocked', 1]]);
  await day.pause();
  await until('both are counted', async () => isDeepStrictEqual(await ask(queryOf('Stale pods now')), [[2]]));
  await aWhile(1500);
  assert.deepEqual(await emptyPanels(prometheus), []);
  assert.deepEqual(await ask(queryOf('Stale pods now')), [[2]]);
  assert.deepEqual(await ask(queryOf('Leaders')), [[1]]);
  assert.deepEqual(await ask(queryOf('Brakes engaged')), [[1]]);
  assert.deepEqual(await ask(once(series('revocations_total', 'cause="deleted"'))), [[5]]);
});

test('Grafana: ids are unique, legends are shown, numbers are reduced, nothing overlaps', () => {
  for (const each of DASHBOARDS) {
    const { panels = [] } = grafanaDashboard(each);
    const ids = panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const panel of panels) {
      assert.ok(panel.id !== undefined && panel.gridPos !== undefined, panel.title);
      assert.ok(panel.gridPos.x + panel.gridPos.w <= 24, panel.title);
      if (panel.type === 'row') continue;
      const options = JSON.stringify('options' in panel ? panel.options : {});
      assert.match(options, panel.type === 'stat' ? /"calcs":\["lastNotNull"\]/ : /"showLegend":true/);
    }
    const places = panels.map(({ gridPos }) => `${gridPos?.x},${gridPos?.y}`);
    assert.equal(new Set(places).size, places.length, 'two panels in one place');
  }
  assert.equal(new Set(DASHBOARDS.map(({ uid }) => uid)).size, DASHBOARDS.length);
});

test('every panel has a description, a title of its own and a legend for each query', () => {
  for (const { where, description, queries } of PANELS) {
    assert.ok(description.length > 20, where);
    assert.ok(queries.length > 0 && queries.every(({ legend }) => legend !== ''), where);
  }
  const names = PANELS.map(({ where }) => where);
  assert.equal(new Set(names).size, names.length);
});

test('every metric is on a dashboard, but for those that only say when and which version', () => {
  const text = JSON.stringify(PANELS);
  const missing = (Object.keys(METRICS) as MetricName[]).filter(
    (name) => !new RegExp(`${METRIC_PREFIX}${name}(?:_bucket|_count)?\\{`).test(text),
  );
  assert.deepEqual(missing, ['last_event_timestamp_seconds', 'build_info']);
});
