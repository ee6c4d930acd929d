/** What a process inside a pod finds of its service account: token, namespace, and a kubeconfig over both. */

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesApi } from '../kubernetes/server.ts';
import type { TokenWish } from '../kubernetes/service-account-tokens.ts';

const MOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

export type InPod = {
  /** Stands for `/`: below it are the files at the places where a pod has them. `ca.crt` is there under TLS only. */
  readonly root: string;
  readonly token: string;
  readonly tokenFile: string;
  /** For KUBECONFIG: its user has that `tokenFile`. */
  readonly kubeconfig: string;
  /** Writes a new token into the file, as the kubelet does before the old one is over. */
  renew(wish?: Partial<TokenWish>): Promise<string>;
};

/** In a new folder below `parent`, which whoever made that takes away. */
export async function mountServiceAccount(
  parent: string,
  kubernetes: KubernetesApi,
  wish: TokenWish,
): Promise<InPod> {
  const root = await mkdtemp(join(parent, 'pod-'));
  const folder = join(root, MOUNT);
  await mkdir(folder, { recursive: true });
  const tokenFile = join(folder, 'token');
  const kubeconfig = join(root, 'kubeconfig');
  const renew = async (change: Partial<TokenWish> = {}): Promise<string> => {
    const token = kubernetes.tokens.issue({ ...wish, ...change });
    await writeFile(tokenFile, token, { mode: 0o600 });
    return token;
  };
  await writeFile(join(folder, 'namespace'), wish.namespace);
  if (kubernetes.authority !== undefined) await writeFile(join(folder, 'ca.crt'), kubernetes.authority);
  await writeFile(kubeconfig, kubernetes.kubeconfig({ tokenFile }), { mode: 0o600 });
  return { root, tokenFile, kubeconfig, token: await renew(), renew };
}
