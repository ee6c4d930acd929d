/** A simulated account on a stepped clock with CloudTrail, a rule and a queue, and the real SDK's clients of them. */

import type { TestContext } from 'node:test';
import type { LookupEventsCommandInput, LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { EKSClient } from '@aws-sdk/client-eks';
import type { Message } from '@aws-sdk/client-sqs';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { recordOfCall } from '../../../simulator/aws/cloudtrail-call.ts';
import { CloudTrail } from '../../../simulator/aws/cloudtrail.ts';
import type { SimulatedEks } from '../../../simulator/aws/eks.ts';
import { EventBridgeRule } from '../../../simulator/aws/eventbridge.ts';
import type { Lookup } from '../../../simulator/aws/lookup.ts';
import { startLookup } from '../../../simulator/aws/lookup.ts';
import { seededRandom } from '../../../simulator/aws/random.ts';
import type { QueueOptions, SimulatedQueue } from '../../../simulator/aws/sqs-queue.ts';
import { startQueue } from '../../../simulator/aws/sqs-queue.ts';
import type { ManualClock } from '../../../simulator/clock.ts';
import { START, world } from './support.ts';

export const PLACE = { region: 'us-west-2', account: '111122223333' } as const;
/** A moment of the records' past that lies at a whole second. */
export const EARLIER = START - 3_600_250;

const CREDENTIALS = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };

export type TrailWorld = {
  readonly clock: ManualClock;
  readonly eks: SimulatedEks;
  readonly client: EKSClient;
  readonly trail: CloudTrail;
};

export async function trailWorld(t: TestContext): Promise<TrailWorld> {
  const { clock, eks, client } = await world(t);
  const trail = new CloudTrail(clock);
  eks.onCall((call) => trail.add(recordOfCall(call, eks)));
  return { clock, eks, client, trail };
}

export type LookupWorld = TrailWorld & { readonly lookup: Lookup; readonly cloudtrail: CloudTrailClient };

/** Without a limit of calls, unless `perSecond` says otherwise. */
export async function lookupWorld(
  t: TestContext,
  perSecond = Number.POSITIVE_INFINITY,
): Promise<LookupWorld> {
  const base = await trailWorld(t);
  const lookup = await startLookup({ clock: base.clock, trail: base.trail, place: PLACE });
  lookup.limit.perSecond = perSecond;
  const cloudtrail = cloudtrailOf(lookup.url);
  t.after(async () => {
    cloudtrail.destroy();
    await lookup.close();
  });
  return { ...base, lookup, cloudtrail };
}

export function cloudtrailOf(endpoint: string, region: string = PLACE.region): CloudTrailClient {
  return new CloudTrailClient({ endpoint, region, credentials: CREDENTIALS, maxAttempts: 1 });
}

export function lookUp(
  client: CloudTrailClient,
  input: LookupEventsCommandInput = {},
  abortSignal?: AbortSignal,
): Promise<LookupEventsCommandOutput> {
  return client.send(new LookupEventsCommand(input), abortSignal === undefined ? {} : { abortSignal });
}

export function ids({ Events = [] }: LookupEventsCommandOutput): (string | undefined)[] {
  return Events.map((event) => event.EventId);
}

export type QueueWorld = TrailWorld & {
  readonly queue: SimulatedQueue;
  readonly rule: EventBridgeRule;
  readonly sqs: SQSClient;
};

export async function queueWorld(t: TestContext, options: QueueOptions = {}): Promise<QueueWorld> {
  const base = await trailWorld(t);
  const { clock, trail } = base;
  const queue = await startQueue({ clock, ...PLACE }, options);
  const rule = new EventBridgeRule({
    clock,
    trail,
    random: seededRandom(7),
    deliver: (body) => queue.send(body),
  });
  const sqs = sqsOf(queue.endpoint);
  t.after(async () => {
    sqs.destroy();
    await rule.close();
    await queue.close();
  });
  return { ...base, queue, rule, sqs };
}

export function sqsOf(endpoint: string): SQSClient {
  return new SQSClient({ endpoint, region: PLACE.region, credentials: CREDENTIALS, maxAttempts: 1 });
}

/** Up to ten messages; does not wait for them unless it is told to. */
export async function receive(
  { sqs, queue }: { readonly sqs: SQSClient; readonly queue: SimulatedQueue },
  wait = 0,
  abortSignal?: AbortSignal,
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: wait,
    MessageSystemAttributeNames: ['All'],
  });
  const { Messages = [] } = await sqs.send(command, abortSignal === undefined ? {} : { abortSignal });
  return Messages;
}

const PATIENCE_MS = 5000;

/** Ends once `happened` says so: for what other parts of this process do in the next turns of its loop. */
export async function until(happened: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!happened()) {
    if (performance.now() > end) throw new Error(`It did not happen: ${happened.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
