/** The SQS client as this daemon uses it: long polls, and the Region and the host that the queue's URL tells. */

import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Traffic } from '../../ports/traffic.ts';
import { type ClientOptions, commonConfig, countAttempts, INNERMOST, type Timeouts } from './client.ts';
import { publicRegionOf, type QueueAddress } from './queue-url.ts';

export type SqsOptions = ClientOptions<SQSClientConfig>;

/** Above the 20 s that a long poll may last. */
const TIMEOUTS: Timeouts = { connectionTimeout: 2_000, requestTimeout: 25_000, socketTimeout: 25_000 };

/** A connection that the other side closed while it was idle costs one attempt; the loop does the rest. */
const MAX_ATTEMPTS = 2;

/**
 * `md5: false`: the SDK would refuse all ten messages because the checksum of one is wrong. TLS protects the
 * way, and a body is text from outside whatever its checksum says.
 */
export function queueClient(address: QueueAddress, traffic: Traffic, options: SqsOptions = {}): SQSClient {
  const client = new SQSClient({
    ...commonConfig({ ...TIMEOUTS, ...options.timeouts }, MAX_ATTEMPTS),
    ...(address.region !== undefined && { region: address.region }),
    md5: false,
    useQueueUrlAsEndpoint: false,
    ...options.config,
  });
  client.middlewareStack.add(countAttempts('sqs', traffic), INNERMOST);
  if (address.endpoint !== undefined) {
    client.middlewareStack.addRelativeTo(speakTo(address.endpoint), AFTER_ENDPOINT);
  }
  return client;
}

const AFTER_ENDPOINT = {
  relation: 'after',
  toMiddleware: 'endpointV2Middleware',
  name: 'speakToHostOfQueue',
} as const;

type Handler<Args, Result> = (args: Args) => Promise<Result>;

type Resolved = { endpointV2?: { readonly url: URL } };

type Middleware = <Args, Result>(next: Handler<Args, Result>, context: Resolved) => Handler<Args, Result>;

/**
 * Where the SDK would speak to the public host of SQS, it speaks to `host` instead; a configured endpoint stays.
 * (Its own `useQueueUrlAsEndpoint` lets the URL win over AWS_ENDPOINT_URL_SQS, and prints a warning each time.)
 */
function speakTo(host: URL): Middleware {
  return (next, context) => async (args) => {
    const resolved = context.endpointV2;
    if (resolved !== undefined && publicRegionOf(resolved.url.hostname) !== undefined) {
      context.endpointV2 = { ...resolved, url: host };
    }
    return next(args);
  };
}
