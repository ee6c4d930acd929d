/** The queue channel against a scripted SQS. */

import type { TestContext } from 'node:test';
import { createQueue, type QueueDeps } from '../../../src/adapters/aws/queue.ts';
import { Seen } from '../../../src/adapters/aws/seen.ts';
import type { ScriptedAws } from '../../support/scripted-aws.ts';
import { answer, type Reply } from '../../support/scripted-eks.ts';
import { SteppedClock } from '../../support/stepped-clock.ts';
import { type Counted, counting, listen, scriptedAws, sdkConfig, type Told } from './channel-harness.ts';
import { ACCOUNT, CLUSTER, NOON, PLACE, REGION } from './records.ts';

export const QUEUE_URL = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/records`;
export const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:records`;

export type QueueHarness = {
  readonly aws: ScriptedAws;
  readonly clock: SteppedClock;
  readonly counted: Counted;
  readonly told: Told;
  readonly stop: () => Promise<void>;
};

export async function startQueue(t: TestContext, more: Partial<QueueDeps> = {}): Promise<QueueHarness> {
  const aws = await scriptedAws(t);
  return runQueue(t, aws, more);
}

export function runQueue(t: TestContext, aws: ScriptedAws, more: Partial<QueueDeps> = {}): QueueHarness {
  const clock = new SteppedClock(NOON);
  const counted = counting();
  const queue = createQueue({
    queueUrl: QUEUE_URL,
    clusterName: CLUSTER,
    place: () => PLACE,
    seen: new Seen(),
    clock,
    random: () => 0,
    traffic: counted,
    sqs: { config: sdkConfig(aws.endpoint) },
    ...more,
  });
  return { aws, clock, counted, ...listen(t, queue) };
}

/** The answer to ReceiveMessage; the handle of each message is `handle of <id>`. */
export function messages(...bodies: readonly string[]): Reply {
  return answer({
    Messages: bodies.map((Body, index) => ({
      MessageId: `message-${index}`,
      ReceiptHandle: `handle-${index}`,
      MD5OfBody: 'not checked',
      Body,
      Attributes: { SentTimestamp: String(NOON - 500), ApproximateReceiveCount: '1' },
    })),
  });
}

/** The answer to DeleteMessageBatch that calls all entries deleted but those with the given handles. */
export function deletion(input: Readonly<Record<string, unknown>>, failing: readonly string[] = []): Reply {
  const entries = input['Entries'] as readonly { readonly Id: string; readonly ReceiptHandle: string }[];
  const failed = entries.filter(({ ReceiptHandle }) => failing.includes(ReceiptHandle));
  return answer({
    Successful: entries.filter((entry) => !failed.includes(entry)).map(({ Id }) => ({ Id })),
    Failed: failed.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError', Message: 'no' })),
  });
}

/** The handles that each DeleteMessageBatch named. */
export function deletedHandles(aws: ScriptedAws): readonly (readonly string[])[] {
  return aws.of('DeleteMessageBatch').map(({ input }) => {
    const entries = input['Entries'] as readonly { readonly ReceiptHandle: string }[];
    return entries.map(({ ReceiptHandle }) => ReceiptHandle);
  });
}
