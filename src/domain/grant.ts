/** A grant: what an identity is given. It is a value: two grants with equal fields are the same grant. */

/**
 * The fields that change what issued credentials can do. externalId, tags and ids are no part of it.
 * `policy` is an inline session policy as EKS returns it, a JSON text.
 */
export type Grant = {
  readonly roleArn: string;
  readonly targetRoleArn?: string;
  readonly policy?: string;
  readonly disableSessionTags: boolean;
};

export function isSameGrant(one: Grant, other: Grant): boolean {
  return (
    one.roleArn === other.roleArn &&
    one.targetRoleArn === other.targetRoleArn &&
    one.policy === other.policy &&
    one.disableSessionTags === other.disableSessionTags
  );
}
