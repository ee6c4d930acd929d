/** The association as EKS keeps it, what a caller may ask for, and the rules that EKS checks before it says yes. */

import { invalidParameter } from './api-error.ts';

/** Times are milliseconds since the epoch; the wire has seconds. */
export type Association = {
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

export type AssociationInput = {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly targetRoleArn?: string | undefined;
  readonly policy?: string | undefined;
  readonly disableSessionTags?: boolean | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly clientRequestToken?: string | undefined;
  /** Only add-ons make owned associations; the public API has no such member. */
  readonly ownerArn?: string | undefined;
};

/** What is undefined stays as it is. An empty targetRoleArn or policy takes the old one away. */
export type AssociationChange = {
  readonly roleArn?: string | undefined;
  readonly targetRoleArn?: string | undefined;
  readonly policy?: string | undefined;
  readonly disableSessionTags?: boolean | undefined;
  readonly clientRequestToken?: string | undefined;
};

/** Exact names, as List takes them. */
export type AssociationFilter = {
  readonly namespace?: string | undefined;
  readonly serviceAccount?: string | undefined;
};

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const MAX_TAGS = 50;
export const ASSOCIATION_ID_LENGTH = 19;

type Grant = Pick<Association, 'roleArn' | 'disableSessionTags'> & {
  readonly targetRoleArn?: string | undefined;
  readonly policy?: string | undefined;
};

export function checkInput(input: AssociationInput): void {
  for (const name of ['namespace', 'serviceAccount', 'roleArn'] as const) {
    if (input[name] === '') throw invalidParameter(`The parameter ${name} must not be empty.`);
  }
  const keys = Object.keys(input.tags ?? {});
  if (keys.length > MAX_TAGS) throw invalidParameter(`A resource can have at most ${MAX_TAGS} tags.`);
  if (keys.some((key) => /^aws:/i.test(key))) throw invalidParameter('Tag keys must not begin with aws:.');
  checkGrant({ ...input, disableSessionTags: input.disableSessionTags ?? false });
}

export function checkGrant(grant: Grant): void {
  checkRole('roleArn', grant.roleArn);
  if (grant.targetRoleArn) checkRole('targetRoleArn', grant.targetRoleArn);
  if (!grant.policy) return;
  if (!isJsonObject(grant.policy))
    throw invalidParameter('The parameter policy must be a JSON policy document.');
  if (!grant.disableSessionTags) {
    throw invalidParameter('The parameter policy can be set only when disableSessionTags is true.');
  }
}

export function checkId(associationId: string): void {
  if (associationId.length === ASSOCIATION_ID_LENGTH) return;
  throw invalidParameter(
    `The parameter associationId should be ${ASSOCIATION_ID_LENGTH} characters long, but it is ${associationId.length}.`,
  );
}

function checkRole(name: string, arn: string): void {
  if (!ROLE_ARN.test(arn))
    throw invalidParameter(`The parameter ${name} is not a valid IAM role ARN: ${arn}`);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
