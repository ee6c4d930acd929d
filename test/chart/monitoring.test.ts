/** Dashboards and alerts are picked up from their folders; who may talk to the pods, and to whom they may. */

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { copyOfChart, render } from './support/helm.ts';
import { at, ofKind, only } from './support/manifest.ts';
import { EVERYTHING } from './support/matrix.ts';
import { validate } from './support/models.ts';

type Files = Readonly<Record<string, string>>;

/** A copy of the chart whose folders of dashboards and rules hold just these files. */
function chartWith(t: TestContext, files: Files): string {
  const folder = copyOfChart(t);
  for (const name of ['dashboards', 'rules']) rmSync(join(folder, name), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** What Go templates would take for their own, and what YAML would. */
const AWKWARD = '{"title":"Exposure","expr":"rate(a{b=\\"c\\"}[5m])","legendFormat":"{{pod}} # - \\\\ \'"}\n';
const RULES = `groups:
  - name: exposure
    rules:
      - alert: Stale
        expr: pod_identity_revoker_exposed_pods{state="stale"} > 0
        for: 5m
        annotations:
          summary: '{{ $labels.pod }} has {{ $value }} stale pods'
          runbook_url: RUNBOOK#stale
`;
const MORE_RULES = `groups:
  - name: health
    rules:
      - alert: Absent
        expr: absent(pod_identity_revoker_leader)
`;

test('each dashboard becomes a ConfigMap, word for word, with the label of the sidecar', async (t) => {
  const chart = chartWith(t, { 'dashboards/exposure.json': AWKWARD, 'dashboards/health.json': '{}' });
  const maps = ofKind(await render(EVERYTHING, { chart }), 'ConfigMap');
  assert.deepEqual(
    maps.map(({ metadata }) => metadata.name),
    ['pod-identity-revoker-dashboard-exposure', 'pod-identity-revoker-dashboard-health'],
  );
  assert.deepEqual(at(maps[0], 'data'), { 'exposure.json': AWKWARD });
  for (const map of maps) {
    validate(map);
    assert.equal(map.metadata.labels?.['grafana_dashboard'], '1');
    assert.equal(map.metadata.annotations?.['grafana_folder'], 'Security');
    assert.equal(map.metadata.namespace, 'grafana');
  }
});

test('the groups of all files of rules become one PrometheusRule, word for word', async (t) => {
  const chart = chartWith(t, { 'rules/exposure.yaml': RULES, 'rules/health.yaml': MORE_RULES });
  const rule = only(await render(EVERYTHING, { chart }), 'PrometheusRule');
  validate(rule);
  const groups = at(rule, 'spec', 'groups') as readonly unknown[];
  assert.deepEqual(
    groups.map((group) => at(group, 'name')),
    ['exposure', 'health'],
  );
  assert.equal(
    at(groups[0], 'rules', 0, 'annotations', 'summary'),
    '{{ $labels.pod }} has {{ $value }} stale pods',
  );
  const given = String(at(EVERYTHING['prometheusRule'], 'runbookUrl'));
  assert.equal(at(groups[0], 'rules', 0, 'annotations', 'runbook_url'), `${given}#stale`);
  assert.equal(rule.metadata.labels?.['release'], 'prometheus');
});

test('without such files, and where it is not asked for, nothing is made of them', async (t) => {
  const none = await render(EVERYTHING, { chart: chartWith(t, {}) });
  assert.deepEqual([...ofKind(none, 'ConfigMap'), ...ofKind(none, 'PrometheusRule')], []);
  const chart = chartWith(t, { 'dashboards/exposure.json': AWKWARD, 'rules/exposure.yaml': RULES });
  const unasked = await render({}, { chart });
  assert.deepEqual(
    ['ConfigMap', 'PrometheusRule', 'ServiceMonitor', 'NetworkPolicy'].flatMap((kind) =>
      ofKind(unasked, kind),
    ),
    [],
  );
});

test('the monitor scrapes the port and path that the daemon serves', async () => {
  const manifests = await render(EVERYTHING);
  const [endpoint] = at(only(manifests, 'ServiceMonitor'), 'spec', 'endpoints') as readonly unknown[];
  assert.deepEqual(endpoint, { port: 'metrics', path: '/metrics', interval: '30s', scrapeTimeout: '10s' });
  const ports = at(only(manifests, 'Service'), 'spec', 'ports') as readonly unknown[];
  assert.deepEqual(ports, [{ name: 'metrics', port: 9090, targetPort: 'metrics', protocol: 'TCP' }]);
});

function tcp(port: number): object {
  return { port, protocol: 'TCP' };
}

test('the network: the metrics port alone is reached, and only what the daemon needs is', async () => {
  const policy = only(await render({ networkPolicy: { enabled: true } }), 'NetworkPolicy');
  assert.deepEqual(at(policy, 'spec', 'policyTypes'), ['Ingress', 'Egress']);
  assert.deepEqual(at(policy, 'spec', 'ingress'), [{ ports: [{ port: 'metrics', protocol: 'TCP' }] }]);
  assert.deepEqual(at(policy, 'spec', 'egress'), [
    { ports: [{ port: 53, protocol: 'UDP' }, tcp(53)] },
    { ports: [tcp(443), tcp(6443)] },
    {
      to: [{ ipBlock: { cidr: '169.254.170.23/32' } }, { ipBlock: { cidr: 'fd00:ec2::23/128' } }],
      ports: [tcp(80)],
    },
  ]);
});

test('the network: who may scrape and where else to go are values', async () => {
  const policy = only(await render(EVERYTHING), 'NetworkPolicy');
  const given = EVERYTHING['networkPolicy'];
  assert.deepEqual(at(policy, 'spec', 'ingress', 0, 'from'), at(given, 'metricsFrom'));
  assert.deepEqual(at(policy, 'spec', 'egress', 3), at(given, 'extraEgress', 0));
});
