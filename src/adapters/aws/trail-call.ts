/** What is asked of CloudTrail: one page of the events of one name. */

import { type CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Reading } from '../../domain/reading.ts';
import { type Instant, instant, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { ask } from './ask.ts';
import { askedOfTrail } from './asked.ts';
import { type Fields, fieldsOf, isAbsent, nonsense, type Parsed, parsed, text } from './parse.ts';

export type CloudTrail = { readonly client: CloudTrailClient; readonly clock: Clock };

export type PageQuery = {
  readonly eventName: string;
  readonly from: Instant;
  readonly nextToken: string | undefined;
};

export type TrailEvent = {
  readonly eventId: string | undefined;
  /** Undefined where it is not told; the record inside tells it too. */
  readonly at: Instant | undefined;
  /** The record, as a JSON text. */
  readonly record: unknown;
};

export type TrailPage = {
  readonly events: readonly TrailEvent[];
  readonly nextToken: string | undefined;
};

const PAGE_SIZE = 50;

const CALL_LIMIT = seconds(15);

/** Only one attribute may be given, so that each name is asked for by itself. */
export function requestEvents(
  trail: CloudTrail,
  query: PageQuery,
  signal: AbortSignal,
): Promise<Reading<TrailPage>> {
  const { client, clock } = trail;
  const command = new LookupEventsCommand({
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: query.eventName }],
    StartTime: new Date(query.from),
    MaxResults: PAGE_SIZE,
    ...(query.nextToken !== undefined && { NextToken: query.nextToken }),
  });
  const question = {
    asked: async () => askedOfTrail(query.eventName),
    limit: CALL_LIMIT,
    send: (abortSignal: AbortSignal) => client.send(command, { abortSignal }),
    parse: parsePage,
  };
  return ask(question, clock, clock.now(), signal);
}

/** A body without the list itself is nonsense, never an empty page: the SDK makes `{}` of an empty body. */
function parsePage(output: unknown): Parsed<TrailPage> {
  const { Events, NextToken } = fieldsOf(output);
  if (!Array.isArray(Events)) return nonsense('a page without a list of events');
  if (!isAbsent(NextToken) && typeof NextToken !== 'string') return nonsense('a NextToken that is no text');
  return parsed({
    events: Events.map((event: unknown) => parseEvent(fieldsOf(event))),
    nextToken: isAbsent(NextToken) ? undefined : NextToken,
  });
}

function parseEvent({ EventId, EventTime, CloudTrailEvent }: Fields): TrailEvent {
  const time = EventTime instanceof Date ? EventTime.getTime() : Number.NaN;
  return {
    eventId: text(EventId),
    at: Number.isNaN(time) ? undefined : instant(time),
    record: CloudTrailEvent,
  };
}
