/** Pods as large and as varied as real ones, about 10 KB of JSON each, with marks where each gets its own numbers. */

import { seeded } from './random.ts';

/** Eight digits: in the name and the uid. */
export const SERIAL = '#SERIAL#';
/** Nine digits: the resource version. */
export const VERSION = '#VERSION#';
/** Four digits: in the service account's name. */
export const TENANT = '#TN#';

type Random = () => number;

type Traits = {
  readonly index: number;
  readonly random: Random;
  readonly holds: boolean;
  readonly app: string;
  readonly namespace: string;
  readonly containers: readonly string[];
};

const APPS = ['etl', 'web', 'api', 'batch', 'notebook', 'scheduler', 'gateway', 'ingest', 'model', 'report'];
const AUDIENCE_PATH = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const SINCE = '2026-11-20T0';

/** The pod of this index, always the same. Every fifth has the token volume. */
export function makePod(index: number): object {
  const random = seeded(index * 7919 + 17);
  for (let turn = 0; turn < 8; turn += 1) random();
  const app = APPS[Math.floor(random() * APPS.length)] ?? 'app';
  const count = 1 + Math.floor(random() * 2.4);
  const traits: Traits = {
    index,
    random,
    holds: index % 5 === 0,
    app,
    namespace: `team-${index % 40}`,
    containers: Array.from({ length: count }, (_, n) => (n === 0 ? 'main' : `sidecar-${n}`)),
  };
  return { metadata: metadataOf(traits), spec: specOf(traits), status: statusOf(traits) };
}

