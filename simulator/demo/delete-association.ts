/** Deletes one association as an operator's tool would: with the AWS SDK. */

import { DeletePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { Simulator } from '../simulator.ts';

export async function deleteAssociation(
  simulator: Simulator,
  associationId: string,
  signal: AbortSignal,
): Promise<void> {
  const env = simulator.env();
  const client = new EKSClient({
    region: simulator.region,
    endpoint: simulator.eks.url,
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  const { clusterName } = simulator;
  try {
    const command = new DeletePodIdentityAssociationCommand({ clusterName, associationId });
    await client.send(command, { abortSignal: signal });
  } finally {
    client.destroy();
  }
}
