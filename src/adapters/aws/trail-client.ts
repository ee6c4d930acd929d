/** The CloudTrail client as this daemon uses it: each request is sent once, because the pace counts them. */

import { CloudTrailClient, type CloudTrailClientConfig } from '@aws-sdk/client-cloudtrail';
import type { Traffic } from '../../ports/traffic.ts';
import { type ClientOptions, commonConfig, countAttempts, INNERMOST, type Timeouts } from './client.ts';

export type CloudTrailOptions = ClientOptions<CloudTrailClientConfig>;

const TIMEOUTS: Timeouts = { connectionTimeout: 2_000, requestTimeout: 10_000, socketTimeout: 10_000 };

export function trailClient(traffic: Traffic, options: CloudTrailOptions = {}): CloudTrailClient {
  const client = new CloudTrailClient({
    ...commonConfig({ ...TIMEOUTS, ...options.timeouts }, 1),
    ...options.config,
  });
  client.middlewareStack.add(countAttempts('cloudtrail', traffic), INNERMOST);
  return client;
}
