/** One alert all the way: the daemon, a real Prometheus, a real Alertmanager, and whoever it wakes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeScene, until } from '../e2e/scene.ts';
import { RUNBOOK, type RuleGroup, ruleGroups } from './support/rules.ts';
import { startAlertmanager, startPrometheus, startWebhook } from './support/servers.ts';
import { toolsFor } from './support/tools.ts';

const ALERT = 'PodIdentityRevokerForbidden';

/** The rules of the chart, less their patience. */
function impatient(groups: readonly RuleGroup[]): readonly RuleGroup[] {
  return groups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, for: '1s' })) }));
}

test('evictions are forbidden: the alert reaches the webhook, with its labels, its words and its section', async (t) => {
  const tools = toolsFor(t, 'prometheus', 'alertmanager');
  if (tools === undefined) return;
  await using webhook = await startWebhook();
  await using alertmanager = await startAlertmanager(tools.alertmanager, webhook.url);
  await using scene = await makeScene();
  const { associationId } = scene.identity('team-a/etl', 1);
  const daemon = await scene.settledDaemon();
  const targets = [String(daemon.said('started')[0]?.['listen'])];
  const groups = impatient(await ruleGroups());
  const wish = { targets, groups, alertmanager: alertmanager.url };
  await using prometheus = await startPrometheus(tools.prometheus, wish);
  await until('it is scraped', async () => (await prometheus.query('up == 1')).length === 1);
  const heard = (): (typeof webhook.alerts)[number] | undefined =>
    webhook.alerts.find(({ labels }) => labels['alertname'] === ALERT);
  assert.equal(heard(), undefined);
  scene.simulator.kubernetes.faults.deny({ verb: 'create', resource: 'pods/eviction' });
  await scene.deleteAssociation(associationId);
  await until('the webhook hears of it', () => heard() !== undefined, 40_000);
  const alert = heard();
  assert.equal(alert?.status, 'firing');
  assert.deepEqual(alert.labels, {
    alertname: ALERT,
    job: 'revoker',
    outcome: 'forbidden',
    severity: 'critical',
  });
  assert.equal(
    alert.annotations['description'],
    'The API server denies evictions. The log names the missing permission.',
  );
  assert.equal(alert.annotations['runbook_url'], `${RUNBOOK}#${ALERT.toLowerCase()}`);
});
