/** What Terraform makes of a choice. */

import { arn, BOUNDARY, type Choice, ISSUER, KEY, nameOf, PLACE, queueUrl, ROLE } from './choice.ts';
import { ASSOCIATION, definedOf, type Deployed, parsed, QUEUE, renamed } from './deployed.ts';
import { type JsonObject, objectOf } from './json.ts';
import type { Applied } from './terraform-module.ts';
import * as terraform from './terraform-module.ts';
import { readModule } from './terraform-module.ts';

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
  if (target['rule'] !== rule['name'] || 'event_bus_name' in rule) throw new Error('of another rule or bus');
  return definedOf({
    name: rule['name'],
    description: rule['description'],
    pattern: rule['event_pattern'],
    target: definedOf({ id: target['target_id'], arn: target['arn'] }),
    deadLetters: objectOf(target['dead_letter_config'], 'dead_letter_config')['arn'],
  });
}
