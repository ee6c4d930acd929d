/** The CloudFormation template by AWS's own offline validator, and what the validator does not look at. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CelEngine, type StandardDiagnostic, TemplateFile } from '@aws/cloudformation-validate';
import { differences, readText } from '../docs/markdown.ts';
import { parseTemplate, resolved, section } from './cloudformation-template.ts';
import { BOUNDARY, DEFAULTS, KEY } from './choice.ts';
import { stackOf, TEMPLATE } from './from-cloudformation.ts';
import { INPUTS } from './inputs.ts';
import { isObject, type Json, listOf, objectOf, several, textOf } from './json.ts';

const TEXT = readText(TEMPLATE);
const STACK = stackOf(DEFAULTS);
const PARAMETERS = section(STACK, 'Parameters');

/** What the validator calls an error, as `rule resource property`. */
function errors(text: string, parameterOverrides: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'template-'));
  const engine = new CelEngine();
  try {
    const file = join(folder, 'template.yaml');
    writeFileSync(file, text);
    const report = engine.validateStandard(new TemplateFile(file), { parameterOverrides });
    assert.equal(report.status, 'OK');
    return report.diagnostics.filter(isError).map(sentence);
  } finally {
    engine.free();
    rmSync(folder, { recursive: true });
  }
}

function isError({ severity }: StandardDiagnostic): boolean {
  return severity === 'FATAL' || severity === 'ERROR';
}

function sentence({ ruleId, entity, propertyPath }: StandardDiagnostic): string {
  return [ruleId, entity?.logicalId, propertyPath].join(' ');
}

const GIVEN = { ClusterName: 'blue', Name: 'revocations', PermissionsBoundaryArn: BOUNDARY, KmsKeyArn: KEY };

test('the validator finds no error where all parameters are given', () => {
  assert.deepEqual(errors(TEXT, GIVEN), []);
  assert.deepEqual(errors(TEXT, { ...GIVEN, CreateQueue: 'false', Credentials: 'irsa' }), []);
});

test('and with the defaults only that it looks behind a condition: an empty name or ARN is not used', () => {
  const behindConditions = [
    'F3031 Rule Properties.Name',
    'F3033 Role Properties.PermissionsBoundary',
    'F3033 Rule Properties.Name',
  ];
  assert.deepEqual(errors(TEXT, { ClusterName: 'blue' }).toSorted(), behindConditions);
});

const PLANTED: readonly (readonly [string, string, string])[] = [
  ['a property that does not exist', 'VisibilityTimeout:', 'VisibilityTimeouts:'],
  ['a type that does not exist', 'AWS::SQS::QueuePolicy', 'AWS::SQS::QueuePolicies'],
  ['a value out of bounds', 'MessageRetentionPeriod: 86400', 'MessageRetentionPeriod: 30'],
  ['a reference to nothing', '!GetAtt Rule.Arn', '!GetAtt Rules.Arn'],
  ['a condition that does not exist', 'Condition: HasQueue', 'Condition: HasQueues'],
  ['a property that is missing', 'ServiceAccount: !Ref ServiceAccount', 'Tags: []'],
];

for (const [what, from, to] of PLANTED) {
  test(`the validator can fail: ${what} is found`, () => {
    const changed = TEXT.replace(from, to);
    assert.notEqual(changed, TEXT);
    assert.notDeepEqual(errors(changed, GIVEN), []);
  });
}

test('it fits into a request and needs no more than CAPABILITY_IAM', () => {
  assert.ok(Buffer.byteLength(TEXT) < 51_200);
  assert.ok(!TEXT.includes('RoleName'));
});

test('CloudFormation knows no YAML aliases, and neither does this template', () => {
  assert.throws(() => parseTemplate('a: &x 1\nb: *x\n'), /aliases/);
});

for (const {
  names: [name],
  taken,
  refused,
} of INPUTS) {
  test(`${name} takes what it should and refuses the rest`, () => {
    for (const value of taken) assert.ok(isTaken(name, value), value);
    for (const value of refused) assert.ok(!isTaken(name, value), value);
  });
}

function isTaken(name: string, value: string): boolean {
  const { AllowedPattern, AllowedValues, ConstraintDescription } = objectOf(PARAMETERS[name], name);
  if (AllowedValues !== undefined) return several(AllowedValues).includes(value);
  assert.match(textOf(ConstraintDescription, name), /^must (?:be|have) .+\.$/);
  return new RegExp(textOf(AllowedPattern, name)).test(value);
}

test('every parameter is described, has its place in the form, and is used', () => {
  const names = Object.keys(PARAMETERS);
  const form = objectOf(section(STACK, 'Metadata')['AWS::CloudFormation::Interface'], 'the form');
  const groups = listOf(form['ParameterGroups'], 'the groups').map((group) => objectOf(group, 'a group'));
  assert.deepEqual(
    differences(groups.flatMap((group) => several(group['Parameters'])).map(String), names),
    [],
  );
  for (const name of names) {
    assert.match(textOf(objectOf(PARAMETERS[name], name)['Description'], name), /\.$/);
    assert.match(TEXT, new RegExp(`!Ref ${name}\\b|\\$\\{${name}\\}`), name);
  }
});

test('irsa without an issuer is refused before anything is made', () => {
  const rule = objectOf(section(STACK, 'Rules')['IrsaNeedsItsIssuer'], 'the rule');
  const [assertion] = listOf(rule['Assertions'], 'Assertions');
  const isRefused = (parameters: Readonly<Record<string, string>>): boolean => {
    const stack = { ...STACK, parameters: { ...STACK.parameters, ...parameters } };
    const value = (part: Json | undefined): Json => resolved(stack, part ?? null);
    return value(rule['RuleCondition']) === true && value(objectOf(assertion, 'it')['Assert']) !== true;
  };
  assert.ok(isRefused({ Credentials: 'irsa' }));
  assert.ok(!isRefused({ Credentials: 'irsa', OidcIssuer: 'x/id/1' }));
  assert.ok(!isRefused({}));
});

test('every condition is used and every one that is used is declared', () => {
  const used = [...TEXT.matchAll(/Condition: (\w+)$|!If \[(\w+),|!If\n\s+- (\w+)/gm)].map(
    ([, ...names]) => names.find((each) => each !== undefined) ?? '',
  );
  assert.ok(isObject(section(STACK, 'Conditions')));
  assert.deepEqual(differences(used, Object.keys(section(STACK, 'Conditions'))), []);
});
