/** Says in words what permission is missing, so that a refusal names its own remedy. */

import type { KubernetesRequest } from '../../ports/traffic.ts';
import type { Refusal } from './refusal.ts';

export type Access = {
  readonly verb: KubernetesRequest['verb'];
  readonly resource: string;
  /** Undefined: in all namespaces. */
  readonly namespace: string | undefined;
};

export function explainRefusal(access: Access, refusal: Refusal): string {
  if (refusal.status === 401) {
    return `the API server does not accept our credentials (${refusal.message}); check the service account token or the kubeconfig user`;
  }
  if (refusal.status === 403) return `${refusal.message}; grant ${describeAccess(access)}`;
  return `${access.verb} ${access.resource}: ${refusal.message}`;
}

function describeAccess({ verb, resource, namespace }: Access): string {
  const where = namespace === undefined ? 'in a ClusterRole' : `in a Role of namespace "${namespace}"`;
  return `the verb "${verb}" on "${resource}" ${where} to the daemon's service account`;
}
