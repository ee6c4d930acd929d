/** Whether the suite may run: which kubeconfig, which context, and the word of who runs it that this is the one. */

import { existsSync, readFileSync } from 'node:fs';
import { loadYaml } from '@kubernetes/client-node';

export type GoAhead = { readonly kubeconfig: string; readonly context: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong, with what to set, where it may not. Only the file is read: no cluster is asked. */
export function goAheadOf(environment: Environment): GoAhead | string {
  const { TEST_KUBECONFIG: kubeconfig = '', TEST_CLUSTER_GO_AHEAD: word = '' } = environment;
  if (kubeconfig === '') {
    return 'TEST_KUBECONFIG is not set: set it to the path of the kubeconfig of the cluster to test on';
  }
  if (!existsSync(kubeconfig)) return `TEST_KUBECONFIG names no file that exists: ${kubeconfig}`;
  const context = currentContext(kubeconfig);
  if (context === undefined) {
    return `${kubeconfig} has no current-context: run "kubectl --kubeconfig ${kubeconfig} config use-context NAME"`;
  }
  if (word === context) return { kubeconfig, context };
  const found = word === '' ? 'is not set' : `is "${word}"`;
  return (
    `TEST_CLUSTER_GO_AHEAD ${found}, and the current context of ${kubeconfig} is "${context}".\n` +
    'The suite makes and removes namespaces there, and runs a daemon that evicts pods in them.\n' +
    `If this is the cluster you mean, set TEST_CLUSTER_GO_AHEAD='${context}'`
  );
}

/** Undefined too for a file that can't be understood: what is wrong with it shows nothing that may be run. */
function currentContext(file: string): string | undefined {
  try {
    const document = loadYaml<{ readonly 'current-context'?: unknown } | undefined>(
      readFileSync(file, 'utf8'),
    );
    const context = document?.['current-context'];
    return typeof context === 'string' && context !== '' ? context : undefined;
  } catch {
    return undefined;
  }
}
