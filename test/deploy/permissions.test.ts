/** docs/permissions.md against the policy that is deployed, and deploy/README.md against template and module. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, differences, readText, rows, section } from '../docs/markdown.ts';
import { BOTH } from './both.ts';
import { DEFAULTS, KEY } from './choice.ts';
import * as cloudformation from './cloudformation-template.ts';
import { stackOf } from './from-cloudformation.ts';
import type { JsonObject } from './json.ts';
import { listOf, objectOf, several } from './json.ts';
import { blocksOf, readModule } from './terraform-module.ts';

const TABLE = rows(section(readText('docs/permissions.md'), 'In AWS'));

function granted(policy: JsonObject): readonly string[] {
  return listOf(policy['Statement'], 'Statement').flatMap((each) => {
    const { Action, Resource } = objectOf(each, 'a statement');
    const resources = several(Resource).map(String);
    return several(Action)
      .map(String)
      .flatMap((action) => resources.map((resource) => `${action} ${resource}`));
  });
}

/** The table speaks of a Region, an account, a cluster, a queue and a key in capitals. */
function filledIn(resource: string): string {
  return resource
    .replace('arn:aws:kms:REGION:ACCOUNT:key/KEY', KEY)
    .replace('REGION:ACCOUNT', 'eu-central-1:111122223333')
    .replace('CLUSTER', 'blue')
    .replace('QUEUE', 'pod-identity-revoker-blue');
}

function documented(table: readonly (readonly string[])[]): readonly string[] {
  return table.map(([action, resource]) => `${codes(action)[0]} ${filledIn(codes(resource)[0] ?? '')}`);
}

for (const { tool, deploy } of BOTH) {
  const { policy } = deploy({ ...DEFAULTS, key: true }).role;

  test(`${tool}: docs/permissions.md lists what is granted, and nothing else`, () => {
    assert.deepEqual(differences(documented(TABLE), granted(policy)), []);
  });

  test(`${tool}: the comparison can fail`, () => {
    assert.equal(differences(documented(TABLE.slice(1)), granted(policy)).length, 1);
    const lie = [...TABLE, ['`iam:PassRole`', '`*`']];
    assert.deepEqual(differences(documented(lie), granted(policy)), [
      'documented, but does not exist: iam:PassRole *',
    ]);
  });
}

test('every permission has a reason, and what stops without it', () => {
  const kubernetes = rows(section(readText('docs/permissions.md'), 'In Kubernetes'));
  for (const row of [...TABLE, ...kubernetes]) {
    const [without, why] = row.toReversed();
    assert.ok((why ?? '').length > 10 && (without ?? '').length > 10, row.join(' | '));
  }
});

test('what deploy/README.md names of template and module exists', () => {
  const page = readText('deploy/README.md');
  const stack = stackOf(DEFAULTS);
  const known = new Set([
    ...['Parameters', 'Outputs'].flatMap((name) => Object.keys(cloudformation.section(stack, name))),
    ...['variable', 'output'].flatMap((type) => blocksOf(readModule(), type)).map(({ labels }) => labels[0]),
  ]);
  const pairs = [...page.matchAll(/`([A-Z]\w+)` \/\s`(\w+)`/g)].flatMap(([, ...names]) => names);
  const overrides = [...page.matchAll(/--parameter-overrides ((?:\w+=\S+ ?)+)/g)].flatMap(([, text = '']) =>
    [...text.matchAll(/(\w+)=/g)].map(([, name]) => name),
  );
  assert.ok(pairs.length >= 10 && overrides.length === 1, 'they are found');
  assert.deepEqual(
    [...pairs, ...overrides].filter((name) => !known.has(name)),
    [],
  );
});
