/** What pods need to be somewhere and someone: namespaces, service accounts, nodes. */

import { wholeSeconds } from '../kubernetes/object.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { Store } from '../kubernetes/store.ts';

/** With the service account `default`, as the cluster makes it. */
export function makeNamespace(store: Store, name: string): void {
  if (store.get('namespaces', undefined, name) === undefined) {
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name } };
    const spec = { finalizers: ['kubernetes'] };
    store.create('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
      spec,
      status: { phase: 'Active' },
    });
  }
  if (store.get('serviceaccounts', name, 'default') === undefined) makeServiceAccount(store, name, 'default');
}

export function makeServiceAccount(
  store: Store,
  namespace: string,
  name: string,
  annotations: Readonly<Record<string, string>> = {},
): KubeObject {
  const metadata = { name, namespace, annotations };
  return store.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
}

export function makeNode(store: Store, name: string, now: number): KubeObject {
  const at = wholeSeconds(now);
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: at };
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
  };
  return store.create('nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { providerID: `aws:///us-west-2a/i-${name}` },
    status: { conditions: [ready], capacity: { cpu: '8', memory: '32Gi', pods: '58' } },
  });
}
