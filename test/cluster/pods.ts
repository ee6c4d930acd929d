/** The pods that the stories create: harmless, admitted under the strictest pod security standard. */

import { textAt } from '../../simulator/kubernetes/object.ts';
import type { JsonObject } from '../../simulator/kubernetes/object.ts';
import { eventually, type Cluster } from './cluster.ts';
import { FINALIZER } from './names.ts';

export type PodWish = {
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string;
  /** Whether it carries the token volume. Default: yes. */
  readonly holds?: boolean;
  /**
   * `running`: ends at once when told. `lingering`: takes 25 s to end (Kubernetes 1.30 or newer). `unplaced`: no
   * scheduler takes it, so no node and no image is needed, and it is kept to be seen while it terminates.
   */
  readonly manner: 'running' | 'lingering' | 'unplaced';
};

const MOUNT = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const VOLUME = 'eks-pod-identity-token';

export function podsOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

/** As it comes back from the cluster; one that is to run, when it does. */
export async function createPod(cluster: Cluster, wish: PodWish): Promise<JsonObject> {
  const created = await cluster.create(podsOf(wish.namespace), draft(wish));
  if (wish.manner === 'unplaced') return created;
  const target = `${podsOf(wish.namespace)}/${wish.name}`;
  await eventually(
    `${target} runs: can ${image()} be pulled, and is there a node that takes it?`,
    async () => {
      return textAt(await cluster.get(target), 'status', 'phase') === 'Running';
    },
  );
  return (await cluster.get(target)) ?? created;
}

export function uidOf(pod: JsonObject): string {
  return textAt(pod, 'metadata', 'uid') ?? '';
}

function image(): string {
  return process.env['TEST_POD_IMAGE'] ?? 'registry.k8s.io/pause:3.10';
}

function draft({ name, serviceAccount, holds = true, manner }: PodWish): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { app: serviceAccount },
      ...(manner === 'unplaced' ? { finalizers: [FINALIZER] } : {}),
    },
    spec: {
      serviceAccountName: serviceAccount,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 30,
      ...(manner === 'unplaced' ? { schedulerName: 'pod-identity-revoker-test' } : {}),
      securityContext: { runAsNonRoot: true, runAsUser: 65_535, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container(holds, manner)],
      volumes: holds ? [tokenVolume()] : [],
    },
  };
}

function container(holds: boolean, manner: PodWish['manner']): object {
  return {
    name: 'main',
    image: image(),
    resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { memory: '32Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    ...(manner === 'lingering' ? { lifecycle: { preStop: { sleep: { seconds: 25 } } } } : {}),
    ...(holds
      ? { env: environment(), volumeMounts: [{ name: VOLUME, mountPath: MOUNT, readOnly: true }] }
      : {}),
  };
}

/** As the webhook of EKS puts it in. A cluster without that webhook has nothing else that would. */
function tokenVolume(): object {
  const token = { audience: 'pods.eks.amazonaws.com', expirationSeconds: 86_400, path: VOLUME };
  return { name: VOLUME, projected: { defaultMode: 420, sources: [{ serviceAccountToken: token }] } };
}

function environment(): readonly object[] {
  return [
    { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' },
    { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: `${MOUNT}/${VOLUME}` },
  ];
}

/** A budget that allows no disruption of the pods of this service account, and is known to the cluster as such. */
export async function protectPods(
  cluster: Cluster,
  { namespace, name, app }: { readonly namespace: string; readonly name: string; readonly app: string },
): Promise<void> {
  const collection = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  await cluster.create(collection, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    // A number of pods: a share can not be told of pods that nothing owns.
    spec: { minAvailable: 1000, selector: { matchLabels: { app } } },
  });
  await eventually(`the budget ${name} is in force`, async () => {
    const status = (await cluster.get(`${collection}/${name}`))?.['status'];
    return typeof status === 'object' && status !== null && 'observedGeneration' in status;
  });
}
