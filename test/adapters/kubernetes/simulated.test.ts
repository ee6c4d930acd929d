/** The real adapters on the simulated API server, held to the contracts of their ports. */

import type { KubernetesApi } from '../../../simulator/kubernetes/server.ts';
import type { Draft, KubeObject } from '../../../simulator/kubernetes/store.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import { kubernetesEvictor } from '../../../src/adapters/kubernetes/evictor.ts';
import { PodView } from '../../../src/adapters/kubernetes/pod-view.ts';
import { project } from '../../../src/adapters/kubernetes/projection.ts';
import { podUid } from '../../../src/domain/holder.ts';
import { evictorContract } from '../../contract/evictor-contract.ts';
import type { ContractPod } from '../../contract/pods-contract.ts';
import { podsContract } from '../../contract/pods-contract.ts';
import { startSimulator } from './simulator.ts';
import { TOKEN_VOLUME, until } from './support.ts';

const clock = systemClock();

function draft({ namespace, name, serviceAccount, holds = true }: ContractPod): Draft {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: 'etl' } },
    spec: {
      nodeName: 'node-1',
      serviceAccountName: serviceAccount,
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'main', image: 'image' }],
      volumes: holds ? [TOKEN_VOLUME] : [],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function change(api: KubernetesApi, name: string, by: (pod: KubeObject) => Draft): void {
  const pod = api.store.get('pods', 'team-a', name);
  if (pod !== undefined) api.store.replace('pods', by(pod));
}

for (const watchList of [true, false]) {
  podsContract(`the pod view on the simulator ${watchList ? 'with' : 'without'} WatchList`, async (t) => {
    const { api, client } = await startSimulator(t, watchList);
    return {
      pods: new PodView({ client, clock, random: () => 0 }, {}),
      create: async (pod) => podUid(api.store.create('pods', draft(pod)).metadata.uid),
      remove: async (namespace, name) => void api.store.remove('pods', namespace, name),
      terminate: async (_, name) =>
        change(api, name, (pod) => ({
          ...pod,
          metadata: {
            ...pod.metadata,
            deletionTimestamp: '2026-11-24T12:00:30Z',
            deletionGracePeriodSeconds: 30,
          },
        })),
      finish: async (_, name) => change(api, name, (pod) => ({ ...pod, status: { phase: 'Succeeded' } })),
      disturb: async () => {
        await until(() => api.watches.count() === 1);
        api.watches.cut();
        api.store.create('pods', draft({ namespace: 'team-a', name: 'other', serviceAccount: 'x' }));
        api.forgetHistory();
      },
      until,
    };
  });
}

evictorContract('the evictor on the simulator', async (t) => {
  const { api, client } = await startSimulator(t);
  const create = (name: string): KubeObject =>
    api.store.create('pods', draft({ namespace: 'team-a', name, serviceAccount: 'etl' }));
  return {
    evictor: kubernetesEvictor(client, 'test'),
    create: async (name) => {
      const projection = project(create(name), []);
      if (projection.kind !== 'holder') throw new Error('the simulator made no holder');
      return projection.holder;
    },
    remove: async (holder) => void api.store.remove('pods', holder.namespace, holder.name),
    stateOf: (holder) => {
      const pod = api.store.get('pods', holder.namespace, holder.name);
      if (pod?.metadata.uid !== holder.uid) return 'gone';
      return pod.metadata.deletionTimestamp === undefined ? 'running' : 'terminating';
    },
    graceOf: (holder) =>
      api.store.get('pods', holder.namespace, holder.name)?.metadata.deletionGracePeriodSeconds,
    protect: async (budget) => {
      api.store.create('poddisruptionbudgets', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: budget, namespace: 'team-a' },
        spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'etl' } } },
      });
    },
    forbidForce: async () => void api.faults.deny({ verb: 'delete', resource: 'pods' }),
    forbid: async () => void api.faults.deny({ verb: 'create', resource: 'pods/eviction' }),
    disconnect: async () => void api.faults.add({ match: {}, effect: { kind: 'cut' } }),
  };
});
