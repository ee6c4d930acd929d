/** The command that both ways put out: what it says, and that the chart has the values that it sets. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { readText, ROOT } from '../docs/markdown.ts';
import { BOTH } from './both.ts';
import { DEFAULTS } from './choice.ts';
import { isObject, type Json, textOf } from './json.ts';

const VALUES = 'charts/pod-identity-revoker/values.yaml';

/** The words as a shell hands them on. */
function words(command: Json | undefined): readonly string[] {
  const script = textOf(command, 'the command').replace(/^helm /, "printf '%s\\n' ");
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
}

const COMMON = [
  'upgrade',
  '--install',
  'pod-identity-revoker',
  'charts/pod-identity-revoker',
  '--namespace',
  'security',
  '--create-namespace',
  '--set',
  'clusterName=blue',
  '--set',
  'serviceAccount.name=revoker',
];
const QUEUE = [
  '--set',
  'queueUrl=https://sqs.eu-central-1.amazonaws.com/111122223333/pod-identity-revoker-blue',
];
const ROLE = 'arn:aws:iam::111122223333:role/pod-identity-revoker-1';
const ANNOTATION = ['--set', `serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn=${ROLE}`];
const DRY_RUN = ['--set', 'mode=dry-run'];

for (const { tool, deploy } of BOTH) {
  const own = { ...DEFAULTS, namespace: 'security', serviceAccount: 'revoker' };

  test(`${tool}: the command installs the daemon so that it only reports`, () => {
    assert.deepEqual(words(deploy(own).outputs['helm']), [...COMMON, ...QUEUE, ...DRY_RUN]);
  });

  test(`${tool}: without a queue it names none, and with IRSA it annotates the service account`, () => {
    const { outputs } = deploy({ ...own, queue: false, irsa: true });
    assert.deepEqual(words(outputs['helm']), [...COMMON, ...ANNOTATION, ...DRY_RUN]);
  });
}

test('the chart has every value that the command sets', (t) => {
  if (!existsSync(join(ROOT, VALUES))) {
    t.skip('NO CHART HERE: the values of the command were not compared with it');
    return;
  }
  const values = parse(readText(VALUES)) as Json;
  const paths = ['clusterName', 'serviceAccount.name', 'serviceAccount.annotations', 'queueUrl', 'mode'];
  for (const path of paths) {
    const inner = path
      .split('.')
      .reduce<Json | undefined>((value, step) => (isObject(value) ? value[step] : undefined), values);
    assert.notEqual(inner, undefined, path);
  }
});
