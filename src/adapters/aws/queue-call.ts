/** What is asked of SQS: a long poll for messages, and the deletion of a batch. */

import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Reading } from '../../domain/reading.ts';
import { type Duration, iso, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { ask } from './ask.ts';
import { askedOfQueue } from './asked.ts';
import { type Fields, fieldsOf, isAbsent, nonsense, type Parsed, parsed, text } from './parse.ts';
import { shownText, timeOf } from './record-fields.ts';

export type Sqs = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly arn: string;
  readonly clock: Clock;
};

export type Message = {
  readonly body: unknown;
  /** Undefined: it can't be deleted. */
  readonly handle: string | undefined;
  /** For a person: when it was sent and how often it was received. */
  readonly passage: string;
};

/** The most that one request of SQS gives or takes. */
const BATCH = 10;

/** Above the longest long poll with a second attempt that has no time left. */
const RECEIVE_LIMIT = seconds(30);
const DELETE_LIMIT = seconds(10);

export function receive(sqs: Sqs, wait: Duration, signal: AbortSignal): Promise<Reading<readonly Message[]>> {
  const command = new ReceiveMessageCommand({
    QueueUrl: sqs.queueUrl,
    MaxNumberOfMessages: BATCH,
    WaitTimeSeconds: Math.round(wait / 1000),
    MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
  });
  const question = {
    asked: async () => askedOfQueue('ReceiveMessage', sqs.arn),
    limit: RECEIVE_LIMIT,
    send: (abortSignal: AbortSignal) => sqs.client.send(command, { abortSignal }),
    parse: parseMessages,
  };
  return ask(question, sqs.clock, sqs.clock.now(), signal);
}

/** Absent is how SQS says that there are none. */
function parseMessages(output: unknown): Parsed<readonly Message[]> {
  const messages = fieldsOf(output)['Messages'];
  if (isAbsent(messages)) return parsed([]);
  if (!Array.isArray(messages)) return nonsense('messages that are no list');
  return parsed(messages.map((message: unknown) => parseMessage(fieldsOf(message))));
}

function parseMessage({ Body, ReceiptHandle, Attributes }: Fields): Message {
  const { SentTimestamp, ApproximateReceiveCount } = fieldsOf(Attributes);
  const sentAt = timeOf(SentTimestamp);
  const sent = sentAt === undefined ? 'at an unknown time' : iso(sentAt);
  const count = shownText(ApproximateReceiveCount, 10) ?? 'unknown';
  return { body: Body, handle: text(ReceiptHandle), passage: `sent ${sent}, receive count ${count}` };
}

export type Remaining = {
  readonly handles: readonly string[];
  /** The codes that SQS gave for them. */
  readonly codes: readonly string[];
};

/** What is left: an entry that SQS does not call successful is not deleted. At most ten handles. */
export function deleteBatch(
  sqs: Sqs,
  handles: readonly string[],
  signal: AbortSignal,
): Promise<Reading<Remaining>> {
  const command = new DeleteMessageBatchCommand({
    QueueUrl: sqs.queueUrl,
    Entries: handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
  });
  const question = {
    asked: async () => askedOfQueue('DeleteMessageBatch', sqs.arn),
    limit: DELETE_LIMIT,
    send: (abortSignal: AbortSignal) => sqs.client.send(command, { abortSignal }),
    parse: (output: unknown) => parsed(remainingOf(output, handles)),
  };
  return ask(question, sqs.clock, sqs.clock.now(), signal);
}

function remainingOf(output: unknown, handles: readonly string[]): Remaining {
  const { Successful, Failed } = fieldsOf(output);
  const deleted = new Set(listOf(Successful).map(({ Id }) => Id));
  const codes = new Set(listOf(Failed).flatMap(({ Code }) => shownText(Code, 80) ?? []));
  return {
    handles: handles.filter((_handle, index) => !deleted.has(String(index))),
    codes: [...codes].sort(),
  };
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map((entry: unknown) => fieldsOf(entry)) : [];
}
