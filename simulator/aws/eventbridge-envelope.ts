/** The envelope in which EventBridge hands on a CloudTrail record, as it is in the body of an SQS message. */

import { randomUUID } from 'node:crypto';
import type { TrailRecord } from './records.ts';

export type Envelope = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: TrailRecord;
};

/** `id` is the envelope's own: a replay of the same record has another one. */
export function envelopeOf(record: TrailRecord, id: string = randomUUID()): Envelope {
  return {
    version: '0',
    id,
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${record.eventSource.replace(/\.amazonaws\.com$/, '')}`,
    account: record.recipientAccountId,
    time: record.eventTime,
    region: record.awsRegion,
    resources: [],
    detail: record,
  };
}
