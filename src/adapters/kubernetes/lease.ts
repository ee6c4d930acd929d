/** Leader election by a Lease in the cluster. */

import type { Leadership } from '../../ports/leadership.ts';
import type { KubernetesClient } from './client.ts';
import { kubernetesLeaseApi } from './lease-api.ts';
import type { CampaignDeps, CampaignOptions } from './lease-campaign.ts';
import { Campaign } from './lease-campaign.ts';

/** `podName` and a random suffix are its name among the daemons. */
export function kubernetesLeadership(
  client: KubernetesClient,
  deps: CampaignDeps,
  options: CampaignOptions,
): Leadership {
  return new Campaign(kubernetesLeaseApi(client, options, deps.clock), deps, options);
}
