/** The issuer of the cluster that is configured, as EKS tells it. */

import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import type { IssuerSource } from '../../ports/cluster.ts';
import { ask } from './ask.ts';
import type { AssociationsDeps } from './associations.ts';
import { type Eks, questionOf } from './call.ts';
import { eksClient } from './client.ts';
import { fieldsOf, nonsense, type Parsed, parsed, text } from './parse.ts';

/** Disposing of it closes its connections; calls in flight end as unreachable. */
export function eksIssuer(deps: AssociationsDeps): IssuerSource & AsyncDisposable {
  const { clusterName, clock, traffic } = deps;
  const client = eksClient(traffic, deps.eks);
  const eks: Eks = { client, clusterName, clock };
  return {
    issuer: (signal) => {
      const command = new DescribeClusterCommand({ name: clusterName });
      const question = {
        ...questionOf(eks, 'DescribeCluster'),
        send: (abortSignal: AbortSignal) => client.send(command, { abortSignal }),
        parse: (output: unknown) => parseIssuer(output, clusterName),
      };
      return ask(question, clock, clock.now(), signal);
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

/** A cluster that is still being created has no issuer yet. */
function parseIssuer(output: unknown, clusterName: string): Parsed<string> {
  const cluster = fieldsOf(fieldsOf(output)['cluster']);
  if (cluster['name'] !== clusterName) return nonsense('another cluster than asked for, or none');
  const oidc = fieldsOf(fieldsOf(cluster['identity'])['oidc']);
  const issuer = text(oidc['issuer']);
  return issuer === undefined ? nonsense('a cluster without an OIDC issuer') : parsed(issuer);
}
