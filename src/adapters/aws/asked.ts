/** What was asked of which service, and what a person must allow or set up so that it is answered. */

import type { Asked } from './errors.ts';

export type EksOperation =
  | 'ListPodIdentityAssociations'
  | 'DescribePodIdentityAssociation'
  | 'DescribeCluster';

/** `region` is undefined where no Region is configured. */
export function askedOfEks(operation: EksOperation, clusterName: string, region: string | undefined): Asked {
  const isOfCluster = operation !== 'DescribePodIdentityAssociation';
  const what = isOfCluster ? 'no such cluster' : 'no such association, or no such cluster';
  return {
    service: 'EKS',
    operation,
    permission: `eks:${operation} on ${eksResource(isOfCluster, clusterName, region)}`,
    missing: `EKS knows ${what}: does the cluster ${clusterName} exist in Region ${region ?? '(none configured)'}?`,
  };
}

/** Of an association Describe is authorised on it, and giving the cluster's ARN fails; all else is on the cluster. */
function eksResource(isOfCluster: boolean, clusterName: string, region = '*'): string {
  const resource = isOfCluster ? `cluster/${clusterName}` : `podidentityassociation/${clusterName}/*`;
  return `arn:${partitionOf(region)}:eks:${region}:*:${resource}`;
}

export type QueueOperation = 'ReceiveMessage' | 'DeleteMessageBatch';

export function askedOfQueue(operation: QueueOperation, queueArn: string): Asked {
  const action = operation === 'ReceiveMessage' ? 'sqs:ReceiveMessage' : 'sqs:DeleteMessage';
  return {
    service: 'SQS',
    operation,
    permission: `${action} on ${queueArn}`,
    keyPermission: `kms:Decrypt on the KMS key of ${queueArn}`,
    missing: `SQS knows no such queue: ${queueArn}`,
  };
}

/** LookupEvents knows no resource-level permission. */
export function askedOfTrail(eventName: string): Asked {
  return {
    service: 'CloudTrail',
    operation: `LookupEvents(${eventName})`,
    permission: 'cloudtrail:LookupEvents on *',
    missing: 'CloudTrail knows nothing of what was asked for',
  };
}

export function partitionOf(region: string): string {
  if (region === '*') return '*';
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
