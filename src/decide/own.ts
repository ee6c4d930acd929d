/** Whether a pod is the daemon's own: itself, or one of its Deployment. None of them is ever touched. */

import type { Holder } from '../domain/holder.ts';
import type { OwnPod, Policy } from '../domain/policy.ts';

export function ownOf(
  holder: Pick<Holder, 'namespace' | 'name' | 'owner'>,
  { ownPod }: Policy,
): 'own-pod' | 'own-deployment' | undefined {
  if (ownPod?.namespace !== holder.namespace) return undefined;
  if (ownPod.name === holder.name) return 'own-pod';
  return isOf(holder, ownPod) ? 'own-deployment' : undefined;
}

/** The ReplicaSets of a Deployment are named after it, with a hash that has no dash. */
function isOf({ owner }: Pick<Holder, 'owner'>, { deployment }: OwnPod): boolean {
  if (owner?.kind !== 'ReplicaSet' || deployment === undefined) return false;
  return owner.name.startsWith(`${deployment}-`) && !owner.name.slice(deployment.length + 1).includes('-');
}
