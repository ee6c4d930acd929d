/** The calls to AWS that the code makes, read from the code, and the IAM request that each is. */

import { files, readText } from '../docs/markdown.ts';
import { arn, CLUSTER } from './choice.ts';

export type Call = { readonly action: string; readonly resource: string };

export const QUEUE_NAME = `pod-identity-revoker-${CLUSTER}`;
const CLUSTER_ARN = arn('eks', `cluster/${CLUSTER}`);

/** By the operation of the SDK. A batch has no action of its own. */
export const CALLS: Readonly<Record<string, Call>> = {
  DescribeCluster: { action: 'eks:DescribeCluster', resource: CLUSTER_ARN },
  ListPodIdentityAssociations: { action: 'eks:ListPodIdentityAssociations', resource: CLUSTER_ARN },
  DescribePodIdentityAssociation: {
    action: 'eks:DescribePodIdentityAssociation',
    resource: arn('eks', `podidentityassociation/${CLUSTER}/a-abcdefghijklmnop1`),
  },
  ReceiveMessage: { action: 'sqs:ReceiveMessage', resource: arn('sqs', QUEUE_NAME) },
  DeleteMessageBatch: { action: 'sqs:DeleteMessage', resource: arn('sqs', QUEUE_NAME) },
  LookupEvents: { action: 'cloudtrail:LookupEvents', resource: '*' },
};

/** Every operation whose command or paginator is imported from an SDK of AWS, or whose command is made. */
export function operationsIn(text: string): readonly string[] {
  const imports = text.matchAll(/import\s*\{([^}]*)\}\s*from\s*'@aws-sdk\/client-[a-z-]+'/g);
  const imported = [...imports].flatMap(([, names = '']) => [
    ...names.matchAll(/\b([A-Z]\w+)Command\b|\bpaginate(\w+)/g),
  ]);
  const made = text.matchAll(/\bnew (?:\w+\.)?([A-Z]\w+)Command\(/g);
  const found = [...imported, ...made].map(([, command, paginated]) => command ?? paginated ?? '');
  return [...new Set(found)].toSorted();
}

/** Granted although the code does not make the call yet. */
export const AHEAD: readonly string[] = [];

export function operationsOfTheCode(): readonly string[] {
  const found = files('src', '.ts').map(readText).flatMap(operationsIn);
  return [...new Set(found)].toSorted();
}
