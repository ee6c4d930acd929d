/** Finds the way to the cluster: KUBECONFIG, ~/.kube/config, or the pod's own service account. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Access } from './access.ts';
import { KubernetesConfigError } from './connection-error.ts';
import { inCluster, isMounted } from './in-cluster.ts';

/**
 * `root` stands before the service account's directory; it is empty but in tests.
 * What reads a kubeconfig brings the client library with it, some 60 MB that no pod needs: it is loaded only
 * where there is a file.
 */
export async function loadAccess(root: string): Promise<Access> {
  const files = configFiles();
  if (files.length > 0) return (await import('./kubeconfig.ts')).readKubeconfigs(files);
  if (isMounted(root)) return inCluster(root);
  throw new KubernetesConfigError(
    'no Kubernetes configuration: set KUBECONFIG, or run in a pod with a mounted service account token (automountServiceAccountToken)',
  );
}

function configFiles(): readonly string[] {
  const named = (process.env['KUBECONFIG'] ?? '').split(path.delimiter).filter((name) => name !== '');
  if (named.length > 0) {
    const found = named.filter((name) => existsSync(name));
    if (found.length > 0) return found.map((name) => path.resolve(name));
    throw new KubernetesConfigError(`KUBECONFIG names no file that exists: ${named.join(', ')}`);
  }
  const usual = homes()
    .map((home) => path.join(home, '.kube', 'config'))
    .find((file) => existsSync(file));
  return usual === undefined ? [] : [usual];
}

/**
 * By the environment alone, as kubectl does it: `os.homedir()` would ask the system's list of users where HOME is
 * not set, and so might find a kubeconfig in a container that has none of its own.
 */
function homes(): readonly string[] {
  const { HOME = '', HOMEDRIVE = '', HOMEPATH = '', USERPROFILE = '' } = process.env;
  const drive = HOMEDRIVE !== '' && HOMEPATH !== '' ? path.join(HOMEDRIVE, HOMEPATH) : '';
  const all = process.platform === 'win32' ? [HOME, drive, USERPROFILE] : [HOME];
  return all.filter((home) => home !== '');
}
