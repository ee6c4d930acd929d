/** Deletes associations as an operator's tool would: with the AWS SDK. */

import { DeletePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { Simulator } from '../simulator/simulator.ts';

export type Deleter = Disposable & { readonly delete: (associationId: string) => Promise<void> };

export function makeDeleter({ region, eks, clusterName }: Simulator): Deleter {
  const client = new EKSClient({
    region,
    endpoint: eks.url,
    credentials: { accessKeyId: 'AKIASIMULATED', secretAccessKey: 'simulated-secret' },
  });
  return {
    delete: async (associationId) => {
      await client.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId }));
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}
