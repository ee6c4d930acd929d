/** Realistic pods and pod templates: as much in them as in the pods of a real cluster, with little to spell out. */

import { createHash } from 'node:crypto';
import type { Draft, JsonObject, KubeObject, ObjectMeta } from '../kubernetes/object.ts';

export type PodWish = {
  readonly namespace: string;
  /** Unset: the namespace's default service account. */
  readonly serviceAccount?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly node?: string;
  readonly graceSeconds?: number;
  /** Names of the containers; the first is the main one. */
  readonly containers?: readonly string[];
  readonly initContainers?: readonly string[];
  readonly volumes?: readonly JsonObject[];
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
};

export type BarePodWish = PodWish & { readonly name: string };

/** What a Domino Data Lab installation says of a user's workload. */
export type DominoRunWish = {
  /** The id of the run: 24 hexadecimal digits. */
  readonly hex: string;
  readonly project: string;
  readonly user: string;
  readonly workloadType: 'Workspace' | 'Batch' | 'App' | 'Endpoint';
  readonly serviceAccount?: string;
  readonly node?: string;
};

const DOMINO_COMPUTE = 'domino-compute';

/** A pod that nothing recreates. */
export function barePod({ name, ...wish }: BarePodWish): Draft {
  const { metadata, spec } = podTemplate(wish);
  const placed = {
    name,
    namespace: wish.namespace,
    managedFields: managedFields('kubectl-client-side-apply'),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, ...placed }, spec };
}

/** The API's image of a static pod: the kubelet runs it from a file, and owns it. */
export function mirrorPod(wish: BarePodWish, node: KubeObject): Draft {
  const draft = barePod({ ...wish, node: node.metadata.name });
  const hash = createHash('sha256').update(wish.name).digest('hex').slice(0, 32);
  const { apiVersion, kind, metadata } = node;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
  const annotations = {
    ...wish.annotations,
    'kubernetes.io/config.hash': hash,
    'kubernetes.io/config.mirror': hash,
    'kubernetes.io/config.source': 'file',
  };
  return { ...draft, metadata: { ...draft.metadata, annotations, ownerReferences: [owner] } };
}

/** A user's workload as Domino starts it: a bare pod named run-<hex> in the compute namespace. */
export function dominoRun(wish: DominoRunWish): Draft {
  const { hex, project, user, workloadType, ...rest } = wish;
  return barePod({
    ...rest,
    name: `run-${hex}`,
    namespace: DOMINO_COMPUTE,
    labels: {
      'app.kubernetes.io/managed-by': 'nucleus-dispatcher',
      'dominodatalab.com/execution-id': hex,
      'dominodatalab.com/project-name': project,
      'dominodatalab.com/project-owner-username': user,
      'dominodatalab.com/starting-user-username': user,
      'dominodatalab.com/workload-type': workloadType,
      'dominodatalab.com/hardware-tier-id': 'small-k8s',
    },
    containers: ['run', 'executor', 'nginx'],
    initContainers: ['inituser'],
    restartPolicy: 'Never',
    graceSeconds: 60,
  });
}

/** The template of a workload's pods; the same wishes always make the same template. */
export function podTemplate(wish: PodWish): {
  readonly metadata: Partial<ObjectMeta>;
  readonly spec: JsonObject;
} {
  const { containers = ['main'], initContainers = [], serviceAccount, node, graceSeconds } = wish;
  const metadata = {
    labels: { 'app.kubernetes.io/part-of': wish.namespace, ...wish.labels },
    ...(wish.annotations === undefined ? {} : { annotations: wish.annotations }),
  };
  const spec = {
    ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
    ...(node === undefined ? {} : { nodeName: node }),
    ...(initContainers.length === 0 ? {} : { initContainers: initContainers.map(initContainer) }),
    containers: containers.map(container),
    volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Gi' } }, ...(wish.volumes ?? [])],
    restartPolicy: wish.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: graceSeconds ?? 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: { runAsNonRoot: true, fsGroup: 12574, seccompProfile: { type: 'RuntimeDefault' } },
    tolerations: [{ key: 'workload', operator: 'Equal', value: 'user', effect: 'NoSchedule' }],
  };
  return { metadata, spec };
}

/** A token volume that a template spells out by hand, as some charts do; the webhook has no part in it. */
export function handWrittenTokenVolume(name = 'aws-token'): JsonObject {
  const token = { audience: 'pods.eks.amazonaws.com', expirationSeconds: 86_400, path: 'token' };
  return { name, projected: { sources: [{ serviceAccountToken: token }] } };
}

function container(name: string): JsonObject {
  const probe = {
    httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' },
    periodSeconds: 10,
    timeoutSeconds: 1,
  };
  return {
    ...initContainer(name),
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    livenessProbe: { ...probe, initialDelaySeconds: 15, failureThreshold: 3 },
    readinessProbe: { ...probe, failureThreshold: 1 },
  };
}

function initContainer(name: string): JsonObject {
  return {
    name,
    image: `demo/${name}:1.4.2`,
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
}

/** Who wrote which fields: most of the bytes of many real objects. */
export function managedFields(manager: string): readonly JsonObject[] {
  const leaf = {};
  const containerFields = { '.': leaf, 'f:image': leaf, 'f:name': leaf, 'f:resources': leaf, 'f:env': leaf };
  return [
    {
      manager,
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': leaf, 'f:app.kubernetes.io/part-of': leaf } },
        'f:spec': { 'f:containers': { 'k:{"name":"main"}': containerFields }, 'f:restartPolicy': leaf },
      },
    },
  ];
}
