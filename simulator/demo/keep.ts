/** What `--keep` prints: where everything listens, and what to try. */

import type { SimulatorWithQueue } from '../simulator.ts';
import type { Addresses } from './daemon-answers.ts';

export function keepText(
  simulator: SimulatorWithQueue,
  { listen, statusListen }: Addresses,
): readonly string[] {
  const variables = { ...simulator.env(), REVOKER_CLUSTER_NAME: simulator.clusterName };
  return [
    `  EKS             ${simulator.eks.url}`,
    `  Kubernetes API  ${simulator.kubernetes.url}`,
    `  SQS             ${simulator.queueUrl}`,
    `  metrics         http://${listen}/metrics`,
    `  status API      http://${statusListen}/api/v1/status, /revocations, /holders`,
    '',
    'In another terminal:',
    ...Object.entries(variables).map(([name, value]) => `  export ${name}='${value}'`),
    '',
    '  kubectl get pods --all-namespaces',
    `  aws eks list-pod-identity-associations --cluster-name ${simulator.clusterName}`,
    `  aws eks delete-pod-identity-association --cluster-name ${simulator.clusterName} --association-id a-...`,
    '  REVOKER_LISTEN=127.0.0.1:0 REVOKER_STATUS_LISTEN=127.0.0.1:0 node src/main.ts run   # one more daemon',
  ];
}
