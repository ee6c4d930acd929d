/** The SQS emulator fauxqs, inside this process and without a port of its own: it is called by operation. */

import { buildApp } from 'fauxqs';
import type { Body } from './execute.ts';
import type { JsonAnswer } from './json-service.ts';

/** How many messages went each way, as far as the answers tell: a delete by an old handle counts too. */
export type QueueCounts = { sent: number; received: number; deleted: number };

export type SqsEmulatorOptions = {
  readonly region: string;
  readonly account: string;
  /** The URL that clients of SQS use, once there is one. */
  readonly endpoint: () => string;
};

const CONTENT_TYPE = 'application/x-amz-json-1.0';
/** The account that fauxqs takes itself to be in. */
const EMULATED_ACCOUNT = '000000000000';
/** Operations that tell queues by URL or ARN; messages are left alone. */
const NAMING = new Set([
  'CreateQueue',
  'GetQueueUrl',
  'ListQueues',
  'GetQueueAttributes',
  'SetQueueAttributes',
]);

export class SqsEmulator {
  readonly #options: SqsEmulatorOptions;
  readonly #app: ReturnType<typeof buildApp>;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #counts = new Map<string, QueueCounts>();

  constructor(options: SqsEmulatorOptions) {
    this.#options = options;
    this.#app = buildApp({ logger: false, defaultRegion: options.region });
  }

  /** Long polls wait in real time: fauxqs has no other clock. */
  async call(operation: string, input: Body): Promise<JsonAnswer> {
    const calling = this.#inject(operation, input);
    this.#underWay.add(calling);
    try {
      return await calling;
    } finally {
      this.#underWay.delete(calling);
    }
  }

  countsOf(queueName: string): QueueCounts {
    const counts = this.#counts.get(queueName) ?? { sent: 0, received: 0, deleted: 0 };
    this.#counts.set(queueName, counts);
    return counts;
  }

  /** The bodies of the messages that wait to be received, oldest first; nothing is taken. Empty without such a queue. */
  async bodies(queueName: string): Promise<readonly string[]> {
    const { statusCode, body } = await this.#app.inject({
      method: 'GET',
      url: `/_fauxqs/queues/${queueName}`,
    });
    if (statusCode !== 200) return [];
    const { messages }: { messages: { ready: { body: string }[] } } = JSON.parse(body);
    return messages.ready.map((message) => message.body);
  }

  /**
   * Takes the queues away first: that ends the long polls that wait, and those that come too late to wait.
   * fauxqs itself, when it is closed, misses a poll that arrives in the same moment.
   */
  async close(): Promise<void> {
    const { text } = await this.call('ListQueues', {});
    const { QueueUrls = [] }: { QueueUrls?: string[] } = JSON.parse(text);
    for (const QueueUrl of QueueUrls) await this.call('DeleteQueue', { QueueUrl });
    await Promise.allSettled(this.#underWay);
    await this.#app.close();
  }

  async #inject(operation: string, input: Body): Promise<JsonAnswer> {
    const asked = JSON.stringify(input);
    const answer = await this.#app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': CONTENT_TYPE, 'x-amz-target': `AmazonSQS.${operation}` },
      payload: NAMING.has(operation) ? this.#toEmulated(asked) : asked,
    });
    const queryError = answer.headers['x-amzn-query-error'];
    if (answer.statusCode === 200) this.#count(operation, input, answer.body);
    return {
      status: answer.statusCode,
      headers: typeof queryError === 'string' ? { 'x-amzn-query-error': queryError } : {},
      text: NAMING.has(operation) ? this.#fromEmulated(answer.body) : answer.body,
    };
  }

  #count(operation: string, input: Body, text: string): void {
    const counts = this.countsOf(queueNameOf(input));
    const { Successful = [], Messages = [] }: { Successful?: []; Messages?: [] } = JSON.parse(text);
    if (operation === 'SendMessage') counts.sent += 1;
    if (operation === 'SendMessageBatch') counts.sent += Successful.length;
    if (operation === 'ReceiveMessage') counts.received += Messages.length;
    if (operation === 'DeleteMessage') counts.deleted += 1;
    if (operation === 'DeleteMessageBatch') counts.deleted += Successful.length;
  }

  #toEmulated(text: string): string {
    const { account, region } = this.#options;
    return text.replaceAll(`:sqs:${region}:${account}:`, `:sqs:${region}:${EMULATED_ACCOUNT}:`);
  }

  /** fauxqs tells URLs whose host does not resolve. */
  #fromEmulated(text: string): string {
    const { account, region, endpoint } = this.#options;
    return text
      .replaceAll(/http:\/\/sqs\.[^/"]+\/0{12}\//g, `${endpoint()}/${account}/`)
      .replaceAll(`:sqs:${region}:${EMULATED_ACCOUNT}:`, `:sqs:${region}:${account}:`);
  }
}

/** The queue that a call is about; empty where it names none. */
export function queueNameOf({ QueueUrl }: Body): string {
  return typeof QueueUrl === 'string' ? QueueUrl.replace(/^.*\//, '') : '';
}
