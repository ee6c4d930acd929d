/** A real client on the simulated API server, for the contracts. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { KubernetesApi } from '../../simulator/kubernetes/server.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { KubernetesClient } from '../../src/adapters/kubernetes/client.ts';
import { connect } from '../../src/adapters/kubernetes/connection.ts';
import { never, scratch, setEnv } from '../adapters/kubernetes/support.ts';

/** `name` is how the server knows this client from another: the end of its User-Agent. */
export async function clientOf(t: TestContext, api: KubernetesApi, name: string): Promise<KubernetesClient> {
  const file = path.join(scratch(t), 'config');
  writeFileSync(file, api.kubeconfig());
  setEnv(t, { KUBECONFIG: file });
  const clock = systemClock();
  const connection = await connect({ clock, version: name }, never);
  t.after(() => connection.close());
  const traffic = { aws: () => undefined, kubernetes: () => undefined };
  return new KubernetesClient({ connection, clock, random: () => 0, traffic });
}
