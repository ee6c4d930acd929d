/** What people and their tools do with associations: every change a call, so that CloudTrail has a record of it. */

import { ApiError } from '../aws/api-error.ts';
import type { Association, AssociationChange } from '../aws/association.ts';
import type { Operation, Params } from '../aws/call.ts';
import type { SimulatedEks } from '../aws/eks.ts';

export type IdentityWish = { readonly namespace: string; readonly serviceAccount: string };

export type GrantWish = Omit<AssociationChange, 'clientRequestToken'> & {
  /** Default: the role that is named as the service account. */
  readonly roleArn?: string;
};

/** An account with its cluster; a Simulator is one. Whose key it is, `eks.access.principals` tells. */
export type Place = { readonly eks: SimulatedEks; readonly accessKeyId?: string };

export function associate(place: Place, identity: IdentityWish, grant: GrantWish = {}): Association {
  const { namespace, serviceAccount } = identity;
  const roleArn = `arn:aws:iam::${place.eks.account}:role/${serviceAccount}`;
  call(place, 'CreatePodIdentityAssociation', { namespace, serviceAccount, roleArn, ...grant });
  return present(place, identity);
}

/** In place: the id stays, and a List does not show it. An empty targetRoleArn or policy takes the old one away. */
export function update(place: Place, identity: IdentityWish, change: GrantWish): Association {
  const { associationId } = present(place, identity);
  call(place, 'UpdatePodIdentityAssociation', { associationId, ...change });
  return present(place, identity);
}

/** Answers what was deleted. */
export function dissociate(place: Place, identity: IdentityWish): Association {
  const association = present(place, identity);
  call(place, 'DeletePodIdentityAssociation', { associationId: association.associationId });
  return association;
}

export type Recreated = { readonly before: Association; readonly after: Association };

/**
 * As tools do whose resource can't change in place: delete and create in one go, `wait` in between. The new one
 * has another id, and the same grant but for what `change` says. Where EKS refuses the create because the delete
 * is not through yet (`associations.recreateDelay`), there is no new one: that refusal is thrown.
 */
export function recreate(
  place: Place,
  identity: IdentityWish,
  change: GrantWish = {},
  wait: () => void = () => undefined,
): Recreated {
  const before = dissociate(place, identity);
  wait();
  const { roleArn, targetRoleArn, policy, disableSessionTags } = before;
  const after = associate(place, identity, { roleArn, targetRoleArn, policy, disableSessionTags, ...change });
  return { before, after };
}

/** Whether the error is the one with which EKS refuses a create that comes too early. */
export function isTooEarly(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'ResourceInUseException';
}

function present({ eks }: Place, { namespace, serviceAccount }: IdentityWish): Association {
  const association = eks.associations.find(namespace, serviceAccount);
  if (association === undefined) throw new Error(`no association of ${namespace}/${serviceAccount}`);
  return association;
}

function call({ eks, accessKeyId }: Place, operation: Operation, members: Params): void {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  eks.invoke(operation, { name: eks.cluster.name, ...Object.fromEntries(given) }, accessKeyId);
}
