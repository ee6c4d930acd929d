/** What CloudFormation and Terraform make of the same choice, in one form. */

import { readText } from '../docs/markdown.ts';
import type { Stack } from './cloudformation-template.ts';
import * as cloudformation from './cloudformation-template.ts';
import { parseTemplate } from './cloudformation-template.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject, listOf, objectOf, textOf } from './json.ts';
import type { Applied } from './terraform-module.ts';
import * as terraform from './terraform-module.ts';
import { readModule } from './terraform-module.ts';

export const TEMPLATE = 'deploy/cloudformation/pod-identity-revoker.yaml';

export const PLACE = { partition: 'aws', region: 'eu-central-1', account: '111122223333' } as const;
export const CLUSTER = 'blue';
export const ISSUER = 'oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
export const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
export const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';
const ROLE = 'arn:aws:iam::111122223333:role/pod-identity-revoker-1';

export type Choice = {
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly name: string | undefined;
  readonly irsa: boolean;
  readonly association: boolean;
  readonly boundary: boolean;
  readonly queue: boolean;
  readonly key: boolean;
  readonly lookup: boolean;
};

export const DEFAULTS: Choice = {
  cluster: CLUSTER,
  namespace: 'pod-identity-revoker',
  serviceAccount: 'pod-identity-revoker',
  name: undefined,
  irsa: false,
  association: true,
  boundary: false,
  queue: true,
  key: false,
  lookup: true,
};

export type Deployed = {
  readonly role: { readonly trust: JsonObject; readonly policy: JsonObject; readonly boundary: Json };
  readonly association: JsonObject | undefined;
  readonly queue: JsonObject | undefined;
  readonly queuePolicy: JsonObject | undefined;
  readonly deadLetters: JsonObject | undefined;
  readonly deadLettersPolicy: JsonObject | undefined;
  readonly rule: JsonObject | undefined;
  readonly outputs: JsonObject;
};

function nameOf({ name, cluster }: Choice): string {
  return name ?? `pod-identity-revoker-${cluster}`;
}

/** Of what is made in this place: `service:resource` becomes an ARN. */
export function arn(service: string, resource: string): string {
  return `arn:${PLACE.partition}:${service}:${PLACE.region}:${PLACE.account}:${resource}`;
}

function queueUrl(name: string): string {
  return `https://sqs.${PLACE.region}.amazonaws.com/${PLACE.account}/${name}`;
}

/** JSON that a resource is given as text counts as what it says. */
function parsed(value: Json | undefined, what: string): JsonObject {
  return objectOf(typeof value === 'string' ? (JSON.parse(value) as Json) : value, what);
}

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
  const targets = listOf(rule['Targets'], 'Targets');
  if (targets.length !== 1 || rule['State'] !== 'ENABLED' || 'EventBusName' in rule)
    throw new Error('the rule');
  const target = objectOf(targets[0], 'a target');
  return {
    name: rule['Name'] ?? null,
    description: rule['Description'] ?? null,
    pattern: rule['EventPattern'] ?? null,
    target: { id: target['Id'] ?? null, arn: target['Arn'] ?? null },
    deadLetters: objectOf(target['DeadLetterConfig'], 'DeadLetterConfig')['Arn'] ?? null,
  };
}

export function appliedOf(choice: Choice, module = readModule()): Applied {
  return {
    module,
    variables: {
      cluster_name: choice.cluster,
      namespace: choice.namespace,
      service_account: choice.serviceAccount,
      ...(choice.name !== undefined && { name: choice.name }),
      ...(choice.irsa && { credentials: 'irsa', oidc_issuer: ISSUER }),
      ...(choice.boundary && { permissions_boundary_arn: BOUNDARY }),
      ...(choice.key && { kms_key_arn: KEY }),
      create_association: choice.association,
      create_queue: choice.queue,
      allow_trail_lookup: choice.lookup,
    },
    data: {
      'aws_partition.current.partition': PLACE.partition,
      'aws_region.current.id': PLACE.region,
      'aws_caller_identity.current.account_id': PLACE.account,
    },
    made: (type, name) => {
      if (type === 'aws_iam_role') return { arn: ROLE, id: 'pod-identity-revoker-1' };
      const own = name === 'dead_letters' ? `${nameOf(choice)}-dead-letters` : nameOf(choice);
      return type === 'aws_sqs_queue' ? { arn: arn('sqs', own), url: queueUrl(own) } : { name: own };
    },
  };
}

