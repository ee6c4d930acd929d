/** The HTTP side of SQS, between the SDK and fauxqs: records requests and adds the faults that fauxqs has not. */

import type { SimClock } from '../clock.ts';
import type { Body } from './execute.ts';
import type { EntryFault } from './json-faults.ts';
import type { JsonAnswer, JsonCall } from './json-service.ts';
import { JsonService } from './json-service.ts';
import type { SqsEmulator } from './sqs-emulator.ts';
import { queueNameOf } from './sqs-emulator.ts';

export type SqsProxyOptions = {
  readonly clock: SimClock;
  readonly region: string;
  readonly emulator: SqsEmulator;
};

type Entry = Readonly<Record<string, unknown>>;
type Split = { readonly input: Body; readonly failures: readonly Entry[] };

/** Its `requests` and `faults` are those of all queues. */
export async function startSqsProxy({ clock, region, emulator }: SqsProxyOptions): Promise<JsonService> {
  const service = new JsonService({
    clock,
    service: 'sqs',
    region,
    target: 'AmazonSQS',
    contentType: 'application/x-amz-json-1.0',
    errorPrefix: 'com.amazonaws.sqs#',
    perform: (call) => perform(call, emulator),
  });
  await service.listen();
  return service;
}

async function perform(call: JsonCall, emulator: SqsEmulator): Promise<JsonAnswer> {
  const { input, failures } = withoutFailing(call.input, call.entryFaults);
  const answer =
    entriesOf(input)?.length === 0 && failures.length > 0
      ? { status: 200, headers: {}, text: '{}' }
      : await emulator.call(call.operation, input);
  if (call.operation === 'ReceiveMessage' && call.gone.aborted) await giveBack(input, answer, emulator);
  return failures.length > 0 && answer.status === 200 ? withFailures(answer, failures) : answer;
}

/**
 * fauxqs goes on waiting for a caller that went away during a long poll, and gives it the next message. That
 * message would be out of sight for its whole visibility time; so it is put back at once.
 */
async function giveBack(input: Body, answer: JsonAnswer, emulator: SqsEmulator): Promise<void> {
  const { Messages = [] }: { Messages?: { ReceiptHandle: string }[] } = JSON.parse(answer.text);
  if (Messages.length === 0) return;
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({
    Id: `back-${index}`,
    ReceiptHandle,
    VisibilityTimeout: 0,
  }));
  await emulator.call('ChangeMessageVisibilityBatch', { QueueUrl: input['QueueUrl'], Entries });
  emulator.countsOf(queueNameOf(input)).received -= Messages.length;
}

/** The batch without the entries that a fault befalls, and the answers for those. */
function withoutFailing(input: Body, faults: readonly EntryFault[]): Split {
  const entries = entriesOf(input);
  if (entries === undefined || faults.length === 0) return { input, failures: [] };
  const failures: Entry[] = [];
  const kept = entries.filter((entry, index) => {
    const Id = String(entry['Id']);
    const fault = faults.find(({ fails }) => fails(Id, index));
    if (fault !== undefined) {
      failures.push({ Id, Code: fault.code, Message: fault.message, SenderFault: fault.senderFault });
    }
    return fault === undefined;
  });
  return { input: { ...input, Entries: kept }, failures };
}

function entriesOf({ Entries }: Body): readonly Entry[] | undefined {
  return Array.isArray(Entries) ? Entries : undefined;
}

function withFailures(answer: JsonAnswer, failures: readonly Entry[]): JsonAnswer {
  const { Successful = [], Failed = [] }: { Successful?: Entry[]; Failed?: Entry[] } = JSON.parse(
    answer.text,
  );
  return { ...answer, text: JSON.stringify({ Successful, Failed: [...Failed, ...failures] }) };
}
