/** What is wrong with the deployment when the Kubernetes API can't even be asked; each message names the remedy. */

/** The configuration can't be used: nothing but an operator mends it. */
export class KubernetesConfigError extends Error {
  readonly code = 'KUBERNETES_CONFIG';
  override readonly name = 'KubernetesConfigError';
}

/** Credentials can't be had right now: a token file, a certificate or an exec plugin failed. May mend itself. */
export class CredentialsError extends Error {
  readonly code = 'KUBERNETES_CREDENTIALS';
  override readonly name = 'CredentialsError';
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : '';
  return error.message || inner || error.name;
}
