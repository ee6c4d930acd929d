/** CloudTrail records as EKS makes them, and the envelopes and events that carry them. */

import type { Expected } from '../../../src/adapters/aws/record.ts';
import { type Instant, instant } from '../../../src/domain/time.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';
export const PLACE = { account: ACCOUNT, region: REGION } as const;
export const CLUSTER = 'demo';
export const ID = 'a-aaaaaaaaaaaaaaaaa';
export const ROLE = 'arn:aws:iam::111122223333:role/etl';

/** 5 January 2026, noon: where a stepped clock stands. */
export const NOON: Instant = instant(Date.UTC(2026, 0, 5, 12));
export const EVENT_AT: Instant = instant(Date.UTC(2026, 0, 5, 11, 59, 58));

export type Draft = Record<string, unknown>;

export function expected(more: Partial<Expected> = {}): Expected {
  return { clusterName: CLUSTER, place: PLACE, channel: 'queue', heardAt: NOON, ...more };
}

export function associationFields(more: Draft = {}): Draft {
  return {
    clusterName: CLUSTER,
    namespace: 'team-a',
    serviceAccount: 'etl',
    roleArn: ROLE,
    associationArn: `arn:aws:eks:${REGION}:${ACCOUNT}:podidentityassociation/${CLUSTER}/${ID}`,
    associationId: ID,
    tags: {},
    createdAt: 1_700_862_734.922,
    modifiedAt: 1_700_862_734.922,
    disableSessionTags: false,
    ...more,
  };
}

/** The record of a DeletePodIdentityAssociation, unless the test says otherwise. */
export function record(more: Draft = {}): Draft {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:alice',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/admin/alice`,
      accountId: ACCOUNT,
      accessKeyId: 'ASIAEXAMPLEEXAMPLE',
    },
    eventTime: '2026-01-05T11:59:58Z',
    eventSource: 'eks.amazonaws.com',
    eventName: 'DeletePodIdentityAssociation',
    awsRegion: REGION,
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli/2',
    requestParameters: { name: CLUSTER, associationId: ID },
    responseElements: { association: associationFields() },
    requestID: 'd0c4d1c5-2222-4444-8888-000000000001',
    eventID: 'd0c4d1c5-2222-4444-8888-000000000002',
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...more,
  };
}

export function envelope(detail: unknown = record(), more: Draft = {}): Draft {
  return {
    version: '0',
    id: '00000000-1111-2222-3333-444444444444',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.eks',
    account: ACCOUNT,
    time: '2026-01-05T11:59:58Z',
    region: REGION,
    resources: [],
    detail,
    ...more,
  };
}

export function body(detail: unknown = record(), more: Draft = {}): string {
  return JSON.stringify(envelope(detail, more));
}

/** A valid message of its own: another event about another association. */
export function numbered(number: number): Draft {
  const serviceAccount = `etl-${number}`;
  const associationId = `a-${String(number).padStart(17, '0')}`;
  return record({
    eventID: `event-${String(number).padStart(6, '0')}`,
    requestParameters: { name: CLUSTER, associationId },
    responseElements: { association: associationFields({ serviceAccount, associationId }) },
  });
}
