/** Whether a record belongs to our account, Region and cluster: queues and trails carry those of others too. */

import { type Fields, fieldsOf, isAbsent } from './parse.ts';
import { decodedText, shownText } from './record-fields.ts';

/** Where our cluster is; undefined as long as it is not known. */
export type Place = {
  readonly account: string | undefined;
  readonly region: string | undefined;
};

/** What is foreign about the two, for a person; undefined where nothing is. What is absent proves nothing. */
export function foreignPlace(account: unknown, region: unknown, place: Place): string | undefined {
  if (differs(account, place.account)) return `account ${named(account)}, not ${place.account}`;
  if (differs(region, place.region)) return `Region ${named(region)}, not ${place.region}`;
  return undefined;
}

function differs(value: unknown, ours: string | undefined): boolean {
  return ours !== undefined && !isAbsent(value) && value !== ours;
}

export type ClusterClaim =
  | { readonly kind: 'ours' }
  | { readonly kind: 'other' | 'unnamed' | 'unclear'; readonly what: string };

/**
 * Everything that names the cluster must name ours. The request says `name` (its name on the wire) or
 * `clusterName`; the answer says `clusterName` inside the association or the add-on, `name` inside the cluster.
 */
export function foreignCluster(record: Fields, clusterName: string): ClusterClaim {
  const claims = clusterClaims(record).filter((claim) => !isAbsent(claim));
  if (claims.length === 0) return { kind: 'unnamed', what: 'a record that names no cluster' };
  const other = claims.find((claim) => typeof claim === 'string' && decodedText(claim) !== clusterName);
  if (other !== undefined) return { kind: 'other', what: `cluster ${named(other)}` };
  if (claims.every((claim) => typeof claim === 'string')) return { kind: 'ours' };
  return { kind: 'unclear', what: 'a record whose cluster name is no text' };
}

function clusterClaims(record: Fields): readonly unknown[] {
  const request = fieldsOf(record['requestParameters']);
  const { association, addon, cluster } = fieldsOf(record['responseElements']);
  return [
    request['name'],
    request['clusterName'],
    fieldsOf(association)['clusterName'],
    fieldsOf(addon)['clusterName'],
    fieldsOf(cluster)['name'],
  ];
}

function named(value: unknown): string {
  return shownText(value, 100) ?? 'of another type';
}
