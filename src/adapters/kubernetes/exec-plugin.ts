/** Runs a kubeconfig's credential plugin (`user.exec`), such as `aws eks get-token`. */

import { execFile } from 'node:child_process';
import type { Cluster } from '@kubernetes/client-node';
import type { Instant } from '../../domain/time.ts';
import { instant, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { CredentialsError, messageOf } from './connection-error.ts';
import { withDeadline } from './deadline.ts';
import { field, list, text } from './json.ts';

export type PluginCredential = {
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Undefined where the credential does not say when it ends. */
  readonly expires?: Instant;
};

/** A plugin may ask a slow sign-in server; one that waits for a person never ends. */
const PLUGIN_LIMIT = seconds(60);
const LARGEST_OUTPUT = 1024 * 1024;

/**
 * The plugin gets no terminal: a daemon has nobody to ask. Fails with a CredentialsError that names the plugin
 * and what it wrote, or with the reason of `signal`.
 */
export async function runPlugin(
  exec: unknown,
  cluster: Cluster,
  clock: Clock,
  signal: AbortSignal,
): Promise<PluginCredential> {
  const command = text(field(exec, 'command'));
  if (command === undefined) throw new CredentialsError('the exec plugin of the kubeconfig has no command');
  try {
    const output = await withDeadline(
      clock,
      PLUGIN_LIMIT,
      (stop) => run(command, exec, pluginEnvironment(exec, cluster), stop),
      signal,
    );
    return readCredential(output);
  } catch (error) {
    signal.throwIfAborted();
    throw new CredentialsError(explain(command, exec, error), { cause: error });
  }
}

function run(
  command: string,
  exec: unknown,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<string> {
  const argv = list(field(exec, 'args')).map(String);
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      argv,
      { env, signal, maxBuffer: LARGEST_OUTPUT, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (signal.aborted) reject(signal.reason);
        else reject(new Error(stderr.trim().slice(0, 500) || error.message, { cause: error }));
      },
    );
    child.stdin?.end();
  });
}

function pluginEnvironment(exec: unknown, cluster: Cluster): Record<string, string | undefined> {
  const env = { ...process.env };
  for (const entry of list(field(exec, 'env'))) {
    const name = text(field(entry, 'name'));
    if (name !== undefined) env[name] = text(field(entry, 'value')) ?? '';
  }
  const spec = {
    interactive: false,
    ...(field(exec, 'provideClusterInfo') === true ? { cluster: clusterInfo(cluster) } : {}),
  };
  const apiVersion = text(field(exec, 'apiVersion')) ?? 'client.authentication.k8s.io/v1';
  env['KUBERNETES_EXEC_INFO'] = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
  return env;
}

function clusterInfo(cluster: Cluster): object {
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
    'certificate-authority-data': cluster.caData,
    'proxy-url': cluster.proxyUrl,
  };
}

function readCredential(output: string): PluginCredential {
  const status = field(parse(output), 'status');
  const token = text(field(status, 'token'));
  const cert = text(field(status, 'clientCertificateData'));
  const key = text(field(status, 'clientKeyData'));
  const expires = Date.parse(text(field(status, 'expirationTimestamp')) ?? '');
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw new Error('its output holds neither a token nor a certificate with its key');
  }
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
    ...(Number.isNaN(expires) ? {} : { expires: instant(expires) }),
  };
}

/** What a plugin writes may hold a secret, which is why it is not part of the message. */
function parse(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw new Error('its output is no JSON');
  }
}

function explain(command: string, exec: unknown, error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (field(cause, 'code') === 'ENOENT') {
    const hint = text(field(exec, 'installHint'));
    return `the exec plugin "${command}" of the kubeconfig is not there: install it or put it in PATH${hint === undefined ? '' : ` (${hint.trim()})`}`;
  }
  return `the exec plugin "${command}" of the kubeconfig failed: ${messageOf(error)}; run it by hand to see why`;
}
