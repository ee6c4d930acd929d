/** The EKS client as this daemon uses it: time-outs, retries, its name, and a count of every attempt. */

import { EKSClient, type EKSClientConfig } from '@aws-sdk/client-eks';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import type { Traffic } from '../../ports/traffic.ts';

/**
 * `socketTimeout` is needed beside `requestTimeout`, which stops counting when the headers have come: without
 * it a server that falls silent in the middle of a body would hang the call.
 */
const TIMEOUTS = {
  connectionTimeout: 2_000,
  requestTimeout: 5_000,
  socketTimeout: 5_000,
} as const satisfies NodeHttpHandlerOptions;

/** A confirmation is worth nothing after 10 s, so that more attempts would only answer too late. */
const MAX_ATTEMPTS = 3;

export type EksOptions = {
  readonly config?: EKSClientConfig;
  readonly timeouts?: Pick<NodeHttpHandlerOptions, keyof typeof TIMEOUTS>;
};

/**
 * Region, credentials and endpoint are found the SDK's own way (environment, shared files, Pod Identity).
 * `standard` is the SDK's mode with full jitter and a retry budget shared by all calls of the client.
 */
export function eksClient(traffic: Traffic, options: EksOptions = {}): EKSClient {
  const client = new EKSClient({
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'standard',
    userAgentAppId: 'pod-identity-revoker',
    requestHandler: new NodeHttpHandler({
      ...TIMEOUTS,
      ...options.timeouts,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    }),
    ...options.config,
  });
  countAttempts(client, traffic);
  return client;
}

/** Innermost of all middlewares, so it runs once for each request that is written to the wire. */
function countAttempts(client: EKSClient, traffic: Traffic): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = (context.commandName ?? 'unknown').replace(/Command$/, '');
      let code = 'none';
      try {
        const result = await next(args);
        code = statusOf(result.response);
        return result;
      } finally {
        traffic.aws({ service: 'eks', operation, code });
      }
    },
    { step: 'deserialize', priority: 'low', name: 'countAttempts' },
  );
}

function statusOf(response: unknown): string {
  const known = typeof response === 'object' && response !== null && 'statusCode' in response;
  return known && typeof response.statusCode === 'number' ? String(response.statusCode) : 'none';
}
