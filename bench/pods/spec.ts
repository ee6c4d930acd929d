/** The spec of a pod of the benchmark. */

import type { Random, Traits } from './traits.ts';
import { APPS, hex, TENANT } from './traits.ts';

const AUDIENCE_PATH = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';

export function specOf(traits: Traits): object {
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

function probe(path: string): object {
  return {
    httpGet: { path, port: 8080, scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
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
