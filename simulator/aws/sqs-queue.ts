/** The queue that the rule feeds and the daemon reads, with its dead-letter queue, on an SQS of its own. */

import type { SimClock } from '../clock.ts';
import type { Body } from './execute.ts';
import type { JsonFaults } from './json-faults.ts';
import type { JsonRequestRecord, JsonService } from './json-service.ts';
import type { QueueCounts } from './sqs-emulator.ts';
import { SqsEmulator } from './sqs-emulator.ts';
import { startSqsProxy } from './sqs-proxy.ts';

/** SQS keeps real time, whatever the clock of the simulator is: visibility, long polls and delays are real seconds. */
export type QueueOptions = {
  readonly name?: string;
  /** Seconds for which a received message is out of sight. Default: 30. */
  readonly visibilityTimeout?: number;
  /** After so many receives a message goes to the dead-letter queue. Default: 10. */
  readonly maxReceiveCount?: number;
};

export type QueueStats = QueueCounts & {
  readonly ready: number;
  readonly inFlight: number;
  /** In the dead-letter queue. */
  readonly dead: number;
};

type QueueDeps = {
  readonly options: Required<QueueOptions>;
  readonly place: Place;
  readonly emulator: SqsEmulator;
  readonly proxy: JsonService;
};

type Place = { readonly clock: SimClock; readonly region: string; readonly account: string };

const NAME = 'pod-identity-revoker';
const VISIBILITY_TIMEOUT = 30;
const MAX_RECEIVE_COUNT = 10;
const BATCH = 10;

/** The queue exists when this has answered. */
export async function startQueue(place: Place, options: QueueOptions = {}): Promise<SimulatedQueue> {
  const {
    name = NAME,
    visibilityTimeout = VISIBILITY_TIMEOUT,
    maxReceiveCount = MAX_RECEIVE_COUNT,
  } = options;
  let endpoint = '';
  const emulator = new SqsEmulator({ ...place, endpoint: () => endpoint });
  const proxy = await startSqsProxy({ ...place, emulator });
  endpoint = proxy.url;
  const queue = new SimulatedQueue({
    options: { name, visibilityTimeout, maxReceiveCount },
    place,
    emulator,
    proxy,
  });
  await queue.recreate();
  return queue;
}

export class SimulatedQueue {
  readonly #options: Required<QueueOptions>;
  readonly #place: Place;
  readonly #emulator: SqsEmulator;
  readonly #proxy: JsonService;
  #emulatorClosed: Promise<void> | undefined;

  constructor({ options, place, emulator, proxy }: QueueDeps) {
    this.#options = options;
    this.#place = place;
    this.#emulator = emulator;
    this.#proxy = proxy;
  }

  get endpoint(): string {
    return this.#proxy.url;
  }

  get url(): string {
    return this.#urlOf(this.#options.name);
  }

  get arn(): string {
    return this.#arnOf(this.#options.name);
  }

  get dlqUrl(): string {
    return this.#urlOf(this.#dlqName);
  }

  /** Every request that came over HTTP, oldest first. */
  get requests(): readonly JsonRequestRecord[] {
    return this.#proxy.requests;
  }

  get faults(): JsonFaults {
    return this.#proxy.faults;
  }

  requestsOf(operation: string): readonly JsonRequestRecord[] {
    return this.requests.filter((request) => request.operation === operation);
  }

  /** Puts texts into the queue, whatever they say. Throws where SQS would not take one. */
  async send(...bodies: readonly string[]): Promise<void> {
    for (let start = 0; start < bodies.length; start += BATCH) {
      const Entries = bodies
        .slice(start, start + BATCH)
        .map((MessageBody, index) => ({ Id: `sent-${index}`, MessageBody }));
      const text = await this.#ask('SendMessageBatch', { QueueUrl: this.url, Entries });
      const { Failed = [] }: { Failed?: unknown[] } = JSON.parse(text);
      if (Failed.length > 0) throw new Error(`SQS did not take ${JSON.stringify(Failed)}`);
    }
  }

  /** The bodies that wait to be received; nothing is taken. */
  waiting(): Promise<readonly string[]> {
    return this.#emulator.bodies(this.#options.name);
  }

  deadLetters(): Promise<readonly string[]> {
    return this.#emulator.bodies(this.#dlqName);
  }

  /** A queue that was deleted has no messages, but its counts go on. */
  async stats(): Promise<QueueStats> {
    const { name } = this.#options;
    const [ready, inFlight, dead] = await Promise.all([
      this.#depth(this.url, 'ApproximateNumberOfMessages'),
      this.#depth(this.url, 'ApproximateNumberOfMessagesNotVisible'),
      this.#depth(this.dlqUrl, 'ApproximateNumberOfMessages'),
    ]);
    return { ...this.#emulator.countsOf(name), ready, inFlight, dead };
  }

  /** Takes the queue away with all its messages: callers are told QueueDoesNotExist. */
  async delete(): Promise<void> {
    await this.#ask('DeleteQueue', { QueueUrl: this.url });
  }

  async recreate(): Promise<void> {
    const { name, visibilityTimeout, maxReceiveCount } = this.#options;
    await this.#ask('CreateQueue', { QueueName: this.#dlqName });
    const redrive = { deadLetterTargetArn: this.#arnOf(this.#dlqName), maxReceiveCount };
    const Attributes = {
      VisibilityTimeout: String(visibilityTimeout),
      RedrivePolicy: JSON.stringify(redrive),
    };
    await this.#ask('CreateQueue', { QueueName: name, Attributes });
  }

  /** The connections first, so that nothing new comes; then what waits in the emulator ends. */
  async close(): Promise<void> {
    await this.#proxy.close();
    this.#emulatorClosed ??= this.#emulator.close();
    await this.#emulatorClosed;
  }

  get #dlqName(): string {
    return `${this.#options.name}-dlq`;
  }

  #urlOf(name: string): string {
    return `${this.endpoint}/${this.#place.account}/${name}`;
  }

  #arnOf(name: string): string {
    return `arn:aws:sqs:${this.#place.region}:${this.#place.account}:${name}`;
  }

  async #depth(QueueUrl: string, attribute: string): Promise<number> {
    const input = { QueueUrl, AttributeNames: [attribute] };
    const { status, text } = await this.#emulator.call('GetQueueAttributes', input);
    if (status !== 200) return 0;
    const { Attributes }: { Attributes: Record<string, string> } = JSON.parse(text);
    return Number(Attributes[attribute]);
  }

  async #ask(operation: string, input: Body): Promise<string> {
    const { status, text } = await this.#emulator.call(operation, input);
    if (status !== 200) throw new Error(`${operation}: ${text}`);
    return text;
  }
}
