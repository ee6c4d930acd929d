/** The real store keeps the contract of the port, against the simulated API server over HTTP. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Match } from '../../simulator/kubernetes/faults.ts';
import type { KubernetesApi } from '../../simulator/kubernetes/server.ts';
import { startKubernetesApi } from '../../simulator/kubernetes/server.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { KubernetesClient } from '../../src/adapters/kubernetes/client.ts';
import { connect } from '../../src/adapters/kubernetes/connection.ts';
import { kubernetesLedgerStore } from '../../src/adapters/kubernetes/ledger-store.ts';
import { never, scratch, setEnv } from '../adapters/kubernetes/support.ts';
import type { LedgerTrouble } from './ledger-contract.ts';
import { ledgerContract } from './ledger-contract.ts';

const [NAMESPACE, NAME] = ['revoker', 'pod-identity-revoker-ledger'];

const LEDGERS = {
  malformed: Buffer.from('not gzip'),
  newer: gzipSync(JSON.stringify({ format: 2, everything: 'is different' })),
};

const clock = systemClock();

async function connected(t: TestContext, api: KubernetesApi): Promise<KubernetesClient> {
  const file = path.join(scratch(t), 'config');
  writeFileSync(file, api.kubeconfig());
  setEnv(t, { KUBECONFIG: file });
  const connection = await connect({ clock, version: '1.2.3' }, never);
  t.after(() => connection.close());
  const traffic = { aws: () => undefined, kubernetes: () => undefined };
  return new KubernetesClient({ connection, clock, random: () => 0, traffic });
}

function put(api: KubernetesApi, ledger: Buffer): void {
  const metadata = { name: NAME, namespace: NAMESPACE };
  const binaryData = { ledger: ledger.toString('base64') };
  const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata, binaryData };
  if (api.store.get('configmaps', NAMESPACE, NAME) === undefined) api.store.create('configmaps', draft);
  else api.store.replace('configmaps', draft);
}

const WRITES: Match = { resource: 'configmaps', when: ({ verb }) => verb === 'create' || verb === 'update' };

function trouble(api: KubernetesApi, what: LedgerTrouble): () => void {
  switch (what) {
    case 'load-denied':
      return api.faults.deny({ verb: 'get', resource: 'configmaps' });
    case 'load-unreachable':
      return api.faults.add({ match: { verb: 'get', resource: 'configmaps' }, effect: { kind: 'cut' } });
    case 'save-denied':
      return api.faults.deny({ verb: 'create', resource: 'configmaps' });
    case 'save-unreachable':
      return api.faults.add({ match: WRITES, effect: { kind: 'cut' } });
    case 'save-unanswered':
      return api.faults.add({ match: WRITES, effect: { kind: 'cut-after' } });
  }
}

ledgerContract('ledger store on the simulator', async (t) => {
  const api = await startKubernetesApi({ kubelet: false });
  t.after(() => api.close());
  api.store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const client = await connected(t, api);
  return {
    open: () => kubernetesLedgerStore(client, { namespace: NAMESPACE, name: NAME, clock }),
    put: (what) => put(api, LEDGERS[what]),
    remove: () => void api.store.remove('configmaps', NAMESPACE, NAME),
    trouble: (what) => trouble(api, what),
  };
});
