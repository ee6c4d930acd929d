/** What the daemon itself runs as: its identity, and the Deployment whose pods it never touches. */

import type { Deps } from '../controller/deps.ts';
import type { OwnPod } from '../domain/policy.ts';
import type { RosterPod } from '../domain/roster.ts';

/** Asked once, at the start. Where it can't be told, the own pod is still known by its name. */
export async function knowingItself(deps: Deps, signal: AbortSignal): Promise<Deps> {
  const { ownPod } = deps.policy;
  if (ownPod === undefined) return deps;
  const reading = await deps.rosters.find(ownPod.namespace, ownPod.name, signal);
  if (reading.kind === 'unknown') {
    deps.reporter.report({ kind: 'reading', of: 'roster', subject: 'own pod', reading });
    return deps;
  }
  const { value: own } = reading;
  if (own === undefined) return deps;
  const { identity } = own.pod;
  const known: OwnPod = { ...ownPod, ...deploymentOf(own) };
  deps.reporter.report({ kind: 'own-pod', ownPod: known, identity });
  return { ...deps, ownIdentity: identity, policy: { ...deps.policy, ownPod: known } };
}

/** A Deployment's ReplicaSet is named after it and its pods' template hash. */
function deploymentOf({ pod: { owner }, revision }: RosterPod): Pick<OwnPod, 'deployment'> {
  if (owner?.kind !== 'ReplicaSet' || revision === undefined) return {};
  const suffix = `-${revision}`;
  return owner.name.endsWith(suffix) ? { deployment: owner.name.slice(0, -suffix.length) } : {};
}
