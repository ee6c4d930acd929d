/** The ledger's store keeps the contract of its port on a cluster. */

import { gzipSync } from 'node:zlib';
import { kubernetesLedgerStore } from '../../../src/adapters/kubernetes/ledger-store.ts';
import type { LedgerTrouble } from '../../contract/ledger-contract.ts';
import { ledgerContract } from '../../contract/ledger-contract.ts';
import type { Cluster } from '../cluster.ts';
import type { Front } from '../front.ts';
import { asks, clock, groundOf } from '../harness.ts';
import { placeOf } from '../names.ts';

const PLACE = { namespace: placeOf('ledger'), name: 'pod-identity-revoker-ledger' };
const MAPS = `/api/v1/namespaces/${PLACE.namespace}/configmaps`;

const LEDGERS = {
  malformed: Buffer.from('not gzip'),
  newer: gzipSync(JSON.stringify({ format: 2, everything: 'is different' })),
};

async function put(cluster: Cluster, ledger: Buffer): Promise<void> {
  const binaryData = { ledger: ledger.toString('base64') };
  const target = `${MAPS}/${PLACE.name}`;
  if ((await cluster.get(target)) !== undefined) await cluster.patch(target, { binaryData });
  else {
    const metadata = { name: PLACE.name };
    await cluster.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, binaryData });
  }
}

const READS = asks(['GET'], /\/configmaps/);
const WRITES = asks(['POST', 'PUT'], /\/configmaps/);

function trouble(front: Front, what: LedgerTrouble): () => void {
  switch (what) {
    case 'load-denied':
      return front.rule('deny', READS);
    case 'load-unreachable':
      return front.rule('cut', READS);
    case 'save-denied':
      return front.rule('deny', WRITES);
    case 'save-unreachable':
      return front.rule('cut', WRITES);
    case 'save-unanswered':
      return front.rule('cut-after', WRITES);
  }
}

ledgerContract('the ledger store on a cluster', async (t) => {
  const { cluster, front, client } = await groundOf(t);
  const api = await client();
  await cluster.remove(`${MAPS}/${PLACE.name}`);
  return {
    open: () => kubernetesLedgerStore(api, { ...PLACE, clock }),
    put: (what) => put(cluster, LEDGERS[what]),
    remove: () => cluster.remove(`${MAPS}/${PLACE.name}`),
    trouble: (what) => trouble(front, what),
  };
});
