/** An EKS cluster and its AWS account in one process, spoken to over HTTP by the real SDKs. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordOfCall } from './aws/cloudtrail-call.ts';
import { CloudTrail } from './aws/cloudtrail.ts';
import type { EksOptions, SimulatedEks } from './aws/eks.ts';
import { startEks } from './aws/eks.ts';
import { EventBridgeRule } from './aws/eventbridge.ts';
import type { Lookup } from './aws/lookup.ts';
import { startLookup } from './aws/lookup.ts';
import { seededRandom } from './aws/random.ts';
import type { QueueOptions, SimulatedQueue } from './aws/sqs-queue.ts';
import type { AwsCall, CallFilter, KubernetesCall } from './calls.ts';
import { awsCalls, kubernetesCalls } from './calls.ts';
import type { SimClock } from './clock.ts';
import { realClock } from './clock.ts';
import { applyDefaults, serviceAccountAdmission } from './cluster/admission.ts';
import type { InPod } from './cluster/in-pod.ts';
import { mountServiceAccount } from './cluster/in-pod.ts';
import { makeNamespace, makeNode } from './cluster/places.ts';
import { PodAccess } from './cluster/pod-access.ts';
import { PodIdentityWebhook } from './cluster/webhook.ts';
import { Workloads } from './cluster/workloads.ts';
import type { KubernetesApi, KubernetesApiOptions } from './kubernetes/server.ts';
import { startKubernetesApi } from './kubernetes/server.ts';
import type { TokenWish } from './kubernetes/service-account-tokens.ts';

export type SimulatorOptions = {
  /** Default: the machine's time. */
  readonly clock?: SimClock;
  readonly clusterName?: string;
  readonly nodes?: readonly string[];
  /** Makes ids, names and jitter the same each time. */
  readonly seed?: number;
  readonly eks?: Omit<Partial<EksOptions>, 'clock' | 'clusterName'>;
  readonly kubernetes?: Omit<KubernetesApiOptions, 'clock' | 'issuer'>;
  /** Whether there is a queue, and a rule that feeds it with the records of CloudTrail. Default: no. */
  readonly queue?: boolean | QueueOptions;
};

export type Simulator = {
  readonly eks: SimulatedEks;
  /** The records of all calls to EKS, and whatever a test adds. */
  readonly trail: CloudTrail;
  /** LookupEvents. */
  readonly lookup: Lookup;
  readonly queue?: SimulatedQueue;
  /** Feeds the queue. */
  readonly rule?: EventBridgeRule;
  /** For REVOKER_QUEUE_URL. */
  readonly queueUrl?: string;
  readonly kubernetes: KubernetesApi;
  readonly webhook: PodIdentityWebhook;
  readonly workloads: Workloads;
  /** Pods created and deleted with admission and grace, without HTTP. */
  readonly pods: PodAccess;
  readonly clock: SimClock;
  readonly clusterName: string;
  readonly region: string;
  readonly account: string;
  readonly nodes: readonly string[];
  /** The environment in which the real SDKs talk to this simulator. */
  env(): Record<string, string>;
  /** What a pod of that service account has: its token in a file, and a kubeconfig that names the file. */
  inPod(wish: TokenWish): Promise<InPod>;
  /** The calls made so far over HTTP, each kind once. */
  calls(filter?: CallFilter): {
    readonly kubernetes: readonly KubernetesCall[];
    readonly aws: readonly AwsCall[];
  };
  /** Leaves no timer, socket or file behind. */
  close(): Promise<void>;
};

type WithQueue = {
  readonly queue: SimulatedQueue;
  readonly rule: EventBridgeRule;
  readonly queueUrl: string;
};
export type SimulatorWithQueue = Simulator & WithQueue;

const CLUSTER_NAME = 'simulated';
const NODES = ['ip-10-0-1-11.us-west-2.compute.internal', 'ip-10-0-2-12.us-west-2.compute.internal'];

