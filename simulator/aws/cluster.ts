/** One EKS cluster of the account, as DescribeCluster tells of it, with its associations. */

import type { Associations } from './associations.ts';

export type EksCluster = {
  readonly name: string;
  readonly arn: string;
  /** The issuer of the cluster's service account tokens. */
  readonly issuer: string;
  /** The URL of the cluster's API server. */
  endpoint: string;
  readonly version: string;
  status: 'ACTIVE' | 'CREATING' | 'UPDATING' | 'DELETING' | 'FAILED';
  readonly createdAt: number;
  readonly associations: Associations;
};

/** How far behind the writes the reads are, in milliseconds. */
export type Consistency = { list: number; describe: number };
