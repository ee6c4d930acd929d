/** What CloudFormation makes of a choice. */

import { readText } from '../docs/markdown.ts';
import { arn, BOUNDARY, type Choice, ISSUER, KEY, nameOf, PLACE, queueUrl, ROLE } from './choice.ts';
import type { Stack } from './cloudformation-template.ts';
import * as cloudformation from './cloudformation-template.ts';
import { parseTemplate } from './cloudformation-template.ts';
import { ASSOCIATION, definedOf, type Deployed, parsed, QUEUE, renamed } from './deployed.ts';
import { type JsonObject, listOf, objectOf } from './json.ts';

export const TEMPLATE = 'deploy/cloudformation/pod-identity-revoker.yaml';

export function stackOf(choice: Choice, template = parseTemplate(readText(TEMPLATE))): Stack {
  const name = nameOf(choice);
  return {
    template,
    parameters: {
      'AWS::Partition': PLACE.partition,
      'AWS::Region': PLACE.region,
      'AWS::AccountId': PLACE.account,
      ClusterName: choice.cluster,
      Namespace: choice.namespace,
      ServiceAccount: choice.serviceAccount,
      ...(choice.name !== undefined && { Name: choice.name }),
      ...(choice.irsa && { Credentials: 'irsa', OidcIssuer: ISSUER }),
      ...(choice.boundary && { PermissionsBoundaryArn: BOUNDARY }),
      ...(choice.key && { KmsKeyArn: KEY }),
      CreateAssociation: String(choice.association),
      CreateQueue: String(choice.queue),
      AllowTrailLookup: String(choice.lookup),
    },
    attributes: {
      'Role.Arn': ROLE,
      'Rule.Arn': arn('events', `rule/${name}`),
      Queue: queueUrl(name),
      'Queue.Arn': arn('sqs', name),
      DeadLetters: queueUrl(`${name}-dead-letters`),
      'DeadLetters.Arn': arn('sqs', `${name}-dead-letters`),
    },
  };
}

export function fromCloudFormation(choice: Choice, template?: JsonObject): Deployed {
  const stack = stackOf(choice, template);
  const properties = (id: string): JsonObject | undefined => cloudformation.properties(stack, id);
  const role = objectOf(properties('Role'), 'Role');
  const [inline] = listOf(role['Policies'], 'Policies');
  const outputs = cloudformation.outputs(stack);
  return {
    role: {
      trust: parsed(role['AssumeRolePolicyDocument'], 'AssumeRolePolicyDocument'),
      policy: objectOf(objectOf(inline, 'Policies')['PolicyDocument'], 'PolicyDocument'),
      boundary: role['PermissionsBoundary'] ?? null,
    },
    association: renamed(properties('Association'), ASSOCIATION),
    queue: renamed(properties('Queue'), QUEUE),
    queuePolicy: policyOf(properties('QueuePolicy'), queueUrl(nameOf(choice))),
    deadLetters: renamed(properties('DeadLetters'), QUEUE),
    deadLettersPolicy: policyOf(properties('DeadLettersPolicy'), queueUrl(`${nameOf(choice)}-dead-letters`)),
    rule: cloudFormationRule(properties('Rule')),
    outputs: definedOf({
      role: outputs['RoleArn'],
      queue: outputs['QueueUrl'],
      deadLetters: outputs['DeadLettersUrl'],
      keyPolicy: outputs['KeyPolicyStatement'],
      helm: outputs['HelmCommand'],
    }),
  };
}

function policyOf(properties: JsonObject | undefined, url: string): JsonObject | undefined {
  if (properties === undefined) return undefined;
  if (JSON.stringify(properties['Queues']) !== JSON.stringify([url])) throw new Error('of another queue');
  return objectOf(properties['PolicyDocument'], 'PolicyDocument');
}

function cloudFormationRule(rule: JsonObject | undefined): JsonObject | undefined {
  if (rule === undefined) return undefined;
  const [target, more] = listOf(rule['Targets'], 'Targets').map((each) => objectOf(each, 'a target'));
  if (target === undefined || more !== undefined) throw new Error('the rule has not one target');
  if (rule['State'] !== 'ENABLED' || 'EventBusName' in rule) throw new Error('off, or on another bus');
  return definedOf({
    name: rule['Name'],
    description: rule['Description'],
    pattern: rule['EventPattern'],
    target: definedOf({ id: target['Id'], arn: target['Arn'] }),
    deadLetters: objectOf(target['DeadLetterConfig'], 'DeadLetterConfig')['Arn'],
  });
}
