/** What the API server itself does to every pod that it admits: defaults, and the service account's token. */

import type { Draft } from '../kubernetes/object.ts';
import { at, isRecord, listAt, recordAt, textAt } from '../kubernetes/object.ts';
import { addToContainer, addVolume, mapContainers, serviceAccountOf, withSpec } from './pod-spec.ts';

const TOKEN_MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const NAME_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** The ending that Kubernetes makes for a generateName. */
export function nameSuffix(random: () => number, length = 5): string {
  const characters = Array.from(
    { length },
    () => NAME_CHARACTERS[Math.floor(random() * NAME_CHARACTERS.length)],
  );
  return characters.join('');
}

/** The defaults of a pod's spec, as a pod that comes back from the API server shows them. */
export function applyDefaults<P extends Draft>(pod: P): P {
  const tolerations = listAt(pod, 'spec', 'tolerations').filter(isRecord);
  const defaults = ['not-ready', 'unreachable']
    .map((state) => ({ key: `node.kubernetes.io/${state}`, operator: 'Exists', effect: 'NoExecute' }))
    .filter(({ key }) => !tolerations.some((one) => one['key'] === key))
    .map((toleration) => ({ ...toleration, tolerationSeconds: 300 }));
  return withSpec(pod, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    ...recordAt(pod, 'spec'),
    tolerations: [...tolerations, ...defaults],
  });
}

/** The ServiceAccount admission plugin: a name for the service account, and the token volume that all pods get. */
export function serviceAccountAdmission(random: () => number): <P extends Draft>(pod: P) => P {
  return (pod) => {
    const name = serviceAccountOf(pod);
    const named = withSpec(pod, { serviceAccountName: name, serviceAccount: name });
    const hasToken = listAt(pod, 'spec', 'volumes').some((one) =>
      (textAt(one, 'name') ?? '').startsWith('kube-api-access-'),
    );
    if (hasToken || at(pod, 'spec', 'automountServiceAccountToken') === false) return named;
    const volume = `kube-api-access-${nameSuffix(random)}`;
    const mount = { name: volume, mountPath: TOKEN_MOUNT, readOnly: true };
    return addVolume(
      mapContainers(named, (one) => addToContainer(one, [], mount)),
      accessVolume(volume),
      'last',
    );
  };
}

/** This token has no audience of its own: it is for the API server. */
function accessVolume(name: string) {
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } };
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [namespace] } },
      ],
    },
  };
}
