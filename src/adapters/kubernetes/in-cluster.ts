/** The way from inside a pod: the API server's address from the environment, CA and token as the kubelet mounts them. */

import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { Access } from './access.ts';
import { KubernetesConfigError } from './connection-error.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** On these the client library speaks without TLS, and so do we: who listens there is no API server but a proxy before it. */
const PLAIN_PORTS: readonly string[] = ['80', '8080', '8001'];

/** `root` as for `loadAccess`. */
export function isMounted(root: string): boolean {
  return existsSync(tokenFileBelow(root));
}

/** The token file is not read here but for each request: the kubelet renews it. */
export function inCluster(root: string): Access {
  const host = variable('KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT');
  const port = variable('KUBERNETES_SERVICE_PORT', 'KUBERNETES_SERVICE_HOST');
  const scheme = PLAIN_PORTS.includes(port) ? 'http' : 'https';
  return {
    cluster: {
      name: 'inCluster',
      server: `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      caFile: `${root}${SERVICE_ACCOUNT}/ca.crt`,
      skipTLSVerify: false,
    },
    user: { name: 'service-account' },
    extras: { tokenFile: tokenFileBelow(root), impersonate: {} },
  };
}

function tokenFileBelow(root: string): string {
  return `${root}${SERVICE_ACCOUNT}/token`;
}

function variable(name: string, other: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new KubernetesConfigError(
    `${name} is not set although a service account token is mounted: set it and ${other}, or set KUBECONFIG`,
  );
}
