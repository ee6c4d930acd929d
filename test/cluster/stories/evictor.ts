/** The evictor keeps the contract of its port on a cluster, with pods that run. */

import { numberAt, textAt } from '../../../simulator/kubernetes/object.ts';
import { kubernetesEvictor } from '../../../src/adapters/kubernetes/evictor.ts';
import { project } from '../../../src/adapters/kubernetes/projection.ts';
import { evictorContract } from '../../contract/evictor-contract.ts';
import { asks, groundOf } from '../harness.ts';
import { placeOf } from '../names.ts';
import { createPod, podsOf, protectPods, uidOf } from '../pods.ts';

const NAMESPACE = placeOf('evictor');
const APP = 'etl';

evictorContract('the evictor on a cluster', async (t) => {
  const { cluster, front, client } = await groundOf(t);
  await cluster.serviceAccount(NAMESPACE, APP);
  await cluster.clear(NAMESPACE);
  const find = async ({ name, uid }: { readonly name: string; readonly uid: string }) => {
    const pod = await cluster.get(`${podsOf(NAMESPACE)}/${name}`);
    return pod === undefined || uidOf(pod) !== uid ? undefined : pod;
  };
  return {
    evictor: kubernetesEvictor(await client(), 'test'),
    create: async (name) => {
      const wish = { namespace: NAMESPACE, name, serviceAccount: APP, manner: 'lingering' } as const;
      const projection = project(await createPod(cluster, wish), []);
      if (projection.kind !== 'holder') throw new Error('the cluster made no holder');
      return projection.holder;
    },
    remove: ({ name }) => cluster.remove(`${podsOf(NAMESPACE)}/${name}`),
    stateOf: async (holder) => {
      const pod = await find(holder);
      if (pod === undefined) return 'gone';
      return textAt(pod, 'metadata', 'deletionTimestamp') === undefined ? 'running' : 'terminating';
    },
    graceOf: async (holder) => numberAt(await find(holder), 'metadata', 'deletionGracePeriodSeconds'),
    protect: (name) => protectPods(cluster, { namespace: NAMESPACE, name, app: APP }),
    forbid: async () => void front.rule('deny', asks(['POST'], /\/eviction$/)),
    forbidForce: async () => void front.rule('deny', asks(['DELETE'], /\/pods\//)),
    disconnect: async () => void front.rule('cut', () => true),
  };
});
