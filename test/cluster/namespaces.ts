/** The namespaces of one run: made before it, and removed after it, these alone. */

import { textAt } from '../../simulator/kubernetes/object.ts';
import type { Cluster } from './cluster.ts';
import { DELETION, eventually } from './cluster.ts';
import { RUN_LABEL } from './names.ts';

const NAMESPACES = '/api/v1/namespaces';

export type RunPlaces = {
  /** The value of the label. */
  readonly run: string;
  readonly names: readonly string[];
};

export async function makeNamespace(cluster: Cluster, name: string, run: string): Promise<void> {
  const metadata = { name, labels: { [RUN_LABEL]: run } };
  await cluster.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata });
}

/**
 * Those of the names that carry the label of this run, with all that is in them; the answer is what could not be
 * removed, and why. They are looked for, since one may have been made without an answer that says so.
 */
export async function removeNamespaces(
  cluster: Cluster,
  { run, names }: RunPlaces,
): Promise<readonly string[]> {
  const removals = await Promise.allSettled(names.map((name) => removeNamespace(cluster, name, run)));
  return removals.flatMap((removal, index) =>
    removal.status === 'rejected' ? [`${names[index]}: ${String(removal.reason)}`] : [],
  );
}

/** The uid is a precondition: a namespace of the same name that somebody makes meanwhile stays. */
async function removeNamespace(cluster: Cluster, name: string, run: string): Promise<void> {
  const target = `${NAMESPACES}/${name}`;
  const found = await cluster.get(target);
  if (found === undefined || textAt(found, 'metadata', 'labels', RUN_LABEL) !== run) return;
  const uid = textAt(found, 'metadata', 'uid');
  // Finalizers would keep the namespace, and grace its pods; where this fails the deletion says more.
  await cluster.clear(name).catch(() => undefined);
  await cluster.call('DELETE', target, { ...DELETION, preconditions: { uid } });
  await eventually('it does not go', async () => {
    const now = await cluster.get(target);
    return now === undefined || textAt(now, 'metadata', 'uid') !== uid;
  });
}
