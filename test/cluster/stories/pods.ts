/** The pod view keeps the contract of its port on a cluster. */

import { PodView } from '../../../src/adapters/kubernetes/pod-view.ts';
import { podUid } from '../../../src/domain/holder.ts';
import { podsContract } from '../../contract/pods-contract.ts';
import { eventually } from '../cluster.ts';
import { clock, groundOf, happens } from '../harness.ts';
import { placeOf } from '../names.ts';
import { createPod, podsOf, uidOf } from '../pods.ts';

const NAMESPACE = placeOf('pods');

/**
 * That the cluster forgets what happened during a disturbance can not be had from a real one: the connection is
 * cut, and another watch goes on. The rest of it is held against the simulator by `npm test`.
 */
podsContract(
  'the pod view on a cluster',
  async (t) => {
    const { cluster, front, client } = await groundOf(t);
    for (const name of ['etl', 'web']) await cluster.serviceAccount(NAMESPACE, name);
    await cluster.clear(NAMESPACE);
    const target = (name: string): string => `${podsOf(NAMESPACE)}/${name}`;
    return {
      pods: new PodView({ client: await client(), clock, random: () => 0 }, { namespaces: [NAMESPACE] }),
      create: async (pod) => podUid(uidOf(await createPod(cluster, { ...pod, manner: 'unplaced' }))),
      remove: (_, name) => cluster.remove(target(name)),
      terminate: async (_, name) => void (await cluster.call('DELETE', target(name))),
      finish: async (_, name) => {
        await cluster.patch(`${target(name)}/status`, { status: { phase: 'Succeeded' } });
      },
      disturb: async () => {
        await eventually('a watch', async () => front.watches() > 0);
        front.cutWatches();
      },
      until: happens,
    };
  },
  NAMESPACE,
);
