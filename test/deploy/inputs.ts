/** What may be given to the deployments and what must be refused, by the names of both. */

import { BOUNDARY, ISSUER, KEY } from './choice.ts';

export type Input = {
  /** Of the parameter and of the variable. */
  readonly names: readonly [cloudFormation: string, terraform: string];
  readonly taken: readonly string[];
  readonly refused: readonly string[];
};

export const INPUTS: readonly Input[] = [
  {
    names: ['ClusterName', 'cluster_name'],
    taken: ['blue', 'Green_2', '0-prod', 'a'.repeat(43)],
    refused: ['', '-blue', 'blue*', 'blue/x', 'blue:x', 'blue green', '${blue}', 'a'.repeat(101)],
  },
  {
    names: ['Namespace', 'namespace'],
    taken: ['security', 'a', 'kube-system', 'a'.repeat(63)],
    refused: ['', 'Security', '-a', 'a-', 'a.b', '*', 'a'.repeat(64)],
  },
  {
    names: ['ServiceAccount', 'service_account'],
    taken: ['revoker', 'revoker.v2', 'a'.repeat(253)],
    refused: ['', 'Revoker', '.a', 'a.', '*', 'a:b', 'a'.repeat(254)],
  },
  {
    names: ['Name', 'name'],
    taken: ['revocations_1', 'A', 'a'.repeat(64)],
    refused: ['a.fifo', 'a/b', '*', 'a'.repeat(65)],
  },
  { names: ['Credentials', 'credentials'], taken: ['pod-identity'], refused: ['', 'IRSA', 'instance'] },
  {
    names: ['OidcIssuer', 'oidc_issuer'],
    taken: [ISSUER, 'oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC'],
    refused: [`https://${ISSUER}`, 'oidc.eks.eu-central-1.amazonaws.com', `${ISSUER}/`, `${ISSUER}"`],
  },
  {
    names: ['PermissionsBoundaryArn', 'permissions_boundary_arn'],
    taken: [
      BOUNDARY,
      'arn:aws:iam::aws:policy/PowerUserAccess',
      'arn:aws-us-gov:iam::111122223333:policy/a/b',
    ],
    refused: ['boundary', 'arn:aws:iam::111122223333:role/boundary', 'arn:aws:iam::1:policy/boundary'],
  },
  {
    names: ['KmsKeyArn', 'kms_key_arn'],
    taken: [KEY, 'arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-0123456789abcdef'],
    refused: ['alias/aws/sqs', 'arn:aws:kms:eu-central-1:111122223333:alias/mine', KEY.slice(0, 20)],
  },
];
