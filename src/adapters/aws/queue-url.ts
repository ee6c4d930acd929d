/** What the URL of an SQS queue tells: its Region, its ARN, and whether its host must be spoken to. */

import { partitionOf } from './asked.ts';

export type QueueAddress = {
  /** Undefined where the URL does not tell it. */
  readonly region: string | undefined;
  /** With `*` for what the URL does not tell. */
  readonly arn: string;
  /** Set where the host is not a public one of SQS: a VPC endpoint, a proxy, an emulator. */
  readonly endpoint: URL | undefined;
};

const REGION = '([a-z]{2}(?:-[a-z]+)+-\\d+)';

/** The second is the form of old queues, whose host is not spoken to any more. */
const PUBLIC_HOSTS = [
  new RegExp(`^sqs(?:-fips)?\\.${REGION}\\.(?:amazonaws\\.com(?:\\.cn)?|api\\.aws)$`),
  new RegExp(`^${REGION}\\.queue\\.amazonaws\\.com(?:\\.cn)?$`),
];

/** The oldest form of all: it names no Region, because there was one only. */
const OLDEST_HOST = 'queue.amazonaws.com';

const VPC_ENDPOINT = new RegExp(`\\.sqs\\.${REGION}\\.vpce\\.amazonaws\\.com(?:\\.cn)?$`);

export function parseQueueUrl(queueUrl: string): QueueAddress {
  const url = URL.parse(queueUrl);
  if (url === null) return { region: undefined, arn: arnOf('*', '*', '*'), endpoint: undefined };
  const publicRegion = publicRegionOf(url.hostname);
  const region = publicRegion ?? VPC_ENDPOINT.exec(url.hostname)?.[1];
  const [name = '*', account = '*'] = url.pathname.split('/').filter(Boolean).toReversed();
  return {
    region,
    arn: arnOf(region ?? '*', account, name),
    endpoint: publicRegion === undefined ? (URL.parse(url.origin) ?? undefined) : undefined,
  };
}

function arnOf(region: string, account: string, name: string): string {
  return `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;
}

/** The Region of a host under which SQS itself is reached, and undefined for all other hosts. */
export function publicRegionOf(host: string): string | undefined {
  if (host === OLDEST_HOST) return 'us-east-1';
  for (const form of PUBLIC_HOSTS) {
    const region = form.exec(host)?.[1];
    if (region !== undefined) return region;
  }
  return undefined;
}
