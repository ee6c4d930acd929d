/** LookupEvents behind a port that the real SDK can talk to: the last 90 days of one account and Region. */

import type { SimClock } from '../clock.ts';
import { ApiError } from './api-error.ts';
import type { RecordPlace } from './cloudtrail-call.ts';
import type { CloudTrail, TrailEntry } from './cloudtrail.ts';
import type { Body } from './execute.ts';
import type { JsonFaults } from './json-faults.ts';
import type { JsonAnswer, JsonCall, JsonRequestRecord } from './json-service.ts';
import { JsonService } from './json-service.ts';
import { CallLimit } from './lookup-limit.ts';
import { lookupPage } from './lookup-page.ts';
import { fits, parseQuery, resourcesOf, userNameOf } from './lookup-query.ts';

export type LookupOptions = {
  readonly clock: SimClock;
  readonly trail: CloudTrail;
  readonly place: RecordPlace;
};

export type Lookup = {
  readonly url: string;
  /** Every request that came, oldest first. */
  readonly requests: readonly JsonRequestRecord[];
  readonly faults: JsonFaults;
  /** Two calls per second; Infinity is none. */
  readonly limit: CallLimit;
  close(): Promise<void>;
};

const PER_SECOND = 2;

export async function startLookup({ clock, trail, place }: LookupOptions): Promise<Lookup> {
  const limit = new CallLimit(clock, PER_SECOND);
  const service = new JsonService({
    clock,
    service: 'cloudtrail',
    region: place.region,
    target: 'CloudTrail_20131101',
    contentType: 'application/x-amz-json-1.1',
    errorPrefix: '',
    perform: (call) => perform(call, { limit, now: clock.now(), entries: here(trail, place) }),
  });
  await service.listen();
  const { url, requests, faults } = service;
  return { url, requests, faults, limit, close: () => service.close() };
}

/** An account's history of a Region: what a trail of other accounts or Regions has is not in it. */
function here(trail: CloudTrail, { region, account }: RecordPlace): TrailEntry[] {
  return trail
    .visible()
    .filter(({ record }) => record.awsRegion === region && record.recipientAccountId === account);
}

type History = { readonly limit: CallLimit; readonly now: number; readonly entries: readonly TrailEntry[] };

async function perform({ operation, input }: JsonCall, history: History): Promise<JsonAnswer> {
  if (operation !== 'LookupEvents') {
    throw new ApiError(400, 'UnknownOperationException', `There is no operation ${operation} here.`);
  }
  if (!history.limit.admit()) throw new ApiError(400, 'ThrottlingException', 'Rate exceeded');
  return { status: 200, headers: {}, text: JSON.stringify(lookUp(input, history)) };
}

function lookUp(input: Body, { now, entries }: History): Body {
  const query = parseQuery(input, now);
  const found = entries.filter(({ record }) => fits(query, record));
  const page = lookupPage(found, query.size, input);
  const events = page.entries.map(eventOf);
  return page.nextToken === undefined ? { Events: events } : { Events: events, NextToken: page.nextToken };
}

function eventOf({ record }: TrailEntry): Body {
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: String(record.readOnly),
    AccessKeyId: record.userIdentity.accessKeyId,
    EventTime: Date.parse(record.eventTime) / 1000,
    EventSource: record.eventSource,
    Username: userNameOf(record),
    Resources: resourcesOf(record),
    CloudTrailEvent: JSON.stringify(record),
  };
}
