/** The cluster of the whole daemon: pods from prepared bytes, everything else from the simulator; associations older than the pods. */

import { PastClock } from '../../simulator/past-clock.ts';
import { realClock } from '../../simulator/clock.ts';
import { makeNamespace } from '../../simulator/cluster/places.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Course } from '../pods/course.ts';
import { courseUrl } from '../pods/course.ts';
import type { PodServer } from '../pods/measure.ts';
import { startPodServer } from '../pods/measure.ts';
import { holderIdentities } from '../pods/identities.ts';

export type LargeCluster = AsyncDisposable & {
  readonly pods: PodServer;
  /** The environment of a replica of this name. */
  readonly env: (course: Course, replica: string) => Promise<Readonly<Record<string, string>>>;
};

const NAMESPACE = 'pod-identity-revoker';
/** Before the first pod of the benchmark was created. */
const FOUNDED = Date.UTC(2026, 10, 10);
const HOUR = 3_600_000;

/** With the associations of so many identities, in the order in which the pods name them. */
export async function buildLargeCluster(associations: number): Promise<LargeCluster> {
  await using cleanup = new AsyncDisposableStack();
  const present = realClock();
  const clock = new PastClock(present, Math.max(HOUR, present.now() - FOUNDED));
  const simulator = await startSimulator({ clock });
  cleanup.defer(() => simulator.close());
  makeNamespace(simulator.kubernetes.store, NAMESPACE);
  for (const { namespace, serviceAccount } of holderIdentities(associations)) {
    const roleArn = `arn:aws:iam::${simulator.account}:role/${serviceAccount}`;
    simulator.eks.associations.create({ namespace, serviceAccount, roleArn });
  }
  clock.arrive();
  const pods = cleanup.use(await startPodServer(simulator.kubernetes.url));
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-whole-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const kept = cleanup.move();
  const env = async (course: Course, replica: string): Promise<Readonly<Record<string, string>>> => {
    const kubeconfig = path.join(folder, replica);
    await writeFile(kubeconfig, kubeconfigOf(courseUrl(pods.port, course)), { mode: 0o600 });
    return {
      ...simulator.env(),
      KUBECONFIG: kubeconfig,
      REVOKER_CLUSTER_NAME: simulator.clusterName,
      REVOKER_NAMESPACE: NAMESPACE,
      REVOKER_POD_NAME: replica,
      REVOKER_LISTEN: '127.0.0.1:0',
      REVOKER_STATUS_LISTEN: '127.0.0.1:0',
    };
  };
  return { pods, env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    clusters: [{ name: 'bench', cluster: { server } }],
    users: [{ name: 'bench', user: { token: 'bench' } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  });
}
