/** The namespaces of one run: made before it, and removed after it, these alone. */

import { textAt } from '../../simulator/kubernetes/object.ts';
import type { Cluster } from './cluster.ts';
import { DELETION, eventually } from './cluster.ts';
import { RUN_LABEL } from './names.ts';

const NAMESPACES = '/api/v1/namespaces';

export type Made = { readonly name: string; readonly uid: string };

export async function makeNamespace(cluster: Cluster, name: string, run: string): Promise<Made> {
  const metadata = { name, labels: { [RUN_LABEL]: run } };
  const created = await cluster.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata });
  return { name, uid: textAt(created, 'metadata', 'uid') ?? '' };
}

/**
 * With all that is in them, pods at once. The uid is a precondition: a namespace of the same name that somebody else
 * has made meanwhile stays.
 */
export async function removeNamespaces(cluster: Cluster, made: readonly Made[]): Promise<void> {
  for (const { name, uid } of made) {
    await cluster.clear(name);
    await cluster.call('DELETE', `${NAMESPACES}/${name}`, { ...DELETION, preconditions: { uid } });
  }
  for (const { name, uid } of made) {
    await eventually(`the namespace ${name} is gone`, async () => {
      const now = await cluster.get(`${NAMESPACES}/${name}`);
      return now === undefined || textAt(now, 'metadata', 'uid') !== uid;
    });
  }
}