export function startSimulator(
  options: SimulatorOptions & { readonly queue: true | QueueOptions },
): Promise<SimulatorWithQueue>;
export function startSimulator(options?: SimulatorOptions): Promise<Simulator>;
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { clock = realClock(), clusterName = CLUSTER_NAME, nodes = NODES, seed = 1 } = options;
  await using cleanup = new AsyncDisposableStack();
  const eks = await startEks({ seed, ...options.eks, clock, clusterName });
  cleanup.defer(() => eks.close());
  const trail = new CloudTrail(clock);
  eks.onCall((call) => trail.add(recordOfCall(call, eks)));
  const lookup = await startLookup({ clock, trail, place: eks });
  cleanup.defer(() => lookup.close());
  const events = await startEvents(options, { clock, eks, trail, cleanup });
  const kubernetes = await startKubernetesApi(kubernetesOptions(options, { clock, eks, nodes }));
  cleanup.defer(() => kubernetes.close());
  const { store } = kubernetes;
  eks.cluster.endpoint = kubernetes.url;
  const random = seededRandom(seed + 1);
  const webhook = webhookOf(eks, kubernetes, random);
  kubernetes.admission.push(applyDefaults, serviceAccountAdmission(random), webhook.admit);
  const pods = new PodAccess({ store, clock, admission: kubernetes.admission });
  for (const node of nodes) makeNode(store, node, clock.now());
  for (const { metadata } of store.list('namespaces')) makeNamespace(store, metadata.name);
  cleanup.defer(
    store.subscribe('namespaces', ({ type, object }) => {
      if (type === 'ADDED') makeNamespace(store, object.metadata.name);
    }),
  );
  const workloads = new Workloads({
    store,
    clock,
    random,
    createPod: (draft) => pods.create(draft),
    deletePod: (pod) => pods.delete(pod),
  });
  workloads.start();
  cleanup.defer(() => workloads.stop());
  const folder = await mkdtemp(join(tmpdir(), 'simulated-eks-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const kubeconfig = await writeKubeconfig(folder, kubernetes);
  const kept = cleanup.move();
  return {
    eks,
    trail,
    lookup,
    ...events,
    kubernetes,
    webhook,
    workloads,
    pods,
    clock,
    clusterName,
    region: eks.region,
    account: eks.account,
    nodes,
    env: () => ({
      ...environment(eks, kubeconfig),
      AWS_ENDPOINT_URL_CLOUDTRAIL: lookup.url,
      ...(events.queue === undefined ? {} : { AWS_ENDPOINT_URL_SQS: events.queue.endpoint }),
    }),
    inPod: (wish) => mountServiceAccount(folder, kubernetes, wish),
    calls: (filter) => ({
      kubernetes: kubernetesCalls(kubernetes.requests.all(), filter),
      aws: awsCalls(
        { eks: eks.requests, cloudtrail: lookup.requests, sqs: events.queue?.requests ?? [], place: eks },
        filter,
      ),
    }),
    close: () => kept.disposeAsync(),
  };
}

type EventDeps = {
  readonly clock: SimClock;
  readonly eks: SimulatedEks;
  readonly trail: CloudTrail;
  readonly cleanup: AsyncDisposableStack;
};

/** SQS is loaded only where it is asked for: its emulator is slow to load. */
async function startEvents(
  { queue: wanted = false, seed = 1 }: SimulatorOptions,
  { clock, eks, trail, cleanup }: EventDeps,
): Promise<Partial<WithQueue>> {
  if (wanted === false) return {};
  const { startQueue } = await import('./aws/sqs-queue.ts');
  const { region, account } = eks;
  const queue = await startQueue({ clock, region, account }, wanted === true ? {} : wanted);
  cleanup.defer(() => queue.close());
  const random = seededRandom(seed + 2);
  const rule = new EventBridgeRule({ clock, trail, random, deliver: (body) => queue.send(body) });
  cleanup.defer(() => rule.close());
  return { queue, rule, queueUrl: queue.url };
}

type Base = { readonly clock: SimClock; readonly eks: SimulatedEks; readonly nodes: readonly string[] };

/** The API server and EKS tell the same issuer, as those of one cluster do. */
function kubernetesOptions(options: SimulatorOptions, { clock, eks, nodes }: Base): KubernetesApiOptions {
  const { kubelet } = options.kubernetes ?? {};
  return {
    ...options.kubernetes,
    clock,
    issuer: eks.cluster.issuer,
    kubelet: kubelet === false ? false : { nodes, ...kubelet },
  };
}

function webhookOf(eks: SimulatedEks, { store }: KubernetesApi, random: () => number): PodIdentityWebhook {
  return new PodIdentityWebhook({
    associations: eks.associations,
    region: eks.region,
    serviceAccount: (namespace, name) => store.get('serviceaccounts', namespace, name),
    random,
  });
}

async function writeKubeconfig(folder: string, kubernetes: KubernetesApi): Promise<string> {
  const path = join(folder, 'kubeconfig');
  await writeFile(path, kubernetes.kubeconfig(), { mode: 0o600 });
  return path;
}

function environment(eks: SimulatedEks, kubeconfig: string): Record<string, string> {
  return {
    AWS_REGION: eks.region,
    AWS_ENDPOINT_URL_EKS: eks.url,
    AWS_ACCESS_KEY_ID: 'AKIASIMULATED',
    AWS_SECRET_ACCESS_KEY: 'simulated-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
    KUBECONFIG: kubeconfig,
  };
}
