/** The leadership keeps the contract of its port on a cluster. */

import { kubernetesLeadership } from '../../../src/adapters/kubernetes/lease.ts';
import { milliseconds, seconds } from '../../../src/domain/time.ts';
import { never } from '../../adapters/kubernetes/support.ts';
import { leadershipContract } from '../../contract/leadership-contract.ts';
import { asks, clock, groundOf, happens, releasedLease } from '../harness.ts';
import { placeOf } from '../names.ts';

const PLACE = { namespace: placeOf('lease'), name: 'pod-identity-revoker' };
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${PLACE.namespace}/leases`;

/** Real time passes here, so it is a short Lease, but one that bears the way to a cluster far away. */
const TIMING = {
  duration: seconds(3),
  renewDeadline: milliseconds(2000),
  renewInterval: milliseconds(250),
  lookInterval: milliseconds(100),
  requestTimeout: milliseconds(800),
};

leadershipContract('leadership on a cluster', async (t) => {
  const { cluster, front, client } = await groundOf(t);
  await cluster.remove(`${LEASES}/${PLACE.name}`);
  await cluster.create(LEASES, releasedLease(PLACE.name));
  return {
    open: async (name) => {
      const options = { ...PLACE, podName: name, timing: TIMING };
      return {
        leadership: kubernetesLeadership(await client(name), { clock, random: Math.random }, options),
        cutOff: () => front.rule('hang', ({ userAgent }) => userAgent.endsWith(`/${name}`)),
      };
    },
    deleteLease: () => cluster.remove(`${LEASES}/${PLACE.name}`),
    deny: () => front.rule('deny', asks(['GET', 'POST', 'PUT'], /\/leases/)),
    until: happens,
    passOneLease: () => clock.sleep(TIMING.duration, never),
  };
});
