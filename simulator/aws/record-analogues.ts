/** Records of calls that change no association: the real neighbours from whose shapes ours were learned, and noise. */

import { randomUUID } from 'node:crypto';
import type { RecordOptions, TrailRecord } from './records.ts';
import { RECORD_DEFAULTS, record } from './records.ts';

/** A call of EKS whose URI has an ARN: the request names the cluster `name`, the answer `clusterName`. */
export function createAccessEntry(options: RecordOptions = {}): TrailRecord {
  const { account, region, clusterName } = { ...RECORD_DEFAULTS, ...options };
  const principalArn = `arn:aws:iam::${account}:role/operator`;
  const accessEntryArn = `arn:aws:eks:${region}:${account}:access-entry/${clusterName}/role/${account}/operator/${randomUUID()}`;
  return record('CreateAccessEntry', options, {
    requestParameters: { name: clusterName, principalArn: encodeURIComponent(principalArn) },
    responseElements: {
      accessEntry: {
        clusterName,
        principalArn,
        kubernetesGroups: [],
        accessEntryArn,
        tags: {},
        type: 'STANDARD',
      },
    },
  });
}

export function associateAccessPolicy(options: RecordOptions = {}): TrailRecord {
  const { account, clusterName } = { ...RECORD_DEFAULTS, ...options };
  const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';
  const principalArn = `arn:aws:iam::${account}:role/operator`;
  const accessScope = { type: 'cluster' };
  return record('AssociateAccessPolicy', options, {
    requestParameters: {
      policyArn,
      accessScope,
      name: clusterName,
      principalArn: encodeURIComponent(principalArn),
    },
    responseElements: {
      clusterName,
      principalArn,
      associatedAccessPolicy: { policyArn, accessScope: { ...accessScope, namespaces: [] } },
    },
  });
}

/** A record of 2018: an older version, and the cluster as `clusterName`. */
export function createClusterOf2018(options: RecordOptions = {}): TrailRecord {
  const { clusterName } = { ...RECORD_DEFAULTS, ...options };
  return record('CreateCluster', options, {
    eventVersion: '1.05',
    requestParameters: { clusterName, resourcesVpcConfig: { subnetIds: ['subnet-0a1b2c3d'] } },
    responseElements: { cluster: { clusterName, status: 'CREATING', createdAt: 1_527_535_003.208 } },
  });
}

/** EKS Auth takes the role for a pod: credentials are given out. */
export function assumeRole(options: RecordOptions = {}): TrailRecord {
  const { account, region, clusterName, at } = { ...RECORD_DEFAULTS, ...options };
  const roleArn = `arn:aws:iam::${account}:role/reader`;
  const roleSessionName = `eks-${clusterName.slice(0, 10)}-reader-${randomUUID()}`;
  const tags = {
    'eks-cluster-arn': `arn:aws:eks:${region}:${account}:cluster/${clusterName}`,
    'eks-cluster-name': clusterName,
    'kubernetes-namespace': 'team-a',
    'kubernetes-service-account': 'reader',
    'kubernetes-pod-name': 'reader-0',
    'kubernetes-pod-uid': randomUUID(),
  };
  const principal = 'pods.eks.amazonaws.com';
  return record(
    'AssumeRole',
    { ...options, principal },
    {
      eventSource: 'sts.amazonaws.com',
      readOnly: true,
      requestParameters: {
        roleArn,
        roleSessionName,
        durationSeconds: 21_600,
        tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
        transitiveTagKeys: Object.keys(tags),
      },
      responseElements: {
        credentials: { accessKeyId: 'ASIAEXAMPLE', expiration: localText(at + 21_600_000) },
        assumedRoleUser: { arn: `arn:aws:sts::${account}:assumed-role/reader/${roleSessionName}` },
        packedPolicySize: 56,
      },
      resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: roleArn }],
    },
  );
}

/** The agent asks EKS Auth: read-only, and with nothing in it that names the pod. */
export function assumeRoleForPodIdentity(options: RecordOptions = {}): TrailRecord {
  const { clusterName } = { ...RECORD_DEFAULTS, ...options };
  return record('AssumeRoleForPodIdentity', options, {
    eventSource: 'eks-auth.amazonaws.com',
    readOnly: true,
    requestParameters: { clusterName, token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
  });
}

/** IAM is global: its records are those of us-east-1. */
export function updateAssumeRolePolicy(options: RecordOptions = {}): TrailRecord {
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  return record(
    'UpdateAssumeRolePolicy',
    { ...options, region: 'us-east-1' },
    {
      eventSource: 'iam.amazonaws.com',
      requestParameters: { roleName: 'reader', policyDocument },
    },
  );
}

/** Times as STS writes them into its answers: `Apr 16, 2024, 3:20:04 PM`. */
function localText(at: number): string {
  const text = new Date(at).toLocaleString('en-US', {
    timeZone: 'UTC',
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
  return text.replaceAll('\u202f', ' ');
}
