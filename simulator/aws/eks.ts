/** A simulated EKS: an AWS account's clusters and associations behind a port that the real SDK can talk to. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { SimClock } from '../clock.ts';
import type { Access } from './access.ts';
import { Associations } from './associations.ts';
import type { Operation, Params } from './call.ts';
import type { Consistency, EksCluster } from './cluster.ts';
import type { Body } from './execute.ts';
import { Faults } from './faults.ts';
import type { RequestRecord } from './http.ts';
import { EksHttp } from './http.ts';
import { seededRandom } from './random.ts';
import type { CallRecord } from './service.ts';
import { EksService } from './service.ts';

export type ClusterOptions = {
  readonly name: string;
  readonly issuer?: string | undefined;
  /** The URL of the cluster's API server. */
  readonly endpoint?: string | undefined;
  readonly version?: string | undefined;
  readonly quota?: number | undefined;
};

export type EksOptions = {
  readonly clock: SimClock;
  readonly clusterName: string;
  readonly cluster?: Omit<ClusterOptions, 'name'>;
  readonly region?: string;
  readonly account?: string;
  readonly partition?: string;
  /** Sets all three delays of eventual consistency, in milliseconds. */
  readonly consistencyDelay?: number;
  /** Makes the ids the same each time. */
  readonly seed?: number;
  readonly onCall?: (record: CallRecord) => void;
};

export type SimulatedEks = {
  readonly url: string;
  readonly region: string;
  readonly account: string;
  /** The cluster that the options named. */
  readonly cluster: EksCluster;
  /** That cluster's associations; changes made here are seen over HTTP, and make no `onCall`. */
  readonly associations: Associations;
  readonly clusters: ReadonlyMap<string, EksCluster>;
  /** Every request that came over HTTP, oldest first. */
  readonly requests: RequestRecord[];
  readonly faults: Faults;
  readonly access: Access;
  /** How far List and Describe are behind, in milliseconds; `associations.recreateDelay` is the third delay. */
  readonly consistency: Consistency;
  addCluster(options: ClusterOptions): EksCluster;
  /** Carries out a call as if it had come over HTTP, faults aside. Throws an ApiError where it is refused. */
  invoke(operation: Operation, params: Params, accessKeyId?: string): Body;
  onCall(listener: (record: CallRecord) => void): () => void;
  close(): Promise<void>;
};

export async function startEks(options: EksOptions): Promise<SimulatedEks> {
  const { clock, region = 'us-west-2', account = '111122223333', partition = 'aws' } = options;
  const place = { partition, region, account };
  const service = new EksService({ now: () => clock.now(), place });
  const random = seededRandom(options.seed ?? 1);
  const delay = options.consistencyDelay ?? 0;
  const addCluster = (wanted: ClusterOptions): EksCluster => {
    const associations = new Associations({ clock, random, place: { ...place, clusterName: wanted.name } });
    associations.quota = wanted.quota ?? associations.quota;
    associations.recreateDelay = delay;
    const cluster = makeCluster(wanted, associations, { ...place, now: clock.now() });
    service.clusters.set(cluster.name, cluster);
    return cluster;
  };
  const cluster = addCluster({ ...options.cluster, name: options.clusterName });
  Object.assign(service.consistency, { list: delay, describe: delay } satisfies Consistency);
  if (options.onCall !== undefined) service.onCall(options.onCall);

  const faults = new Faults();
  const http = new EksHttp(service, faults, clock);
  const server = createServer(http.handle);
  const url = await listen(server);
  return {
    url,
    region,
    account,
    cluster,
    associations: cluster.associations,
    clusters: service.clusters,
    requests: http.requests,
    faults,
    access: service.access,
    consistency: service.consistency,
    addCluster,
    invoke: (operation, params, accessKeyId) => service.invoke(operation, params, accessKeyId),
    onCall: (listener) => service.onCall(listener),
    close: () => {
      http.close();
      return closeServer(server);
    },
  };
}

type Place = {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly now: number;
};

function makeCluster(options: ClusterOptions, associations: Associations, place: Place): EksCluster {
  const { name, issuer, endpoint, version = '1.33' } = options;
  const id = createHash('sha256')
    .update(`${place.account}/${place.region}/${name}`)
    .digest('hex')
    .slice(0, 32);
  const upperId = id.toUpperCase();
  return {
    name,
    arn: `arn:${place.partition}:eks:${place.region}:${place.account}:cluster/${name}`,
    issuer: issuer ?? `https://oidc.eks.${place.region}.amazonaws.com/id/${upperId}`,
    endpoint: endpoint ?? `https://${upperId}.gr7.${place.region}.eks.amazonaws.com`,
    version,
    status: 'ACTIVE',
    createdAt: place.now,
    associations,
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
