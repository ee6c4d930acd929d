/** The trail channel against a scripted CloudTrail that holds events and looks them up as CloudTrail does. */

import type { TestContext } from 'node:test';
import { Seen } from '../../../src/adapters/aws/seen.ts';
import { createTrail, type TrailDeps } from '../../../src/adapters/aws/trail.ts';
import { type Duration, iso, milliseconds, minutes } from '../../../src/domain/time.ts';
import type { AwsScript, Call, ScriptedAws } from '../../support/scripted-aws.ts';
import { answer, type Reply } from '../../support/scripted-eks.ts';
import { SteppedClock } from '../../support/stepped-clock.ts';
import {
  type Counted,
  counting,
  listen,
  scriptedAws,
  sdkConfig,
  stepUntil,
  type Told,
} from './channel-harness.ts';
import { CLUSTER, type Draft, NOON, numbered, PLACE, record } from './records.ts';

export type TrailHarness = {
  readonly aws: ScriptedAws;
  readonly history: History;
  readonly clock: SteppedClock;
  readonly counted: Counted;
  readonly told: Told;
  readonly stop: () => Promise<void>;
};

type Options = Partial<TrailDeps> & { readonly script?: (history: History) => AwsScript };

export const HOUR: Duration = minutes(60);

export async function startTrail(t: TestContext, options: Options = {}): Promise<TrailHarness> {
  const { script, ...more } = options;
  const aws = await scriptedAws(t);
  const history = new History();
  aws.script = script?.(history) ?? ((call) => history.lookUp(call));
  const clock = new SteppedClock(NOON);
  const counted = counting();
  const trail = createTrail({
    clusterName: CLUSTER,
    place: () => PLACE,
    seen: new Seen(),
    clock,
    random: () => 0,
    traffic: counted,
    lookback: HOUR,
    toldUntil: () => undefined,
    interval: minutes(1),
    isWanted: () => true,
    cloudtrail: { config: sdkConfig(aws.endpoint) },
    ...more,
  });
  return { aws, history, clock, counted, ...listen(t, trail) };
}

/** Steps the clock until so many readings were told: one for each round, and for each failure. */
export function rounds({ clock, told }: TrailHarness, count: number): Promise<void> {
  return stepUntil(clock, `${count} rounds`, () => told.readings.length >= count, milliseconds(200));
}

type Kept = { readonly at: number; readonly name: string; readonly event: Draft };

/** The events of an account. */
export class History {
  readonly #kept: Kept[] = [];

  /** An event of the past, so many seconds before noon; it can be looked up from now on. */
  add(detail: Draft, secondsBeforeNoon: number): void {
    const at = NOON - secondsBeforeNoon * 1000;
    const CloudTrailEvent = JSON.stringify({ ...detail, eventTime: iso(at as typeof NOON) });
    const { eventID: EventId, eventName: EventName } = detail;
    const event = { EventId, EventName, EventTime: at / 1000, Username: 'alice', CloudTrailEvent };
    this.#kept.push({ at, name: String(EventName), event });
  }

  deletion(number: number, secondsBeforeNoon: number): void {
    this.add(numbered(number), secondsBeforeNoon);
  }

  sweep(eventName: string, secondsBeforeNoon: number): void {
    const requestParameters = { name: CLUSTER };
    const eventID = `${eventName}-${secondsBeforeNoon}`;
    this.add(record({ eventName, eventID, requestParameters, responseElements: null }), secondsBeforeNoon);
  }

  lookUp(call: Call): Reply {
    const { StartTime, NextToken = '0', MaxResults } = call.input;
    const found = this.#kept
      .filter(({ name, at }) => name === nameIn(call) && at >= Number(StartTime) * 1000)
      .toSorted((one, other) => other.at - one.at);
    const end = Number(NextToken) + Number(MaxResults);
    return answer({
      Events: found.slice(Number(NextToken), end).map(({ event }) => event),
      ...(end < found.length && { NextToken: String(end) }),
    });
  }
}

export function nameIn({ input }: Call): string {
  const [attribute] = input['LookupAttributes'] as readonly { readonly AttributeValue: string }[];
  return attribute?.AttributeValue ?? '';
}

/** The seconds between noon and the start of what a call asks for. */
export function startOf({ input }: Call): number {
  return Number(input['StartTime']) - NOON / 1000;
}
