/** The real leadership keeps the contract of the port, against the simulated API server over HTTP. */

import assert from 'node:assert/strict';
import { startKubernetesApi } from '../../simulator/kubernetes/server.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { kubernetesLeadership } from '../../src/adapters/kubernetes/lease.ts';
import { milliseconds, seconds } from '../../src/domain/time.ts';
import { never } from '../adapters/kubernetes/support.ts';
import { clientOf } from './kubernetes.ts';
import { leadershipContract } from './leadership-contract.ts';

const PLACE = { namespace: 'revoker', name: 'pod-identity-revoker' };

/** Real time passes here, so it is a short Lease. */
const TIMING = {
  duration: seconds(2),
  renewDeadline: milliseconds(1200),
  renewInterval: milliseconds(100),
  lookInterval: milliseconds(50),
  requestTimeout: milliseconds(400),
};

const clock = systemClock();

leadershipContract('leadership on the simulator', async (t) => {
  const api = await startKubernetesApi({ kubelet: false });
  t.after(() => api.close());
  api.store.create('namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: PLACE.namespace },
  });
  api.store.create('leases', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: PLACE,
    spec: { holderIdentity: '', leaseDurationSeconds: 1 },
  });
  return {
    open: async (name) => {
      const client = await clientOf(t, api, name);
      const options = { ...PLACE, podName: name, timing: TIMING };
      const leadership = kubernetesLeadership(client, { clock, random: Math.random }, options);
      const isIts = ({ userAgent }: { readonly userAgent: string }): boolean =>
        userAgent.endsWith(`/${name}`);
      return {
        leadership,
        cutOff: () => api.faults.add({ match: { when: isIts }, effect: { kind: 'hang' } }),
      };
    },
    deleteLease: () => void api.store.remove('leases', PLACE.namespace, PLACE.name),
    deny: () => api.faults.deny({ verb: '*', resource: 'leases' }),
    until: async (happened, what) => {
      for (let round = 0; round < 400 && !happened(); round += 1) await clock.sleep(milliseconds(20), never);
      assert.ok(happened(), what);
    },
    passOneLease: () => clock.sleep(TIMING.duration, never),
  };
});
