/** What each operation does to a cluster's associations and answers: the members of the response body. */

import { clusterNotFound } from './api-error.ts';
import type { Association } from './association.ts';
import type { Call, Params } from './call.ts';
import { flag, text, textMap } from './call.ts';
import type { Consistency, EksCluster } from './cluster.ts';
import { pageOf, pageSize } from './paging.ts';

export type Body = Record<string, unknown>;

export type Account = {
  readonly clusters: ReadonlyMap<string, EksCluster>;
  readonly consistency: Consistency;
  readonly now: () => number;
};

/** Refusals are thrown as ApiErrors. */
export function execute(account: Account, { operation, params }: Call): Body {
  if (operation === 'ListClusters') return { clusters: [...account.clusters.keys()] };
  const cluster = requireCluster(account, params);
  const { associations } = cluster;
  const associationId = text(params, 'associationId') ?? '';
  switch (operation) {
    case 'DescribeCluster':
      return { cluster: describeCluster(cluster) };
    case 'ListPodIdentityAssociations':
      return listPage(account, cluster, params);
    case 'DescribePodIdentityAssociation':
      return answer(associations.require(associationId, account.now() - account.consistency.describe));
    case 'CreatePodIdentityAssociation':
      return answer(associations.create(createInput(params)));
    case 'UpdatePodIdentityAssociation':
      return answer(associations.update(associationId, changeInput(params)));
    case 'DeletePodIdentityAssociation':
      return answer(associations.delete(associationId));
  }
}

function requireCluster(account: Account, params: Params): EksCluster {
  const name = text(params, 'name') ?? '';
  const cluster = account.clusters.get(name);
  if (cluster === undefined) throw clusterNotFound(name);
  return cluster;
}

function describeCluster(cluster: EksCluster): Body {
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: cluster.createdAt / 1000,
    version: cluster.version,
    endpoint: cluster.endpoint,
    status: cluster.status,
    identity: { oidc: { issuer: cluster.issuer } },
    platformVersion: 'eks.1',
    tags: {},
  };
}

/** Summaries: no role, no dates, nothing else of the grant. */
function listPage(account: Account, cluster: EksCluster, params: Params): Body {
  const filter = { namespace: text(params, 'namespace'), serviceAccount: text(params, 'serviceAccount') };
  const size = pageSize(text(params, 'maxResults'));
  const seen = cluster.associations.list(filter, account.now() - account.consistency.list);
  const page = pageOf(seen, filter, size, text(params, 'nextToken'));
  const associations = page.entries.map((entry) => ({
    clusterName: entry.clusterName,
    namespace: entry.namespace,
    serviceAccount: entry.serviceAccount,
    associationArn: entry.associationArn,
    associationId: entry.associationId,
    ...(entry.ownerArn === undefined ? {} : { ownerArn: entry.ownerArn }),
  }));
  return page.nextToken === undefined ? { associations } : { associations, nextToken: page.nextToken };
}

/** On the wire times are seconds since the epoch, with a fraction. */
function answer(association: Association): Body {
  const { createdAt, modifiedAt } = association;
  return { association: { ...association, createdAt: createdAt / 1000, modifiedAt: modifiedAt / 1000 } };
}

function createInput(params: Params) {
  return {
    namespace: text(params, 'namespace') ?? '',
    serviceAccount: text(params, 'serviceAccount') ?? '',
    tags: textMap(params, 'tags'),
    ...changeInput(params),
    roleArn: text(params, 'roleArn') ?? '',
  };
}

function changeInput(params: Params) {
  return {
    roleArn: text(params, 'roleArn'),
    targetRoleArn: text(params, 'targetRoleArn'),
    policy: text(params, 'policy'),
    disableSessionTags: flag(params, 'disableSessionTags'),
    clientRequestToken: text(params, 'clientRequestToken'),
  };
}
