/** A grant: what an identity is given. It is a value: two grants with equal fields are the same grant. */

/**
 * The fields that change what issued credentials can do. externalId, tags and ids are no part of it.
 * `policy` is an inline session policy as EKS returns it, a JSON text; it is compared by what it says, not by
 * its white space or the order of its keys.
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
    isSamePolicy(one.policy, other.policy) &&
    one.disableSessionTags === other.disableSessionTags
  );
}

function isSamePolicy(one: string | undefined, other: string | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  return canonical(one) === canonical(other);
}

/** The same text for every spelling of one JSON value; a text that is no JSON stands for itself. */
function canonical(text: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(text)));
  } catch {
    return text;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
