/** How this daemon speaks to AWS: time-outs, its name, a count of every attempt; and the EKS client made so. */

import { EKSClient, type EKSClientConfig } from '@aws-sdk/client-eks';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import type { AwsRequest, Traffic } from '../../ports/traffic.ts';

/**
 * `socketTimeout` is needed beside `requestTimeout`, which stops counting when the headers have come: without
 * it a server that falls silent in the middle of a body would hang the call.
 */
export type Timeouts = Required<
  Pick<NodeHttpHandlerOptions, 'connectionTimeout' | 'requestTimeout' | 'socketTimeout'>
>;

const EKS_TIMEOUTS: Timeouts = { connectionTimeout: 1_500, requestTimeout: 2_500, socketTimeout: 2_500 };

/** A confirmation is worth nothing after 10 s, so that more attempts would only answer too late. */
const MAX_ATTEMPTS = 3;

/** For tests; in production the SDK finds region, credentials and endpoint by itself. */
export type ClientOptions<Config> = {
  readonly config?: Config;
  readonly timeouts?: Partial<Timeouts>;
};

export type EksOptions = ClientOptions<EKSClientConfig>;

export function eksClient(traffic: Traffic, options: EksOptions = {}): EKSClient {
  const client = new EKSClient({
    ...commonConfig({ ...EKS_TIMEOUTS, ...options.timeouts }, MAX_ATTEMPTS),
    ...options.config,
  });
  client.middlewareStack.add(countAttempts('eks', traffic), INNERMOST);
  return client;
}

type CommonConfig = {
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly userAgentAppId: string;
  readonly requestHandler: NodeHttpHandler;
};

/**
 * Region, credentials and endpoint are found the SDK's own way (environment, shared files, Pod Identity).
 * `standard` is the SDK's mode with full jitter and a retry budget shared by all calls of the client.
 */
export function commonConfig(timeouts: Timeouts, maxAttempts: number): CommonConfig {
  return {
    maxAttempts,
    retryMode: 'standard',
    userAgentAppId: 'pod-identity-revoker',
    requestHandler: new NodeHttpHandler({
      ...timeouts,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    }),
  };
}

/** Innermost of all middlewares, so it runs once for each request that is written to the wire. */
export const INNERMOST = { step: 'deserialize', priority: 'low', name: 'countAttempts' } as const;

type Handler<Args, Result> = (args: Args) => Promise<Result>;

type Middleware = <Args, Result extends { readonly response: unknown }>(
  next: Handler<Args, Result>,
  context: { readonly commandName?: string },
) => Handler<Args, Result>;

/** A middleware for the place that `INNERMOST` names. */
export function countAttempts(service: AwsRequest['service'], traffic: Traffic): Middleware {
  return (next, context) => async (args) => {
    const operation = (context.commandName ?? 'unknown').replace(/Command$/, '');
    let code = 'none';
    try {
      const result = await next(args);
      code = statusOf(result.response);
      return result;
    } finally {
      traffic.aws({ service, operation, code });
    }
  };
}

function statusOf(response: unknown): string {
  const known = typeof response === 'object' && response !== null && 'statusCode' in response;
  return known && typeof response.statusCode === 'number' ? String(response.statusCode) : 'none';
}
