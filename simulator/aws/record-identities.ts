/** The `userIdentity` of CloudTrail records: who made a call, in each of the forms that CloudTrail has for it. */

import { createHash } from 'node:crypto';

export type UserIdentity = {
  readonly type: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly principalId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  /** The AWS service that called, for itself or on somebody's behalf. */
  readonly invokedBy?: string;
  readonly sessionContext?: Readonly<Record<string, unknown>>;
};

const SESSION_ARN =
  /^arn:(?<partition>[^:]+):sts::(?<account>\d{12}):assumed-role\/(?<role>[^/]+)\/(?<session>.+)$/;
const USER_ARN = /^arn:[^:]+:iam::(?<account>\d{12}):user\/(?:.+\/)?(?<user>[^/]+)$/;
const ROOT_ARN = /^arn:[^:]+:iam::(?<account>\d{12}):root$/;

/** `at` is the moment of the call, in milliseconds: the session is told to be an hour older. */
export function assumedRole(arn: string, accessKeyId: string, at: number): UserIdentity {
  const { partition = 'aws', account = '', role = '', session = '' } = SESSION_ARN.exec(arn)?.groups ?? {};
  const issuerId = uniqueId('AROA', `${account}/${role}`);
  return {
    type: 'AssumedRole',
    principalId: `${issuerId}:${session}`,
    arn,
    accountId: account,
    accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: issuerId,
        arn: `arn:${partition}:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: { creationDate: wholeSeconds(at - 3_600_000), mfaAuthenticated: 'false' },
    },
  };
}

export function iamUser(arn: string, accessKeyId: string): UserIdentity {
  const { account = '', user = '' } = USER_ARN.exec(arn)?.groups ?? {};
  return {
    type: 'IAMUser',
    principalId: uniqueId('AIDA', arn),
    arn,
    accountId: account,
    accessKeyId,
    userName: user,
  };
}

export function root(account: string): UserIdentity {
  return { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account };
}

/** A service that calls for itself: no ARN, no account, no key. */
export function awsService(invokedBy: string): UserIdentity {
  return { type: 'AWSService', invokedBy };
}

/** The form that belongs to a principal: an ARN of a session, a user or the root, or the name of a service. */
export function identityOf(principal: string, accessKeyId: string, at: number): UserIdentity {
  if (principal.endsWith('.amazonaws.com')) return awsService(principal);
  const { account } = ROOT_ARN.exec(principal)?.groups ?? {};
  if (account !== undefined) return root(account);
  if (USER_ARN.test(principal)) return iamUser(principal, accessKeyId);
  return assumedRole(principal, accessKeyId, at);
}

/** CloudTrail's times have whole seconds, cut off. */
export function wholeSeconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** An id as IAM gives it: the same for the same thing. */
function uniqueId(prefix: string, of: string): string {
  return prefix + createHash('sha256').update(of).digest('hex').slice(0, 17).toUpperCase();
}
