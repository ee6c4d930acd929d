/** Which cluster this is: the issuer of its service account tokens, as two sides tell it. */

import type { Reading } from '../domain/reading.ts';

/**
 * One side that knows a cluster's issuer: EKS of the cluster that is configured, or the Kubernetes cluster that the
 * daemon is connected to. Only where both say the same are they proven to be one.
 */
export interface IssuerSource {
  /**
   * The issuer as it is written there, an https URL; two of them are the same only if they are equal. Asked anew each
   * time. Never fails for what the world does; rejected only with the reason of `signal`.
   */
  issuer(signal: AbortSignal): Promise<Reading<string>>;
}
