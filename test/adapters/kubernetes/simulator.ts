/** The simulated API server, and the real client that is connected to it. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { KubernetesApi } from '../../../simulator/kubernetes/server.ts';
import { startKubernetesApi } from '../../../simulator/kubernetes/server.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import { KubernetesClient } from '../../../src/adapters/kubernetes/client.ts';
import { connect } from '../../../src/adapters/kubernetes/connection.ts';
import { never, scratch, setEnv } from './support.ts';

const clock = systemClock();

export async function startSimulator(
  t: TestContext,
  watchList = true,
): Promise<{ api: KubernetesApi; client: KubernetesClient }> {
  const api = await startKubernetesApi({ kubelet: false, watchList });
  t.after(() => api.close());
  api.store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } });
  const file = path.join(scratch(t), 'config');
  writeFileSync(file, api.kubeconfig());
  setEnv(t, { KUBECONFIG: file });
  const connection = await connect({ clock, version: '1.2.3' }, never);
  t.after(() => connection.close());
  const traffic = { aws: () => undefined, kubernetes: () => undefined };
  return { api, client: new KubernetesClient({ connection, clock, random: () => 0, traffic }) };
}
