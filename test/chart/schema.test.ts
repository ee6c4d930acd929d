/** Values that are unknown or wrong are refused before anything is installed, and what the daemon takes is taken. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Parsed } from '../../src/config-parsers.ts';
import { SETTINGS, type SettingName } from '../../src/config.ts';
import { CHART, helm, LEAST, template, type Values } from './support/helm.ts';
import { at } from './support/manifest.ts';

const VALUES = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Values;
const SCHEMA: unknown = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));

type Samples = { readonly good: readonly unknown[]; readonly bad: readonly unknown[] };

/** For each setting: values that both the schema and the daemon take, and values that both refuse. */
const SAMPLES: Readonly<Record<string, Samples>> = {
  REVOKER_CLUSTER_NAME: { good: ['prod', 'A_1-b'], bad: ['-prod', 'a b', 'x'.repeat(101)] },
  REVOKER_CLUSTER_ISSUER: { good: ['https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE'], bad: [] },
  REVOKER_MODE: { good: ['enforce', 'dry-run'], bad: ['dryrun', 'Enforce'] },
  REVOKER_NAMESPACES: { good: [['a', 'b-1'], []], bad: [['A'], ['a.b'], ['x'.repeat(64)]] },
  REVOKER_PROTECTED_NAMESPACES: { good: [['kube-system'], []], bad: [['kube_system']] },
  REVOKER_POD_LABELS: { good: [['team', 'app.kubernetes.io/name'], []], bad: [['a/b/c'], ['-a']] },
  REVOKER_ON_UNKNOWN_HISTORY: { good: ['report', 'evict'], bad: ['keep', true] },
  REVOKER_ON_MISSED: { good: ['report', 'evict'], bad: ['keep', true] },
  REVOKER_FORCE: { good: [true, false], bad: ['yes', 1] },
  REVOKER_DEADLINE: { good: ['15m', '1h30m'], bad: ['15', '15 m', '15min'] },
  REVOKER_MAX_GRACE_PERIOD: { good: ['30s', '2m'], bad: [] },
  REVOKER_POLL_INTERVAL: { good: ['30s', '0.5h', '1m30s', '200ms'], bad: ['30', '-30s', '30 s', '1d'] },
  REVOKER_SETTLE_TIME: { good: ['0s', '15s'], bad: ['15', 'soon'] },
  REVOKER_CONSISTENCY_WINDOW: { good: ['0s', '30s'], bad: ['30', 'soon'] },
  REVOKER_DESCRIBE_RATE: { good: [2, 0.5, '0.5', 100], bad: [0, -1, 'fast', true] },
  REVOKER_CONFIRM_RATE: { good: [20, 0.1], bad: [0, 'fast'] },
  REVOKER_QUEUE_URL: {
    good: ['https://sqs.eu-central-1.amazonaws.com/1/q', ''],
    bad: ['arn:aws:sqs:r:1:q', 'https://host'],
  },
  REVOKER_TRAIL_LOOKBACK: { good: ['6h', '0s'], bad: ['6', '1d'] },
  REVOKER_CREDENTIAL_LIFE: { good: ['6h', '12h'], bad: ['6', '1d'] },
  REVOKER_EVICTION_RATE: { good: [10, 10_000], bad: [0, 'fast'] },
  REVOKER_EVICTION_BURST: { good: [1, 100_000], bad: [0, 1.5, 'many'] },
  REVOKER_EVICTION_CONCURRENCY: { good: [1, 8], bad: [0, 1.5] },
  REVOKER_EVICTIONS_PER_NAMESPACE: { good: [1, 60], bad: [] },
  REVOKER_EVICTIONS_PER_IDENTITY: { good: [1, 60], bad: [] },
  REVOKER_MASS_END_PERCENT: { good: [25, 100], bad: [-1, 101] },
  REVOKER_MASS_END_MINIMUM: { good: [1, 5], bad: [-1, 1.5] },
  REVOKER_LOG_LEVEL: { good: ['debug', 'info', 'warn', 'error'], bad: ['trace', 'INFO'] },
};

const ELSEWHERE = /^REVOKER_(?:NAMESPACE|POD_NAME|LISTEN|STATUS_LISTEN)$/;

function valueName(setting: string): string {
  const words = setting.slice('REVOKER_'.length).toLowerCase().split('_');
  return words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}

