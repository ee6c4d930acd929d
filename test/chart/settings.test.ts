/** Every setting of the daemon is a value of the chart, and the daemon reads what the chart writes. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseConfig, SETTINGS, type SettingName } from '../../src/config.ts';
import { valueComments } from '../../scripts/chart-values.ts';
import { CHART, LEAST, render } from './support/helm.ts';
import { environment, variables } from './support/manifest.ts';
import { COMBINATIONS, EVERYTHING } from './support/matrix.ts';

/** These come from the downward API and from `ports`: no value has their names. */
const FROM_ELSEWHERE: readonly string[] = [
  'REVOKER_NAMESPACE',
  'REVOKER_POD_NAME',
  'REVOKER_LISTEN',
  'REVOKER_STATUS_LISTEN',
];
const NAMES = Object.keys(SETTINGS) as readonly SettingName[];
const MIRRORED = NAMES.filter((name) => !FROM_ELSEWHERE.includes(name));

function valueName(setting: string): string {
  return setting
    .slice('REVOKER_'.length)
    .toLowerCase()
    .replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function read(file: string): string {
  return readFileSync(join(CHART, file), 'utf8');
}

const VALUES = parse(read('values.yaml')) as Readonly<Record<string, unknown>>;
const LIST = /define "pod-identity-revoker\.settings" -}}\n([\s\S]*?)\n{{-/;
const LISTED = LIST.exec(read('templates/_settings.tpl'))?.[1]?.split('\n') ?? [];

test('the list in _settings.tpl is the settings of the daemon, and nothing else', () => {
  assert.deepEqual(LISTED.toSorted(), MIRRORED.map(valueName).toSorted());
});

test('every setting is a value that is not set, so that the default is written down once', () => {
  for (const setting of MIRRORED) {
    assert.ok(Object.hasOwn(VALUES, valueName(setting)), `values.yaml has no ${valueName(setting)}`);
    assert.equal(VALUES[valueName(setting)], null, valueName(setting));
  }
});

test('every setting is in values.schema.json', () => {
  const schema = JSON.parse(read('values.schema.json')) as { readonly properties: object };
  const missing = MIRRORED.map(valueName).filter((name) => !Object.hasOwn(schema.properties, name));
  assert.deepEqual(missing, []);
});

test('the comment of a setting tells the default of the daemon', () => {
  const comments = valueComments(read('values.yaml'));
  for (const setting of MIRRORED) {
    const { fallback } = SETTINGS[setting] as { readonly fallback: string | undefined };
    const comment = comments.get(valueName(setting)) ?? '';
    if (fallback === undefined) assert.match(comment, /Required\.$/, setting);
    else if (fallback === '') assert.match(comment, /Unset: [^`]+\.$/, setting);
    else assert.ok(comment.endsWith(`Unset: \`${fallback}\`.`), `${setting}: ${comment}`);
  }
});

test('unset values make no variable', async () => {
  const names = variables(await render()).map(({ name }) => name);
  assert.deepEqual(names, [
    'REVOKER_CLUSTER_NAME',
    'REVOKER_NAMESPACE',
    'REVOKER_POD_NAME',
    'REVOKER_LISTEN',
    'REVOKER_STATUS_LISTEN',
    'NODE_OPTIONS',
  ]);
});

test('with everything on, every setting has its variable, once', async () => {
  const names = variables(await render({ ...EVERYTHING, mode: 'enforce', namespaces: ['team-a'] })).map(
    ({ name }) => name,
  );
  const settings = names.filter((name) => name.startsWith('REVOKER_'));
  assert.deepEqual(settings.toSorted(), NAMES.toSorted());
  assert.equal(new Set(names).size, names.length);
});

test('the daemon accepts the environment of every combination', async () => {
  for (const { title, values, release } of COMBINATIONS) {
    const config = parseConfig(environment(await render(values, release)));
    assert.equal(config.clusterName, LEAST['clusterName'], title);
    assert.deepEqual(config.ownPod, { namespace: 'revoker', name: 'revoker-1' }, title);
  }
});

test('values arrive as they were meant: lists, numbers, durations, and what is empty on purpose', async () => {
  const config = parseConfig(environment(await render({ ...EVERYTHING, protectedNamespaces: [] })));
  assert.deepEqual(config.protectedNamespaces, []);
  assert.deepEqual(config.podLabels, ['app.kubernetes.io/name', 'team']);
  assert.equal(config.pollInterval, 45_000);
  assert.equal(config.describeRate, 3.5);
  assert.equal(config.evictionRate, 10_000);
  assert.equal(config.evictionBurst, 100_000);
  assert.deepEqual(config.listen, { host: '::', port: 9090 });
  assert.deepEqual(config.statusListen, { host: '127.0.0.1', port: 9091 });
});
