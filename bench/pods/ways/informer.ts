/** The stock ways of @kubernetes/client-node: its informer, and its watch. */

import { CoreV1Api, KubeConfig, makeInformer, Watch } from '@kubernetes/client-node';
import type { Task, Way } from '../way.ts';

function config({ url }: Task): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'bench', server: url, skipTLSVerify: true }, { name: 'bench' });
  return kubeConfig;
}

/** Until its first list is in. What is counted are the pods that it has. */
export const informer: Way = async (task) => {
  const kubeConfig = config(task);
  const api = kubeConfig.makeApiClient(CoreV1Api);
  const list = makeInformer(kubeConfig, '/api/v1/pods', () => api.listPodForAllNamespaces());
  return async () => {
    let pods = 0;
    list.on('add', () => void (pods += 1));
    const connected = new Promise<void>((resolve, reject) => {
      list.on('connect', () => resolve());
      list.on('error', reject);
    });
    await list.start();
    // `connect` comes when the watch is being opened, which is after the list.
    await connected;
    while (pods < task.pods) await new Promise((resolve) => setTimeout(resolve, 1));
    return pods;
  };
};

/** Until the bookmark after the changes. What is counted are events. */
export const watchStock: Way = async (task) => {
  const watch = new Watch(config(task));
  return () =>
    new Promise((resolve, reject) => {
      let events = 0;
      const heard = (type: string): void => {
        if (type === 'BOOKMARK') resolve(events);
        else events += 1;
      };
      watch
        .watch('/api/v1/pods', { allowWatchBookmarks: true }, heard, (error: unknown) => reject(error))
        .catch(reject);
    });
};
