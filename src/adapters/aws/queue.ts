/** Hears CloudTrail records from an SQS queue that an EventBridge rule fills. */

import { known, type Reading } from '../../domain/reading.ts';
import { between, type Duration, milliseconds, seconds } from '../../domain/time.ts';
import type { ChannelListener, RecordChannel } from '../../ports/channel.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Traffic } from '../../ports/traffic.ts';
import { Breath } from './breath.ts';
import { parseBody } from './envelope.ts';
import { Acknowledger } from './queue-acknowledge.ts';
import { type Message, receive, type Sqs } from './queue-call.ts';
import { queueClient, type SqsOptions } from './queue-client.ts';
import { parseQueueUrl } from './queue-url.ts';
import { deliver, type Delivery, tell } from './record-delivery.ts';
import type { Place } from './record-origin.ts';
import { retryDelay } from './retry-delay.ts';
import type { Seen } from './seen.ts';

export type QueueDeps = {
  readonly queueUrl: string;
  readonly clusterName: string;
  /** Asked for each message: what is not known at the start may be known later. */
  readonly place: () => Place;
  /** Shared with the other channel. */
  readonly seen: Seen;
  readonly clock: Clock;
  readonly random: Random;
  readonly traffic: Traffic;
  /** For tests; in production the SDK finds everything by itself. */
  readonly sqs?: SqsOptions;
};

const LONG_POLL = seconds(20);

/** At the start and after a failure: so it is soon known that the queue can be read. */
const PROBE = seconds(1);

/** A server that does not wait when there is nothing must not make us ask without pause. */
const LEAST_BETWEEN_IDLE = seconds(1);

/** Disposing of it closes its connections. */
export function createQueue(deps: QueueDeps): RecordChannel & AsyncDisposable {
  const address = parseQueueUrl(deps.queueUrl);
  const client = queueClient(address, deps.traffic, deps.sqs);
  const sqs: Sqs = { client, queueUrl: deps.queueUrl, arn: address.arn, clock: deps.clock };
  return {
    name: 'queue',
    run: (listener, signal) => run({ ...deps, sqs, listener, breath: new Breath(deps.clock) }, signal),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

type Run = Omit<QueueDeps, 'sqs'> & {
  readonly sqs: Sqs;
  readonly listener: ChannelListener;
  readonly breath: Breath;
};

/**
 * Messages are deleted after the listener has them, beside the next poll. Those whose deletion an abort
 * interrupts come again, to whoever reads the queue then: that is better than to lose them.
 */
async function run(deps: Run, signal: AbortSignal): Promise<void> {
  const acknowledger = new Acknowledger(deps.sqs, deps.random);
  let failures = 0;
  let wait = PROBE;
  try {
    for (;;) {
      const sentAt = deps.clock.now();
      const reading = await receive(deps.sqs, wait, signal);
      failures = reading.kind === 'known' ? 0 : failures + 1;
      wait = reading.kind === 'known' ? LONG_POLL : PROBE;
      tell(deps.listener, stateOf(reading, acknowledger));
      if (reading.kind === 'unknown') {
        await deps.clock.sleep(retryDelay(failures, deps.random), signal);
        continue;
      }
      const heard = await hearAll(deps, reading.value, signal);
      await acknowledger.acknowledge(heard.handles, signal);
      if (isIdle(heard, acknowledger)) {
        await deps.clock.sleep(rest(between(sentAt, deps.clock.now())), signal);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await acknowledger.ended();
  }
}

/** A queue that can be read, but not emptied, is not well either. */
function stateOf(reading: Reading<unknown>, acknowledger: Acknowledger): Reading<undefined> {
  if (reading.kind === 'unknown') return reading;
  return acknowledger.problem ?? known(undefined, reading.at);
}

type Heard = {
  /** Of the messages that are done with. */
  readonly handles: readonly string[];
  /** At least one hint was new. */
  readonly news: boolean;
};

async function hearAll(deps: Run, messages: readonly Message[], signal: AbortSignal): Promise<Heard> {
  const handles: string[] = [];
  let news = false;
  for (const message of messages) {
    const delivery = hear(deps, message);
    if (delivery === 'taken') news = true;
    if (delivery !== 'kept' && message.handle !== undefined) handles.push(message.handle);
    await deps.breath.after(message.body, signal);
  }
  return { handles, news };
}

function hear({ clusterName, place, seen, clock, listener }: Run, message: Message): Delivery {
  const expected = { clusterName, place: place(), channel: 'queue', heardAt: clock.now() } as const;
  const heard = parseBody(message.body, expected);
  if (heard.kind !== 'refused') return deliver(heard, seen, listener);
  return deliver({ ...heard, detail: `${heard.detail} (${message.passage})` }, seen, listener);
}

/** Nothing came, or only what can't be got rid of and so comes again at once where it is not hidden. */
function isIdle({ handles, news }: Heard, acknowledger: Acknowledger): boolean {
  return handles.length === 0 || (!news && acknowledger.problem !== undefined);
}

/** What is left of the least time between two polls that bring nothing; a clock that was set back adds none. */
function rest(elapsed: Duration): Duration {
  return milliseconds(LEAST_BETWEEN_IDLE - Math.max(0, elapsed));
}
