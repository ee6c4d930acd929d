/** The form in which what CloudFormation and Terraform make is compared: one set of names for both. */

import { isObject, type Json, type JsonObject, listOf, objectOf } from './json.ts';

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

/** JSON that a resource is given as text counts as what it says. */
export function parsed(value: Json | undefined, what: string): JsonObject {
  return objectOf(typeof value === 'string' ? (JSON.parse(value) as Json) : value, what);
}

export const ASSOCIATION: Readonly<Record<string, string>> = {
  ClusterName: 'cluster',
  cluster_name: 'cluster',
  Namespace: 'namespace',
  ServiceAccount: 'serviceAccount',
  service_account: 'serviceAccount',
  RoleArn: 'role',
  role_arn: 'role',
};

export const QUEUE: Readonly<Record<string, string>> = {
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
export function renamed(
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

export function definedOf(members: Readonly<Record<string, Json | undefined>>): JsonObject {
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
  return objectOf(found, sid);
}