export function fromTerraform(choice: Choice, module?: terraform.Module): Deployed {
  const applied = appliedOf(choice, module);
  const resource = (type: string, name = 'this'): JsonObject | undefined =>
    terraform.resource(applied, type, name);
  const role = objectOf(resource('aws_iam_role'), 'aws_iam_role');
  const outputs = terraform.outputs(applied);
  const allow = resource('aws_sqs_queue_redrive_allow_policy');
  const deadLetters = renamed(resource('aws_sqs_queue', 'dead_letters'), QUEUE);
  return {
    role: {
      trust: parsed(role['assume_role_policy'], 'assume_role_policy'),
      policy: parsed(resource('aws_iam_role_policy')?.['policy'], 'policy'),
      boundary: role['permissions_boundary'] ?? null,
    },
    association: renamed(resource('aws_eks_pod_identity_association'), ASSOCIATION),
    queue: renamed(resource('aws_sqs_queue'), QUEUE),
    queuePolicy: terraformPolicy(resource('aws_sqs_queue_policy'), queueUrl(nameOf(choice))),
    deadLetters: deadLetters && {
      ...deadLetters,
      redriveAllow: parsed(allow?.['redrive_allow_policy'], 'redrive_allow_policy'),
    },
    deadLettersPolicy: terraformPolicy(
      resource('aws_sqs_queue_policy', 'dead_letters'),
      queueUrl(`${nameOf(choice)}-dead-letters`),
    ),
    rule: terraformRule(resource('aws_cloudwatch_event_rule'), resource('aws_cloudwatch_event_target')),
    outputs: definedOf({
      role: outputs['role_arn'],
      queue: outputs['queue_url'],
      deadLetters: outputs['dead_letters_url'],
      keyPolicy: outputs['key_policy_statement'],
      helm: outputs['helm_command'],
    }),
  };
}

function terraformPolicy(properties: JsonObject | undefined, url: string): JsonObject | undefined {
  if (properties === undefined) return undefined;
  if (properties['queue_url'] !== url) throw new Error('of another queue');
  return parsed(properties['policy'], 'policy');
}

function terraformRule(rule: JsonObject | undefined, target: JsonObject | undefined): JsonObject | undefined {
  if (rule === undefined || target === undefined) return undefined;
  if (target['rule'] !== rule['name'] || 'event_bus_name' in rule) throw new Error('the rule');
  return {
    name: rule['name'] ?? null,
    description: rule['description'] ?? null,
    pattern: parsed(rule['event_pattern'], 'event_pattern'),
    target: { id: target['target_id'] ?? null, arn: target['arn'] ?? null },
    deadLetters: objectOf(target['dead_letter_config'], 'dead_letter_config')['arn'] ?? null,
  };
}

const ASSOCIATION: Readonly<Record<string, string>> = {
  ClusterName: 'cluster',
  cluster_name: 'cluster',
  Namespace: 'namespace',
  ServiceAccount: 'serviceAccount',
  service_account: 'serviceAccount',
  RoleArn: 'role',
  role_arn: 'role',
};

const QUEUE: Readonly<Record<string, string>> = {
  QueueName: 'name',
  MessageRetentionPeriod: 'retention',
  message_retention_seconds: 'retention',
  VisibilityTimeout: 'visibility',
  visibility_timeout_seconds: 'visibility',
  ReceiveMessageWaitTimeSeconds: 'wait',
  receive_wait_time_seconds: 'wait',
  SqsManagedSseEnabled: 'managedEncryption',
  sqs_managed_sse_enabled: 'managedEncryption',
  KmsMasterKeyId: 'key',
  kms_master_key_id: 'key',
  RedrivePolicy: 'redrive',
  redrive_policy: 'redrive',
  RedriveAllowPolicy: 'redriveAllow',
};

/** Members that only say how many there are and how they are tagged are left out. */
function renamed(
  properties: JsonObject | undefined,
  names: Readonly<Record<string, string>>,
): JsonObject | undefined {
  if (properties === undefined) return undefined;
  const members = Object.entries(properties)
    .filter(([name]) => name !== 'count' && name !== 'tags')
    .map(([name, value]) => [names[name] ?? name, asValue(value)] as const);
  return Object.fromEntries(members);
}

function asValue(value: Json): Json {
  return typeof value === 'string' && value.startsWith('{') ? parsed(value, value) : value;
}

function definedOf(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const defined = Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, asValue(value)] as const],
  );
  return Object.fromEntries(defined);
}

/** The statement with this Sid. */
export function statement(policy: JsonObject | undefined, sid: string): JsonObject {
  const found = listOf(policy?.['Statement'], 'Statement').find(
    (each) => isObject(each) && each['Sid'] === sid,
  );
  return objectOf(found, textOf(sid, 'Sid'));
}

export const BOTH = [
  { tool: 'CloudFormation', deploy: fromCloudFormation },
  { tool: 'Terraform', deploy: fromTerraform },
] as const;
