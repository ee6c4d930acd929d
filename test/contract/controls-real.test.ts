/** The real controls keep the contract of the port, and the ledger beside them is safe, over HTTP. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { KubernetesApi } from '../../simulator/kubernetes/server.ts';
import { startKubernetesApi } from '../../simulator/kubernetes/server.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { kubernetesControls } from '../../src/adapters/kubernetes/controls.ts';
import { kubernetesLedgerStore } from '../../src/adapters/kubernetes/ledger-store.ts';
import type { Controls } from '../../src/ports/controls.ts';
import type { LedgerStore } from '../../src/ports/ledger-store.ts';
import { never } from '../adapters/kubernetes/support.ts';
import { controlsContract } from './controls-contract.ts';
import { clientOf } from './kubernetes.ts';
import { document } from './ledger-contract.ts';

const PLACE = { namespace: 'revoker', name: 'pod-identity-revoker-ledger' };

const clock = systemClock();

type World = { readonly api: KubernetesApi; readonly controls: Controls; readonly store: LedgerStore };

async function start(t: TestContext): Promise<World> {
  const api = await startKubernetesApi({ kubelet: false });
  t.after(() => api.close());
  api.store.create('namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: PLACE.namespace },
  });
  const client = await clientOf(t, api, 'test');
  const controls = kubernetesControls(client, { ...PLACE, clock, person: 'alice@laptop' });
  return { api, controls, store: kubernetesLedgerStore(client, { ...PLACE, clock }) };
}

controlsContract('controls on the simulator', async (t) => {
  const { api, controls, store } = await start(t);
  await store.load(never);
  await store.save(document(), never);
  return {
    controls,
    now: () => clock.now(),
    removeLedger: () => void api.store.remove('configmaps', PLACE.namespace, PLACE.name),
    deny: (what) => api.faults.deny({ verb: what === 'read' ? 'get' : 'patch', resource: 'configmaps' }),
    disconnect: () => api.faults.add({ match: { resource: 'configmaps' }, effect: { kind: 'cut' } }),
  };
});

test('a control that is set between two saves makes the second a conflict, and outlives the third', async (t) => {
  const { controls, store } = await start(t);
  await store.load(never);
  await store.save(document(), never);
  assert.deepEqual(await controls.pause('stop it', never), { kind: 'done' });
  assert.deepEqual(await store.save(document(1), never), { kind: 'conflict' });
  const loaded = await store.load(never);
  assert.deepEqual(loaded.kind === 'known' && loaded.value, document());
  assert.deepEqual(await store.save(document(2), never), { kind: 'saved' });
  const reading = await controls.read(never);
  const pause = reading.kind === 'known' ? reading.value.pause : undefined;
  assert.equal(pause?.reason, 'stop it');
  assert.equal(pause.by, 'pod-identity-revoker-cli alice@laptop');
});

test('controls on a ConfigMap that was made in advance: the daemon reads them, finds no ledger, and adds its own', async (t) => {
  const { api, controls, store } = await start(t);
  const annotations = { 'pod-identity-revoker.io/paused': 'before it was installed' };
  const metadata = { ...PLACE, annotations };
  api.store.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  const loaded = await store.load(never);
  assert.deepEqual(loaded.kind === 'known' && loaded.value, undefined);
  assert.deepEqual(await store.save(document(), never), { kind: 'saved' });
  const reading = await controls.read(never);
  assert.equal(reading.kind === 'known' && reading.value.pause?.reason, 'before it was installed');
});
