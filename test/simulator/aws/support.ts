/** A simulated EKS on a stepped clock, and the real SDK's client of it, for the tests of this folder. */

import type { TestContext } from 'node:test';
import type {
  DescribePodIdentityAssociationCommandOutput,
  ListPodIdentityAssociationsCommandOutput,
  PodIdentityAssociation,
} from '@aws-sdk/client-eks';
import {
  CreatePodIdentityAssociationCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import type { EksOptions, SimulatedEks } from '../../../simulator/aws/eks.ts';
import { startEks } from '../../../simulator/aws/eks.ts';
import { ManualClock } from '../../../simulator/clock.ts';

export const START = Date.parse('2026-11-23T10:00:00.250Z');
export const CLUSTER = 'demo';
export const ROLE = 'arn:aws:iam::111122223333:role/reader';
export const OTHER_ROLE = 'arn:aws:iam::111122223333:role/team/writer';

export type World = {
  readonly eks: SimulatedEks;
  readonly clock: ManualClock;
  readonly client: EKSClient;
};

/** Everything in it ends with the test. */
export async function world(t: TestContext, options: Partial<EksOptions> = {}): Promise<World> {
  const clock = new ManualClock(START);
  const eks = await startEks({ clock, clusterName: CLUSTER, ...options });
  const client = clientOf(eks);
  t.after(async () => {
    client.destroy();
    await eks.close();
  });
  return { eks, clock, client };
}

export function clientOf(eks: SimulatedEks, accessKeyId = 'AKIATEST', region = eks.region): EKSClient {
  const credentials = { accessKeyId, secretAccessKey: 'secret' };
  return new EKSClient({ endpoint: eks.url, region, credentials, maxAttempts: 1 });
}

export async function create(
  client: EKSClient,
  serviceAccount: string,
  namespace = 'team-a',
): Promise<PodIdentityAssociation & { associationId: string }> {
  const command = new CreatePodIdentityAssociationCommand({
    clusterName: CLUSTER,
    namespace,
    serviceAccount,
    roleArn: ROLE,
  });
  const { association } = await client.send(command);
  const associationId = association?.associationId;
  if (association === undefined || associationId === undefined)
    throw new Error('no association in the answer');
  return { ...association, associationId };
}

export function list(
  client: EKSClient,
  more: Record<string, unknown> = {},
): Promise<ListPodIdentityAssociationsCommandOutput> {
  return client.send(new ListPodIdentityAssociationsCommand({ clusterName: CLUSTER, ...more }));
}

export function describe(
  client: EKSClient,
  associationId: string,
): Promise<DescribePodIdentityAssociationCommandOutput> {
  return client.send(new DescribePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId }));
}

/** What the SDK makes of a refusal, as far as tests compare it. */
export function refusal(name: string, status: number, message?: RegExp): (error: unknown) => boolean {
  return (error: unknown): boolean => {
    if (!(error instanceof Error) || !('$metadata' in error)) throw error;
    const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
    const told = `${error.name} ${httpStatusCode}: ${error.message}`;
    if (error.name !== name || httpStatusCode !== status) throw new Error(`another refusal: ${told}`);
    if (message !== undefined && !message.test(error.message)) throw new Error(`another text: ${told}`);
    return true;
  };
}
