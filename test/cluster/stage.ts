/** The stage of the stories about the daemon: its process, on a cluster, with a simulated AWS side. */

import type { TestContext } from 'node:test';
import { CloudTrail } from '../../simulator/aws/cloudtrail.ts';
import { recordOfCall } from '../../simulator/aws/cloudtrail-call.ts';
import type { SimulatedEks } from '../../simulator/aws/eks.ts';
import { startEks } from '../../simulator/aws/eks.ts';
import { startLookup } from '../../simulator/aws/lookup.ts';
import type { JsonObject } from '../../simulator/kubernetes/object.ts';
import { textAt } from '../../simulator/kubernetes/object.ts';
import { DaemonProcess, deleteAssociation, FAST, MovableClock, settled } from '../e2e/scene.ts';
import type { Cluster } from './cluster.ts';
import type { Front, Passing } from './front.ts';
import { groundOf, kubeconfigOf } from './harness.ts';
import { createPod, podsOf, uidOf } from './pods.ts';

const CLUSTER_NAME = 'under-test';
const LONG_AGO = 2 * 3_600_000;

export type Stage = {
  readonly namespace: string;
  readonly cluster: Cluster;
  readonly front: Front;
  readonly eks: SimulatedEks;
  /** The service account with an association since two hours; the answer is the association's id. */
  readonly associate: (serviceAccount: string) => Promise<string>;
  readonly endAssociation: (id: string) => Promise<void>;
  /** A running holder; its uid. */
  readonly holder: (serviceAccount: string, name: string) => Promise<string>;
  /** What has become of the pod of that uid. */
  readonly stateOf: (name: string, uid: string) => Promise<'running' | 'leaving' | 'gone'>;
  readonly daemon: (more?: Readonly<Record<string, string>>) => DaemonProcess;
  readonly settledDaemon: (more?: Readonly<Record<string, string>>) => Promise<DaemonProcess>;
  /** The evictions that were asked for, each as `pod status`. */
  readonly evictions: () => readonly string[];
};

type Aws = { readonly eks: SimulatedEks; readonly environment: Readonly<Record<string, string>> };

/** The simulated EKS tells the issuer of the cluster under test: it plays that cluster's EKS. */
async function startAws(t: TestContext, clock: MovableClock, issuer: string): Promise<Aws> {
  const eks = await startEks({ clock, clusterName: CLUSTER_NAME, cluster: { issuer } });
  t.after(() => eks.close());
  const trail = new CloudTrail(clock);
  eks.onCall((call) => trail.add(recordOfCall(call, eks)));
  const lookup = await startLookup({ clock, trail, place: eks });
  t.after(() => lookup.close());
  const environment = {
    AWS_REGION: eks.region,
    AWS_ENDPOINT_URL_EKS: eks.url,
    AWS_ENDPOINT_URL_CLOUDTRAIL: lookup.url,
    AWS_ACCESS_KEY_ID: 'AKIASIMULATED',
    AWS_SECRET_ACCESS_KEY: 'simulated-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return { eks, environment };
}

export async function setStage(t: TestContext, namespace: string): Promise<Stage> {
  const { cluster, front } = await groundOf(t);
  await cluster.clear(namespace);
  const clock = new MovableClock();
  const { eks, environment } = await startAws(t, clock, await issuerOf(cluster, namespace));
  const kubeconfig = kubeconfigOf(t, front);
  const daemon = (more: Readonly<Record<string, string>> = {}): DaemonProcess => {
    const settings = { REVOKER_CLUSTER_NAME: CLUSTER_NAME, REVOKER_NAMESPACES: namespace, ...FAST, ...more };
    const started = new DaemonProcess({ ...environment, KUBECONFIG: kubeconfig, ...settings });
    t.after(async () => {
      started.signal('SIGKILL');
      await started.ended;
    });
    return started;
  };
  return {
    namespace,
    cluster,
    front,
    eks,
    daemon,
    ...acts({ cluster, namespace, eks, clock }),
    settledDaemon: async (more) => {
      const started = daemon(more);
      await settled(started);
      return started;
    },
    evictions: () => front.passed.filter(isEviction).map(evictionText),
  };
}

/** REVOKER_CLUSTER_ISSUER is for clusters whose tokens may not be asked for. */
async function issuerOf(cluster: Cluster, namespace: string): Promise<string> {
  return process.env['REVOKER_CLUSTER_ISSUER'] ?? cluster.issuer(namespace);
}

type Players = Pick<Stage, 'cluster' | 'namespace' | 'eks'> & { readonly clock: MovableClock };

function acts({
  cluster,
  namespace,
  eks,
  clock,
}: Players): Pick<Stage, 'associate' | 'endAssociation' | 'holder' | 'stateOf'> {
  return {
    associate: async (serviceAccount) => {
      await cluster.serviceAccount(namespace, serviceAccount);
      clock.behind = LONG_AGO;
      const roleArn = `arn:aws:iam::111122223333:role/${serviceAccount}`;
      const { associationId } = eks.associations.create({ namespace, serviceAccount, roleArn });
      clock.behind = 0;
      return associationId;
    },
    endAssociation: (id) => deleteAssociation({ region: eks.region, clusterName: CLUSTER_NAME, eks }, id),
    holder: async (serviceAccount, name) =>
      uidOf(await createPod(cluster, { namespace, name, serviceAccount, manner: 'running' })),
    stateOf: async (name, uid) => stateIn(await cluster.get(`${podsOf(namespace)}/${name}`), uid),
  };
}

function stateIn(pod: JsonObject | undefined, uid: string): 'running' | 'leaving' | 'gone' {
  if (pod === undefined || uidOf(pod) !== uid) return 'gone';
  return textAt(pod, 'metadata', 'deletionTimestamp') === undefined ? 'running' : 'leaving';
}

export function isEviction({ method, path }: Passing): boolean {
  return method === 'POST' && path.endsWith('/eviction');
}

function evictionText({ path, status }: Passing): string {
  return `${path.split('/').at(-2)} ${status ?? 'unanswered'}`;
}
