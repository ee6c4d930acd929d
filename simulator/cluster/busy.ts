/** A small busy cluster: teams and users with and without identities, for the demo and for tests of the whole. */

import type { Association } from '../aws/association.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { textAt } from '../kubernetes/object.ts';
import type { Simulator } from '../simulator.ts';
import { makeNamespace, makeServiceAccount } from './places.ts';
import { barePod, dominoRun } from './pods.ts';
import type { DominoRunWish } from './pods.ts';
import { daemonSet, deployment, job, statefulSet } from './workload-drafts.ts';

/** An identity with its association and the pods that it has, those that its controllers made included. */
export type BusyIdentity = { readonly association: Association; readonly pods: readonly KubeObject[] };

export type BusyCluster = {
  /** By `namespace/serviceAccount`. */
  readonly identities: ReadonlyMap<BusyIdentityName, BusyIdentity>;
  /** Pods without any association. */
  readonly bystanders: readonly KubeObject[];
};

export const BUSY_IDENTITIES = [
  'team-a/reports',
  'team-b/ledger',
  'team-b/importer',
  'domino-platform/log-shipper',
  'domino-compute/role-analyst',
  'domino-compute/role-scientist',
  'kube-system/ebs-csi-controller',
] as const;
export type BusyIdentityName = (typeof BUSY_IDENTITIES)[number];

const NAMESPACES = ['team-a', 'team-b', 'domino-compute', 'domino-platform', 'kube-system'];

/** The service account of that name in team-b has no association: only the pair is an identity. */
const WITHOUT_ASSOCIATION: readonly (readonly [string, string])[] = [
  ['team-b', 'reports'],
  ['domino-platform', 'nucleus'],
];

const WORKLOADS = {
  deployments: [
    deployment({ namespace: 'team-a', name: 'report-api', serviceAccount: 'reports', replicas: 3 }),
    deployment({ namespace: 'team-a', name: 'web', replicas: 2 }),
    deployment({ namespace: 'team-b', name: 'report-mirror', serviceAccount: 'reports', replicas: 1 }),
    deployment({
      namespace: 'kube-system',
      name: 'ebs-csi-controller',
      serviceAccount: 'ebs-csi-controller',
      containers: ['ebs-plugin', 'csi-provisioner', 'csi-attacher'],
      replicas: 1,
    }),
  ],
  statefulsets: [statefulSet({ namespace: 'team-b', name: 'ledger', serviceAccount: 'ledger', replicas: 2 })],
  daemonsets: [
    daemonSet({ namespace: 'domino-platform', name: 'log-shipper', serviceAccount: 'log-shipper' }),
  ],
  jobs: [job({ namespace: 'team-b', name: 'nightly-import', serviceAccount: 'importer' })],
};

const RUNS: readonly DominoRunWish[] = [
  {
    hex: '6740a1f2c3d4e5f607182930',
    project: 'churn-model',
    user: 'maria',
    workloadType: 'Workspace',
    serviceAccount: 'role-analyst',
  },
  {
    hex: '6740a2b1c3d4e5f607182931',
    project: 'churn-model',
    user: 'jun',
    workloadType: 'Batch',
    serviceAccount: 'role-analyst',
  },
  {
    hex: '6740a3c0c3d4e5f607182932',
    project: 'sales-dashboard',
    user: 'maria',
    workloadType: 'App',
    serviceAccount: 'role-analyst',
  },
  {
    hex: '6740a4dfc3d4e5f607182933',
    project: 'protein-folding',
    user: 'amara',
    workloadType: 'Workspace',
    serviceAccount: 'role-scientist',
  },
  {
    hex: '6740a5eec3d4e5f607182934',
    project: 'protein-folding',
    user: 'lars',
    workloadType: 'Endpoint',
    serviceAccount: 'role-scientist',
  },
  { hex: '6740a6fdc3d4e5f607182935', project: 'quick-start', user: 'jun', workloadType: 'Workspace' },
];

/**
 * Associations first, then everything that makes pods, so that the webhook sees to each of them. `between` is
 * called in between: time may pass there.
 */
export function populate(simulator: Simulator, between: () => void = () => undefined): BusyCluster {
  const { store } = simulator.kubernetes;
  for (const namespace of NAMESPACES) makeNamespace(store, namespace);
  for (const [namespace, name] of WITHOUT_ASSOCIATION) makeServiceAccount(store, namespace, name);
  const associations = new Map(BUSY_IDENTITIES.map((name) => [name, associate(simulator, name)]));
  between();
  for (const [resource, drafts] of Object.entries(WORKLOADS)) {
    for (const draft of drafts) store.create(resource, draft);
  }
  for (const run of RUNS) simulator.pods.create(dominoRun(run));
  const platform = { namespace: 'domino-platform', name: 'nucleus-0', serviceAccount: 'nucleus' };
  simulator.pods.create(barePod(platform));
  return summary(store.list('pods'), associations);
}

function associate({ eks, kubernetes }: Simulator, identity: BusyIdentityName): Association {
  const [namespace = '', serviceAccount = ''] = identity.split('/');
  makeServiceAccount(kubernetes.store, namespace, serviceAccount);
  const roleArn = `arn:aws:iam::${eks.account}:role/${serviceAccount}`;
  return eks.associations.create({ namespace, serviceAccount, roleArn });
}

function summary(
  pods: readonly KubeObject[],
  associations: ReadonlyMap<BusyIdentityName, Association>,
): BusyCluster {
  const entries = [...associations].map(
    ([name, association]) =>
      [name, { association, pods: pods.filter((pod) => identityOf(pod) === name) }] as const,
  );
  const names: ReadonlySet<string> = new Set(associations.keys());
  return {
    identities: new Map(entries),
    bystanders: pods.filter((pod) => !names.has(identityOf(pod))),
  };
}

function identityOf(pod: KubeObject): string {
  return `${pod.metadata.namespace}/${textAt(pod, 'spec', 'serviceAccountName') ?? 'default'}`;
}
