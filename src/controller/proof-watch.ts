/** Watches the proof that the associations that are read are those of the cluster whose pods are evicted. */

import type { ClusterProof } from '../decide/cluster-proof.ts';
import { proveCluster } from '../decide/cluster-proof.ts';
import { minutes, seconds } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { IssuerSource } from '../ports/cluster.ts';

export type ProofWatchDeps = {
  readonly clock: Clock;
  /** EKS's side and the cluster's side. */
  readonly issuers: { readonly eks: IssuerSource; readonly kubernetes: IssuerSource };
};

const INTERVALS = { unproven: seconds(30), refuted: seconds(30), proven: minutes(10) } as const;

const REMEDY = 'allow eks:DescribeCluster, or set REVOKER_CLUSTER_ISSUER';

export class ProofWatch {
  readonly #deps: ProofWatchDeps;
  #proof: ClusterProof = { kind: 'unproven', detail: 'nobody was asked yet' };

  constructor(deps: ProofWatchDeps) {
    this.#deps = deps;
  }

  /** Why nobody is evicted; undefined once it is proven. */
  unproven(): string | undefined {
    switch (this.#proof.kind) {
      case 'proven':
        return undefined;
      case 'refuted':
        return this.#proof.detail;
      case 'unproven':
        return `${this.#proof.detail}; ${REMEDY}`;
    }
  }

  /** Once proven, only the opposite counts against it: who can't be asked for a while has not become another. */
  async run(signal: AbortSignal): Promise<void> {
    const { issuers, clock } = this.#deps;
    while (!signal.aborted) {
      const [eks, kubernetes] = await Promise.all([
        issuers.eks.issuer(signal),
        issuers.kubernetes.issuer(signal),
      ]);
      const proof = proveCluster(eks, kubernetes);
      if (proof.kind !== 'unproven' || this.#proof.kind !== 'proven') this.#proof = proof;
      await clock.sleep(INTERVALS[this.#proof.kind], signal);
    }
  }
}
