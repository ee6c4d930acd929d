/** A channel running against a scripted AWS, and what its listener was told. */

import { mock, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Chronicle } from '../../../src/domain/chronicle.ts';
import type { Hint, Refusal } from '../../../src/domain/hint.ts';
import type { Reading } from '../../../src/domain/reading.ts';
import { type Duration, iso, milliseconds } from '../../../src/domain/time.ts';
import type { ChannelListener, RecordChannel } from '../../../src/ports/channel.ts';
import type { AwsRequest, Traffic } from '../../../src/ports/traffic.ts';
import { ScriptedAws } from '../../support/scripted-aws.ts';
import type { SteppedClock } from '../../support/stepped-clock.ts';
import { REGION } from './records.ts';

export const CREDENTIALS = { accessKeyId: 'AKIATESTTESTTEST', secretAccessKey: 'secret' } as const;

/** Everything a listener is told, in order. */
export class Told implements ChannelListener {
  readonly hints: Hint[] = [];
  readonly refusals: { readonly why: Refusal; readonly detail: string; readonly eventAt: string }[] = [];
  readonly readings: Reading<undefined>[] = [];
  readonly chronicles: Chronicle[] = [];
  /** How many hints are still to be answered by throwing. */
  throwing = 0;

  hint = (hint: Hint): void => {
    if (this.throwing > 0) {
      this.throwing -= 1;
      throw new Error('the listener throws on script');
    }
    this.hints.push(hint);
  };

  refused = (why: Refusal, detail: string, eventAt: number | undefined): void => {
    this.refusals.push({
      why,
      detail,
      eventAt: eventAt === undefined ? '' : new Date(eventAt).toISOString(),
    });
  };

  chronicle = (chronicle: Chronicle): void => {
    this.chronicles.push(chronicle);
  };

  reading = (reading: Reading<undefined>): void => {
    this.readings.push(reading);
  };

  /** `association: team-a/etl`, `sweep: DeleteAddon`: in the order in which they were told. */
  get heard(): readonly string[] {
    return this.hints.map((hint) =>
      hint.kind === 'sweep' ? `sweep: ${hint.evidence.eventName}` : `${hint.action}: ${hint.identity}`,
    );
  }

  /** `known`, or why not. */
  get states(): readonly string[] {
    return this.readings.map((reading) => (reading.kind === 'known' ? 'known' : reading.why));
  }

  get lastDetail(): string {
    const last = this.readings.at(-1);
    return last?.kind === 'unknown' ? last.detail : '';
  }

  /** The events that were heard, with the time of each. */
  get times(): readonly string[] {
    return this.hints.map(({ evidence }) => `${evidence.eventId} ${iso(evidence.at)}`);
  }
}

export type Counted = Traffic & {
  readonly requests: readonly AwsRequest[];
  readonly lines: () => readonly string[];
};

export function counting(): Counted {
  const requests: AwsRequest[] = [];
  return {
    requests,
    aws: (request) => requests.push(request),
    kubernetes: () => undefined,
    lines: () => requests.map(({ service, operation, code }) => `${service} ${operation} ${code}`),
  };
}

/** Chance that is always 0, for the SDK's own delays too: retries cost the tests no time. */
export async function scriptedAws(t: TestContext): Promise<ScriptedAws> {
  const random = mock.method(Math, 'random', () => 0);
  const aws = await ScriptedAws.start();
  t.after(async () => {
    random.mock.restore();
    await aws[Symbol.asyncDispose]();
  });
  return aws;
}

export function sdkConfig(endpoint: string): {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: typeof CREDENTIALS;
} {
  return { region: REGION, endpoint, credentials: CREDENTIALS };
}

export type Running = { readonly told: Told; readonly stop: () => Promise<void> };

/** Runs until the test ends, or until it is stopped; disposed of afterwards. */
export function listen(t: TestContext, channel: RecordChannel & AsyncDisposable): Running {
  const told = new Told();
  const root = new AbortController();
  const ran = channel.run(told, root.signal);
  const stop = async (): Promise<void> => {
    root.abort(new Error('the test stops'));
    await ran;
  };
  t.after(async () => {
    await stop();
    await channel[Symbol.asyncDispose]();
  });
  return { told, stop };
}

const PATIENCE_MS = 5_000;

/** Waits for what real sockets bring; a condition that never holds fails the test. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`waited in vain: ${what}`);
    await turn();
  }
}

/** Moves the clock in steps, with real time for the sockets between, until the condition holds. */
export async function stepUntil(
  clock: SteppedClock,
  what: string,
  holds: () => boolean,
  step: Duration = milliseconds(100),
): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`stepped in vain: ${what}`);
    await clock.advance(step);
    for (let turns = 0; turns < 20; turns += 1) await turn();
  }
}