/** As the chart writes a value into the environment. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function isTaken(values: Values): Promise<boolean> {
  const { code, err } = await template(values);
  assert.ok(code === 0 || /specifications of the schema/.test(err), err);
  return code === 0;
}

test('every setting has samples here', () => {
  const names = Object.keys(SETTINGS).filter((name) => !ELSEWHERE.test(name));
  assert.deepEqual(Object.keys(SAMPLES).toSorted(), names.toSorted());
});

test('schema and daemon take and refuse the same samples of each setting', async () => {
  for (const [name, { good, bad }] of Object.entries(SAMPLES)) {
    const parser: (text: string) => Parsed<unknown> = SETTINGS[name as SettingName].parse;
    for (const sample of [...good, ...bad]) {
      const shown = `${valueName(name)}: ${JSON.stringify(sample)}`;
      assert.equal('value' in parser(textOf(sample)), good.includes(sample), `the daemon, ${shown}`);
      assert.equal(
        await isTaken({ [valueName(name)]: sample }),
        good.includes(sample),
        `the chart, ${shown}`,
      );
    }
  }
});

test('a number given with --set arrives, whichever type Helm makes of it', async () => {
  const args = ['--set', 'clusterName=prod,image.repository=r,describeRate=0.5,evictionRate=10'];
  const { code, out } = await helm(['template', 'r', CHART, ...args]);
  assert.equal(code, 0);
  assert.match(out, /REVOKER_DESCRIBE_RATE\n\s+value: "0\.5"/);
  assert.match(out, /REVOKER_EVICTION_RATE\n\s+value: "10"/);
});

/** Every map of the values whose members are fixed. */
function fixedMaps(schema: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  const properties = (at(schema, 'properties') ?? {}) as Readonly<Record<string, unknown>>;
  const below = Object.entries(properties).flatMap(([name, each]) => fixedMaps(each, [...path, name]));
  return Object.keys(properties).length === 0 ? [] : [path, ...below];
}

test('an unknown value is refused wherever it stands', async () => {
  const maps = fixedMaps(SCHEMA);
  assert.ok(maps.length > 10, `only ${maps.length} maps`);
  for (const path of [...maps, ['livenessProbe']]) {
    const inner: unknown = path.reduceRight<unknown>((below, name) => ({ [name]: below }), { planted: 1 });
    const { code, err } = await template(inner as Values);
    assert.equal(code, 1, path.join('.'));
    assert.match(err, /additional properties 'planted' not allowed/, path.join('.'));
  }
});

test('schema and values.yaml have the same values', () => {
  for (const path of fixedMaps(SCHEMA)) {
    const properties = at(SCHEMA, ...path.flatMap((name) => ['properties', name]), 'properties');
    // Helm hands `global` to every chart.
    const known = Object.keys(properties as object).filter((name) => name !== 'global');
    const given = Object.keys(at(VALUES, ...path) as object);
    assert.deepEqual(known.toSorted(), given.toSorted(), path.join('.'));
  }
});

const REFUSED: readonly (readonly [string, Values])[] = [
  ['settings by the back door', { extraEnv: [{ name: 'REVOKER_MODE', value: 'enforce' }] }],
  ['a mistyped digest', { image: { digest: 'sha256:abc' } }],
  ['a digest inside the repository', { image: { repository: 'r@sha256:abc' } }],
  ['a grace period shorter than the drain', { terminationGracePeriodSeconds: 10 }],
  ['a port that needs privileges', { ports: { metrics: 80 } }],
  ['a name that is no DNS label', { fullnameOverride: 'Guard' }],
  ['labels that are no strings', { commonLabels: { a: 1 } }],
];

test('what would break later is refused now', async () => {
  for (const [title, values] of REFUSED) assert.equal(await isTaken(values), false, title);
});

test('what only the operator can know is asked for by name', async () => {
  const without = await helm(['template', 'r', CHART, '--set', 'image.repository=r']);
  assert.match(without.err, /clusterName is needed: the name that EKS has for this very cluster/);
  const image = await helm(['template', 'r', CHART, '--set', `clusterName=${String(LEAST['clusterName'])}`]);
  assert.match(image.err, /image\.repository is needed/);
  const account = await template({ serviceAccount: { create: false } });
  assert.match(account.err, /serviceAccount\.name is needed where serviceAccount\.create is false/);
});
