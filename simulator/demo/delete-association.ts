/** Deletes one association as an operator's tool would: with the AWS SDK. */

import { DeletePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { Simulator } from '../simulator.ts';

/** Somebody else than the daemon, so that it can be seen whom the records name. */
export const OPERATOR = {
  accessKeyId: 'AKIAOPERATOR',
  arn: 'arn:aws:sts::111122223333:assumed-role/platform-admin/alice',
} as const;

export async function deleteAssociation(
  simulator: Simulator,
  associationId: string,
  signal: AbortSignal,
): Promise<void> {
  const client = new EKSClient({
    region: simulator.region,
    endpoint: simulator.eks.url,
    credentials: { accessKeyId: OPERATOR.accessKeyId, secretAccessKey: 'simulated-secret' },
  });
  const { clusterName } = simulator;
  try {
    const command = new DeletePodIdentityAssociationCommand({ clusterName, associationId });
    await client.send(command, { abortSignal: signal });
  } finally {
    client.destroy();
  }
}
