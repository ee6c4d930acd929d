/** A cluster without HTTP on a stepped clock: store, kubelet, webhook and controllers, for the tests of this folder. */

import type { TestContext } from 'node:test';
import { Associations } from '../../../simulator/aws/associations.ts';
import { seededRandom } from '../../../simulator/aws/random.ts';
import { ManualClock } from '../../../simulator/clock.ts';
import { applyDefaults, serviceAccountAdmission } from '../../../simulator/cluster/admission.ts';
import { makeNamespace, makeNode } from '../../../simulator/cluster/places.ts';
import { PodAccess } from '../../../simulator/cluster/pod-access.ts';
import { PodIdentityWebhook } from '../../../simulator/cluster/webhook.ts';
import { Workloads } from '../../../simulator/cluster/workloads.ts';
import { Kubelet } from '../../../simulator/kubernetes/kubelet.ts';
import type { JsonObject, KubeObject } from '../../../simulator/kubernetes/object.ts';
import { at, isRecord, listAt, textAt } from '../../../simulator/kubernetes/object.ts';
import { Store } from '../../../simulator/kubernetes/store.ts';

export const ROLE = 'arn:aws:iam::111122223333:role/reader';
export const NODES = ['node-a', 'node-b'];
const START = Date.parse('2026-11-23T10:00:00.250Z');

export type SmallCluster = {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly associations: Associations;
  readonly webhook: PodIdentityWebhook;
  readonly workloads: Workloads;
  readonly pods: PodAccess;
};

/** Terminating pods use up their whole grace period. The controllers run until the test ends. */
export function smallCluster(t: TestContext): SmallCluster {
  const clock = new ManualClock(START);
  const store = new Store(clock);
  const random = seededRandom(7);
  const place = { partition: 'aws', region: 'us-west-2', account: '111122223333', clusterName: 'demo' };
  const associations = new Associations({ clock, place, random });
  const serviceAccount = (namespace: string, name: string) => store.get('serviceaccounts', namespace, name);
  const webhook = new PodIdentityWebhook({ associations, region: 'us-west-2', serviceAccount, random });
  const admission = [applyDefaults, serviceAccountAdmission(random), webhook.admit];
  const pods = new PodAccess({ store, clock, admission });
  const kubelet = new Kubelet(store, clock, { nodes: NODES, ending: () => ({ kind: 'after-grace' }) });
  const workloads = new Workloads({
    store,
    clock,
    random,
    createPod: (draft) => pods.create(draft),
    deletePod: (pod) => pods.delete(pod),
  });
  makeNamespace(store, 'team-a');
  for (const node of NODES) makeNode(store, node, clock.now());
  workloads.start();
  t.after(() => {
    workloads.stop();
    kubelet.stop();
  });
  return { clock, store, associations, webhook, workloads, pods };
}

export function podsOf(store: Store): readonly KubeObject[] {
  return store.list('pods', 'team-a');
}

export function names(pods: readonly KubeObject[]): string[] {
  return pods.map((pod) => pod.metadata.name);
}

export function uids(pods: readonly KubeObject[]): string[] {
  return pods.map((pod) => pod.metadata.uid);
}

export function living(store: Store): readonly KubeObject[] {
  return podsOf(store).filter((pod) => pod.metadata.deletionTimestamp === undefined);
}

/** The first of a list that must not be empty. */
export function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new Error('the list is empty');
  return one;
}

export function volume(pod: unknown, name: string): unknown {
  return listAt(pod, 'spec', 'volumes').find((one) => textAt(one, 'name') === name);
}

/** The audiences of all projected service account tokens of the pod. */
export function audiences(pod: unknown): unknown[] {
  const sources = listAt(pod, 'spec', 'volumes').flatMap((one) => listAt(one, 'projected', 'sources'));
  return sources.map((one) => at(one, 'serviceAccountToken', 'audience')).filter((one) => one !== undefined);
}

export function containers(
  pod: unknown,
  list: 'containers' | 'initContainers' = 'containers',
): readonly JsonObject[] {
  return listAt(pod, 'spec', list).filter(isRecord);
}

export function env(container: unknown): Record<string, unknown> {
  return Object.fromEntries(listAt(container, 'env').map((one) => [textAt(one, 'name'), at(one, 'value')]));
}
