/** The operators' controls keep the contract of their port on a cluster. */

import { kubernetesControls } from '../../../src/adapters/kubernetes/controls.ts';
import { kubernetesLedgerStore } from '../../../src/adapters/kubernetes/ledger-store.ts';
import { never } from '../../adapters/kubernetes/support.ts';
import { controlsContract } from '../../contract/controls-contract.ts';
import { document } from '../../contract/ledger-contract.ts';
import { asks, clock, groundOf } from '../harness.ts';
import { placeOf } from '../names.ts';

const PLACE = { namespace: placeOf('controls'), name: 'pod-identity-revoker-ledger' };
const LEDGER = `/api/v1/namespaces/${PLACE.namespace}/configmaps/${PLACE.name}`;

controlsContract('controls on a cluster', async (t) => {
  const { cluster, front, client } = await groundOf(t);
  const api = await client();
  await cluster.remove(LEDGER);
  const store = kubernetesLedgerStore(api, { ...PLACE, clock });
  await store.load(never);
  await store.save(document(), never);
  return {
    controls: kubernetesControls(api, { ...PLACE, clock, person: 'alice@laptop' }),
    now: () => clock.now(),
    removeLedger: () => cluster.remove(LEDGER),
    deny: (what) => front.rule('deny', asks([what === 'read' ? 'GET' : 'PATCH'], /\/configmaps/)),
    disconnect: () => front.rule('cut', asks(['GET', 'PATCH'], /\/configmaps/)),
  };
});
