/** CloudFormation and Terraform make the same of the same choice. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { files, readText } from '../docs/markdown.ts';
import { choices } from './choices.ts';
import { parseTemplate } from './cloudformation-template.ts';
import { BOUNDARY, DEFAULTS, KEY } from './choice.ts';
import { fromCloudFormation, TEMPLATE } from './from-cloudformation.ts';
import { fromTerraform } from './from-terraform.ts';
import { MODULE, parseModule } from './terraform-module.ts';

for (const { title, choice } of choices()) {
  test(`both make the same: ${title}`, () => {
    assert.deepEqual(fromTerraform(choice), fromCloudFormation(choice));
  });
}

test('what they make is not nothing', () => {
  const all = fromTerraform({ ...DEFAULTS, key: true, boundary: true });
  assert.equal(all.queue?.['key'], KEY);
  assert.equal(all.queue['managedEncryption'], undefined);
  assert.equal(all.deadLetters?.['key'], KEY);
  assert.equal(all.role.boundary, BOUNDARY);
  const defaults = fromTerraform(DEFAULTS);
  assert.equal(defaults.queue?.['managedEncryption'], true);
  assert.equal(defaults.deadLetters?.['managedEncryption'], true);
  assert.equal(defaults.role.boundary, null);
  const bare = fromTerraform({ ...DEFAULTS, queue: false, association: false });
  for (const part of [
    'association',
    'queue',
    'queuePolicy',
    'deadLetters',
    'deadLettersPolicy',
    'rule',
  ] as const) {
    assert.notEqual(all[part], undefined, part);
    assert.equal(bare[part], undefined, part);
  }
});

test('what could not be taken outlives what waits, and goes to the dead letters of this queue only', () => {
  const { queue, deadLetters, rule } = fromTerraform(DEFAULTS);
  assert.deepEqual(queue?.['redrive'], { deadLetterTargetArn: rule?.['deadLetters'], maxReceiveCount: 10 });
  assert.deepEqual(rule?.['target'], {
    id: 'queue',
    arn: 'arn:aws:sqs:eu-central-1:111122223333:pod-identity-revoker-blue',
  });
  assert.ok(Number(deadLetters?.['retention']) > Number(queue['retention']));
});

/** Each is a difference that matters, planted in one of the two. */
const PLANTED: readonly (readonly [string, string, string])[] = [
  ['an action', '"sqs:ReceiveMessage", "sqs:DeleteMessage"', '"sqs:ReceiveMessage"'],
  ['a resource', ':podidentityassociation/${', ':podidentityassociation*/${'],
  ['a condition', 'ArnNotEquals', 'ArnNotLike'],
  ['a name of a call', 'DeleteAddon', 'DescribeAddon'],
  ['a time', '1209600', '1209500'],
  ['a word of the command', '--create-namespace', ''],
];

for (const [what, from, to] of PLANTED) {
  test(`the comparison can fail: ${what} in CloudFormation, and in Terraform`, () => {
    const template = readText(TEMPLATE);
    const changed = template.replace(from, to);
    assert.notEqual(changed, template);
    assert.notDeepEqual(fromCloudFormation(DEFAULTS, parseTemplate(changed)), fromTerraform(DEFAULTS));
    const texts = files(MODULE, '.tf').map(readText);
    const changedTexts = texts.map((text) => text.replace(from, to));
    assert.notDeepEqual(changedTexts, texts);
    assert.notDeepEqual(fromTerraform(DEFAULTS, parseModule(changedTexts)), fromCloudFormation(DEFAULTS));
  });
}