function metadataOf(traits: Traits): object {
  const { app, index, namespace, random } = traits;
  const set = `${app}-${hex(random, 10)}`;
  return {
    name: `${set}-${SERIAL}`,
    generateName: `${set}-`,
    namespace,
    uid: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-9${hex(random, 3)}-${hex(random, 4)}${SERIAL}`,
    resourceVersion: VERSION,
    creationTimestamp: timeOf(random),
    labels: {
      app,
      'app.kubernetes.io/instance': set,
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/name': app,
      'app.kubernetes.io/version': `1.${index % 30}.${index % 7}`,
      'pod-template-hash': hex(random, 10),
      'team.example.com/cost-centre': `cc-${1000 + (index % 90)}`,
      ...(traits.holds ? { 'eks.amazonaws.com/pod-identity': 'enabled' } : {}),
    },
    annotations: {
      'checksum/config': hex(random, 64),
      'prometheus.io/path': '/metrics',
      'prometheus.io/port': '9090',
      'prometheus.io/scrape': 'true',
      'kubectl.kubernetes.io/restartedAt': timeOf(random),
      ...(index % 3 === 0 ? { 'example.com/note': note(random) } : {}),
    },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: set,
        uid: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    managedFields: managedFields(traits),
  };
}

function managedFields({ containers, holds, random }: Traits): readonly object[] {
  const fields = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, {}]));
  const ofContainer = {
    '.': {},
    ...fields(['f:image', 'f:imagePullPolicy', 'f:name', 'f:terminationMessagePath']),
    'f:env': {
      '.': {},
      ...Object.fromEntries(
        Array.from({ length: 7 }, (_, n) => [
          `k:{"name":"SETTING_${n}"}`,
          { '.': {}, ...fields(['f:name', 'f:value']) },
        ]),
      ),
    },
    'f:livenessProbe': { '.': {}, ...fields(['f:failureThreshold', 'f:httpGet', 'f:periodSeconds']) },
    'f:readinessProbe': { '.': {}, ...fields(['f:failureThreshold', 'f:httpGet', 'f:periodSeconds']) },
    'f:resources': { '.': {}, 'f:limits': fields(['.', 'f:memory']), 'f:requests': fields(['.', 'f:cpu']) },
    'f:volumeMounts': { '.': {}, 'k:{"mountPath":"/etc/app"}': fields(['.', 'f:mountPath', 'f:name']) },
  };
  const spec = {
    'f:containers': Object.fromEntries(containers.map((name) => [`k:{"name":"${name}"}`, ofContainer])),
    ...fields(['f:dnsPolicy', 'f:enableServiceLinks', 'f:restartPolicy', 'f:schedulerName']),
    ...fields(['f:serviceAccount', 'f:serviceAccountName', 'f:terminationGracePeriodSeconds']),
    ...(holds ? { 'f:volumes': { '.': {}, 'k:{"name":"config"}': fields(['.', 'f:name']) } } : {}),
  };
  const metadata = {
    'f:annotations': fields(['.', 'f:checksum/config', 'f:prometheus.io/path', 'f:prometheus.io/port']),
    'f:generateName': {},
    'f:labels': fields(['.', 'f:app', 'f:app.kubernetes.io/instance', 'f:pod-template-hash']),
    'f:ownerReferences': fields(['.', `k:{"uid":"${hex(random, 12)}"}`]),
  };
  const conditions = ['ContainersReady', 'Initialized', 'PodReadyToStartContainers', 'Ready'];
  const status = {
    'f:conditions': Object.fromEntries(
      conditions.map((type) => [
        `k:{"type":"${type}"}`,
        fields(['.', 'f:lastProbeTime', 'f:lastTransitionTime', 'f:status', 'f:type']),
      ]),
    ),
    ...fields(['f:containerStatuses', 'f:hostIP', 'f:hostIPs', 'f:phase', 'f:podIP', 'f:startTime']),
    'f:podIPs': { '.': {}, 'k:{"ip":"10.0.0.1"}': fields(['.', 'f:ip']) },
  };
  const written = { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };
  return [
    {
      manager: 'kube-controller-manager',
      ...written,
      time: timeOf(random),
      fieldsV1: { 'f:metadata': metadata, 'f:spec': spec },
    },
    {
      manager: 'kubelet',
      ...written,
      time: timeOf(random),
      fieldsV1: { 'f:status': status },
      subresource: 'status',
    },
  ];
}

function specOf(traits: Traits): object {
  const { containers, holds, index, random } = traits;
  const account = `${APPS[index % APPS.length] ?? 'app'}-${TENANT}`;
  return {
    volumes: [
      ...(holds ? [tokenVolume(random)] : []),
      { name: 'config', configMap: { name: `${traits.app}-config`, defaultMode: 420 } },
      { name: 'scratch', emptyDir: {} },
      apiAccess(random),
    ],
    containers: containers.map((name, n) => container(traits, name, n)),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    serviceAccountName: account,
    serviceAccount: account,
    nodeName: `ip-10-${index % 16}-${index % 250}-${index % 240}.eu-central-1.compute.internal`,
    securityContext: { runAsUser: 1000, runAsNonRoot: true, fsGroup: 2000 },
    schedulerName: 'default-scheduler',
    tolerations: ['not-ready', 'unreachable'].map((why) => ({
      key: `node.kubernetes.io/${why}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function container({ app, holds, index, random }: Traits, name: string, n: number): object {
  const probe = (path: string): object => ({
    httpGet: { path, port: 8080, scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return {
    name,
    image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${app}/${name}:1.${index % 30}.${n}`,
    args: [
      '--config=/etc/app/config.yaml',
      `--workers=${1 + (index % 8)}`,
      'exec app 2>&1 && echo "done" > /tmp/x',
    ],
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    env: [
      ...Array.from({ length: 5 + (index % 4) }, (_, e) => ({
        name: `SETTING_${e}`,
        value: `${hex(random, 6)}.service-${e}.${app}.svc.cluster.local:${8000 + e}`,
      })),
      { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: `${app}-secret`, key: 'password' } } },
      ...(holds
        ? [
            { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' },
            {
              name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
              value: `${AUDIENCE_PATH}/eks-pod-identity-token`,
            },
          ]
        : []),
    ],
    resources: { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/app' },
      { name: 'scratch', mountPath: '/tmp' },
      { name: 'kube-api-access', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
      ...(holds ? [{ name: 'eks-pod-identity-token', readOnly: true, mountPath: AUDIENCE_PATH }] : []),
    ],
    livenessProbe: probe('/livez'),
    readinessProbe: probe('/readyz'),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
  };
}

function statusOf({ app, containers, index, random }: Traits): object {
  const at = timeOf(random);
  const condition = (type: string): object => ({
    type,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: at,
  });
  return {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
      condition,
    ),
    hostIP: `10.${index % 16}.${index % 250}.7`,
    podIP: `10.${index % 16}.${index % 250}.99`,
    podIPs: [{ ip: `10.${index % 16}.${index % 250}.99` }],
    startTime: at,
    containerStatuses: containers.map((name) => ({
      name,
      state: { running: { startedAt: at } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${app}/${name}:1.${index % 30}`,
      imageID: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${app}/${name}@sha256:${hex(random, 64)}`,
      containerID: `containerd://${hex(random, 64)}`,
      started: true,
    })),
    qosClass: 'Burstable',
  };
}

function tokenVolume(random: Random): object {
  return {
    name: 'eks-pod-identity-token',
    projected: {
      sources: [
        {
          serviceAccountToken: {
            audience: 'pods.eks.amazonaws.com',
            expirationSeconds: 79_200 + Math.floor(random() * 7200),
            path: 'eks-pod-identity-token',
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

function apiAccess(random: Random): object {
  const namespace = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  return {
    name: `kube-api-access-${hex(random, 5)}`,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: namespace }] } },
      ],
      defaultMode: 420,
    },
  };
}

function note(random: Random): string {
  const words = Array.from({ length: 40 }, () => hex(random, 3 + Math.floor(random() * 6)));
  return `{"owner":"${words[0] ?? ''}@example.com","text":"${words.join(' ')} & more <b>"}`;
}

function timeOf(random: Random): string {
  const digits = (most: number): string => String(Math.floor(random() * most)).padStart(2, '0');
  return `${SINCE}${Math.floor(random() * 10)}:${digits(60)}:${digits(60)}Z`;
}

function hex(random: Random, length: number): string {
  let text = '';
  while (text.length < length)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, length);
}
