/** Builders of CloudTrail records as plain JSON values: the calls that concern associations, in every shape they come in. */

import { randomUUID } from 'node:crypto';
import type { UserIdentity } from './record-identities.ts';
import { identityOf, wholeSeconds } from './record-identities.ts';

type Json = Readonly<Record<string, unknown>>;

export type TrailRecord = {
  readonly eventVersion: string;
  readonly userIdentity: UserIdentity;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Json | null;
  readonly responseElements: Json | null;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly Json[];
  readonly eventType: string;
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  readonly eventCategory: string;
  readonly tlsDetails?: Json;
};

/** Where and when a record is made, and by whom; each has a default. */
export type RecordOptions = {
  readonly region?: string;
  readonly account?: string;
  readonly clusterName?: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
  /** An ARN, or the name of a service such as `eks.amazonaws.com`. */
  readonly principal?: string;
  readonly accessKeyId?: string;
};

/** The members of `association` on the response side; times are seconds since the epoch, with a fraction. */
export type RecordedAssociation = {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly associationArn: string;
  readonly associationId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly disableSessionTags: boolean;
  readonly ownerArn?: string;
  readonly targetRoleArn?: string;
  readonly externalId?: string;
  readonly policy?: string;
};

export const RECORD_DEFAULTS = {
  region: 'us-west-2',
  account: '111122223333',
  clusterName: 'simulated',
  at: Date.parse('2026-11-23T21:51:45.000Z'),
  principal: 'arn:aws:sts::111122223333:assumed-role/platform-admin/alice',
  accessKeyId: 'ASIASIMULATED',
} as const satisfies Required<RecordOptions>;

const SOURCE_IP = '203.0.113.10';
const USER_AGENT = 'aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux lang/python#3.13.7';

/** A successful write call of EKS that answered nothing; `more` replaces members. */
export function record(
  eventName: string,
  options: RecordOptions = {},
  more: Partial<TrailRecord> = {},
): TrailRecord {
  const { region, account, at, principal, accessKeyId } = { ...RECORD_DEFAULTS, ...options };
  const userIdentity = identityOf(principal, accessKeyId, at);
  const { invokedBy } = userIdentity;
  return {
    eventVersion: '1.11',
    userIdentity,
    eventTime: wholeSeconds(at),
    eventSource: 'eks.amazonaws.com',
    eventName,
    awsRegion: region,
    sourceIPAddress: invokedBy ?? SOURCE_IP,
    userAgent: invokedBy ?? USER_AGENT,
    requestParameters: null,
    responseElements: null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: /^(?:List|Describe|Get)/.test(eventName),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    ...more,
  };
}

/** An association as a record's response side carries it. */
export function recordedAssociation(
  more: Partial<RecordedAssociation> = {},
  options: RecordOptions = {},
): RecordedAssociation {
  const { region, account, clusterName, at } = { ...RECORD_DEFAULTS, ...options };
  const { associationId = 'a-abcdefghijklmnop1' } = more;
  return {
    clusterName,
    namespace: 'team-a',
    serviceAccount: 'reader',
    roleArn: `arn:aws:iam::${account}:role/reader`,
    associationArn: `arn:aws:eks:${region}:${account}:podidentityassociation/${clusterName}/${associationId}`,
    associationId,
    tags: {},
    createdAt: (at - 86_400_000) / 1000 + 0.922,
    modifiedAt: (at - 86_400_000) / 1000 + 0.922,
    disableSessionTags: false,
    ...more,
  };
}

export function createAssociation(
  association: RecordedAssociation,
  options: RecordOptions = {},
): TrailRecord {
  const { clusterName: name, namespace, serviceAccount, roleArn } = association;
  const requestParameters = { namespace, serviceAccount, roleArn, clientRequestToken: randomUUID(), name };
  const more = { requestParameters, responseElements: { association } };
  return record('CreatePodIdentityAssociation', options, more);
}

/** `association` is as it is after the update: the grant that ended is on neither side of a record. */
export function updateAssociation(
  association: RecordedAssociation,
  options: RecordOptions = {},
): TrailRecord {
  const { clusterName: name, associationId, roleArn } = association;
  const requestParameters = { associationId, roleArn, clientRequestToken: randomUUID(), name };
  const more = { requestParameters, responseElements: { association } };
  return record('UpdatePodIdentityAssociation', options, more);
}

/** The answer of a delete has the whole association that ended. */
export function deleteAssociation(
  association: RecordedAssociation,
  options: RecordOptions = {},
): TrailRecord {
  const { clusterName: name, associationId } = association;
  const more = { requestParameters: { associationId, name }, responseElements: { association } };
  return record('DeletePodIdentityAssociation', options, more);
}

export function describeAssociation(associationId: string, options: RecordOptions = {}): TrailRecord {
  return record('DescribePodIdentityAssociation', options, {
    requestParameters: { associationId, name: clusterOf(options) },
  });
}

export function listAssociations(options: RecordOptions = {}): TrailRecord {
  return record('ListPodIdentityAssociations', options, {
    requestParameters: { maxResults: '100', name: clusterOf(options) },
  });
}

export const ADDON_CALLS = ['CreateAddon', 'UpdateAddon', 'DeleteAddon'] as const;

/** An add-on call: it may make, change or delete the associations that the add-on owns. */
export function addonCall(
  eventName: (typeof ADDON_CALLS)[number],
  addonName: string,
  options: RecordOptions = {},
): TrailRecord {
  const name = clusterOf(options);
  const told =
    eventName === 'UpdateAddon'
      ? { update: { id: randomUUID(), status: 'InProgress', type: 'AddonUpdate', params: [], errors: [] } }
      : {
          addon: {
            addonName,
            clusterName: name,
            status: eventName === 'CreateAddon' ? 'CREATING' : 'DELETING',
          },
        };
  const asked = eventName === 'UpdateAddon' ? { podIdentityAssociations: [] } : {};
  return record(eventName, options, {
    requestParameters: { ...asked, name, addonName },
    responseElements: told,
  });
}

export function deleteCluster(options: RecordOptions = {}): TrailRecord {
  const name = clusterOf(options);
  const responseElements = { cluster: { name, status: 'DELETING' } };
  return record('DeleteCluster', options, { requestParameters: { name }, responseElements });
}

function clusterOf({ clusterName = RECORD_DEFAULTS.clusterName }: RecordOptions): string {
  return clusterName;
}
