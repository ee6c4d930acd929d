/** The cluster of the whole daemon: pods from prepared bytes, everything else from the simulator; associations older than the pods. */

import { PastClock } from '../../simulator/past-clock.ts';
import { realClock } from '../../simulator/clock.ts';
import { makeNamespace } from '../../simulator/cluster/places.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Course } from '../pods/course.ts';
import type { PodServer } from '../pods/measure.ts';
import { admit, startPodServer } from '../pods/measure.ts';
import { holderIdentities } from '../pods/identities.ts';

export type LargeCluster = AsyncDisposable & {
  readonly pods: PodServer;
  /** The environment of a replica of this name, as in a pod. */
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
  const pods = cleanup.use(await startPodServer([simulator.kubernetes.url]));
  const kept = cleanup.move();
  const env = async (course: Course, replica: string): Promise<Readonly<Record<string, string>>> => {
    const wish = { namespace: NAMESPACE, serviceAccount: NAMESPACE, pod: replica };
    const { root, token, tokenFile } = await simulator.inPod(wish);
    // Each pod has one; nothing is encrypted here.
    await writeFile(path.join(path.dirname(tokenFile), 'ca.crt'), '');
    await admit(pods, course, token);
    return {
      ...simulator.env(),
      KUBECONFIG: '',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(pods.port),
      BENCH_ROOT: root,
      REVOKER_CLUSTER_NAME: simulator.clusterName,
      REVOKER_NAMESPACE: NAMESPACE,
      REVOKER_POD_NAME: replica,
      REVOKER_LISTEN: '127.0.0.1:0',
      REVOKER_STATUS_LISTEN: '127.0.0.1:0',
    };
  };
  return { pods, env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
