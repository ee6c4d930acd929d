/** The combinations of values that every general test is run over. */

import { join } from 'node:path';
import type { Release, Values } from './helm.ts';
import { CHART } from './helm.ts';

const MORE_SETTINGS = {
  clusterIssuer: 'https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE',
  protectedNamespaces: ['kube-system', 'platform'],
  podLabels: ['app.kubernetes.io/name', 'team'],
  onUnknownHistory: 'evict',
  onMissed: 'evict',
  force: true,
  deadline: '20m',
  maxGracePeriod: '2m',
  pollInterval: '45s',
  settleTime: '10s',
  consistencyWindow: '1m',
  describeRate: 3.5,
  confirmRate: 30,
  queueUrl: 'https://sqs.eu-central-1.amazonaws.com/111122223333/revoker',
  trailLookback: '8h',
  credentialLife: '12h',
  evictionRate: 10_000,
  evictionBurst: 100_000,
  evictionConcurrency: 8,
  evictionsPerNamespace: 60,
  evictionsPerIdentity: 30,
  massEndPercent: 10,
  massEndMinimum: 3,
  logLevel: 'debug',
} as const satisfies Values;

/** Everything that can be switched on, is. */
export const EVERYTHING: Values = {
  ...MORE_SETTINGS,
  region: 'eu-central-1',
  ipv6: true,
  ports: { metrics: 9090, status: 9091 },
  extraEnv: [{ name: 'AWS_ENDPOINT_URL_EKS', value: 'https://eks.internal' }],
  image: {
    repository: 'registry.example/revoker',
    digest: `sha256:${'a'.repeat(64)}`,
    pullPolicy: 'Always',
  },
  imagePullSecrets: [{ name: 'registry' }],
  commonLabels: { team: 'security', 'app.kubernetes.io/name': 'must-not-win' },
  serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/revoker' } },
  operatorRole: {
    create: true,
    subjects: [{ kind: 'Group', name: 'sre', apiGroup: 'rbac.authorization.k8s.io' }],
  },
  replicas: 3,
  deployment: { annotations: { a: 'b' }, podAnnotations: { c: 'd' }, podLabels: { e: 'f' } },
  tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
  service: { annotations: { g: 'h' } },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: {
    enabled: true,
    labels: { release: 'prometheus' },
    runbookUrl: 'https://wiki.example/revoker/runbook.md',
  },
  dashboards: { enabled: true, namespace: 'grafana', annotations: { grafana_folder: 'Security' } },
  networkPolicy: {
    enabled: true,
    metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    extraEgress: [{ ports: [{ port: 3128, protocol: 'TCP' }] }],
  },
};

/** Everything that can be switched off, is. */
const NOTHING: Values = {
  serviceAccount: { create: false, name: 'given' },
  rbac: { create: false },
  podDisruptionBudget: { enabled: false },
  priorityClassName: '',
  nodeOptions: '',
  nodeSelector: {},
  replicas: 1,
};

export type Combination = {
  readonly title: string;
  readonly values: Values;
  readonly release?: Release;
};

export const COMBINATIONS: readonly Combination[] = [
  { title: 'the defaults', values: {} },
  { title: 'everything on', values: EVERYTHING },
  { title: 'everything off', values: NOTHING },
  { title: 'dry-run', values: { mode: 'dry-run', force: true } },
  { title: 'two namespaces', values: { namespaces: ['team-a', 'team-b'] } },
  { title: 'two namespaces, everything on', values: { ...EVERYTHING, namespaces: ['team-a', 'revoker'] } },
  { title: 'Domino', values: {}, release: { files: [join(CHART, 'values-domino.yaml')] } },
  {
    title: 'placed by hand',
    values: {
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [
        { topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
      ],
    },
  },
  {
    title: 'the longest names',
    values: {},
    release: { name: 'r'.repeat(53), namespace: 'n'.repeat(63) },
  },
  {
    title: 'names of its own',
    values: { fullnameOverride: 'guard', nameOverride: 'sentry', serviceAccount: { name: 'sentinel' } },
  },
];
