/** The proof that the EKS cluster whose associations are read is the cluster whose pods are evicted. */

import type { Reading } from '../domain/reading.ts';

export type ClusterProof =
  | { readonly kind: 'proven'; readonly issuer: string }
  /** The two sides name different clusters. */
  | { readonly kind: 'refuted'; readonly detail: string }
  | { readonly kind: 'unproven'; readonly detail: string };

/** Both sides tell the issuer of the cluster's service account tokens; two clusters never share one. */
export function proveCluster(eks: Reading<string>, kubernetes: Reading<string>): ClusterProof {
  if (eks.kind === 'unknown') return { kind: 'unproven', detail: `${eks.detail} (${eks.why})` };
  if (kubernetes.kind === 'unknown') {
    return { kind: 'unproven', detail: `${kubernetes.detail} (${kubernetes.why})` };
  }
  if (withoutSlash(eks.value) === withoutSlash(kubernetes.value))
    return { kind: 'proven', issuer: eks.value };
  const detail = `EKS names the issuer ${eks.value}, this cluster's tokens are issued by ${kubernetes.value}: REVOKER_CLUSTER_NAME or the Region is of another cluster`;
  return { kind: 'refuted', detail };
}

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/+$/, '');
}
