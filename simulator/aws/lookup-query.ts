/** What a LookupEvents asks for: its members checked as CloudTrail checks them, and which records fit. */

import { ApiError } from './api-error.ts';
import type { Body } from './execute.ts';
import type { TrailRecord } from './records.ts';

export const ATTRIBUTE_KEYS = [
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
] as const;
export type AttributeKey = (typeof ATTRIBUTE_KEYS)[number];

export type LookupQuery = {
  readonly attribute: { readonly key: AttributeKey; readonly value: string } | undefined;
  /** Both ends belong to the range; milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly size: number;
  /** Insights are another category: there are none here. */
  readonly insights: boolean;
};

const DAY_MS = 86_400_000;
const HISTORY_MS = 90 * DAY_MS;
const MAX_RESULTS = 50;

/** Throws the ApiError with which CloudTrail refuses such a query. */
export function parseQuery(input: Body, now: number): LookupQuery {
  return {
    attribute: parseAttribute(input['LookupAttributes']),
    ...parseRange(input, now),
    size: parseSize(input['MaxResults']),
    insights: parseCategory(input['EventCategory']),
  };
}

export function fits({ attribute, from, to, insights }: LookupQuery, record: TrailRecord): boolean {
  const at = Date.parse(record.eventTime);
  if (insights || at < from || at > to) return false;
  return attribute === undefined || valuesOf(attribute.key, record).includes(attribute.value);
}

export function userNameOf({ userIdentity }: TrailRecord): string | undefined {
  const { type, userName, principalId } = userIdentity;
  if (type === 'Root') return 'root';
  return userName ?? principalId?.split(':')[1];
}

export function resourcesOf(record: TrailRecord): { ResourceType: string; ResourceName: string }[] {
  return (record.resources ?? []).map(({ type, ARN }) => ({
    ResourceType: String(type),
    ResourceName: String(ARN),
  }));
}

function valuesOf(key: AttributeKey, record: TrailRecord): readonly (string | undefined)[] {
  switch (key) {
    case 'EventId':
      return [record.eventID];
    case 'EventName':
      return [record.eventName];
    case 'ReadOnly':
      return [String(record.readOnly)];
    case 'Username':
      return [userNameOf(record)];
    case 'ResourceType':
      return resourcesOf(record).map((resource) => resource.ResourceType);
    case 'ResourceName':
      return resourcesOf(record).map((resource) => resource.ResourceName);
    case 'EventSource':
      return [record.eventSource];
    case 'AccessKeyId':
      return [record.userIdentity.accessKeyId];
  }
}

/** A list of one entry at most. */
function parseAttribute(value: unknown): LookupQuery['attribute'] {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length > 1) {
    throw invalid('InvalidLookupAttributesException', 'You can specify only one lookup attribute.');
  }
  const [entry]: readonly unknown[] = value;
  if (entry === undefined) return undefined;
  const { AttributeKey: key, AttributeValue: text }: Body = Object.assign({}, entry);
  const known = ATTRIBUTE_KEYS.find((each) => each === key);
  if (known === undefined || typeof text !== 'string' || text === '') {
    throw invalid('InvalidLookupAttributesException', `The lookup attribute is not valid: ${String(key)}.`);
  }
  return { key: known, value: text };
}

/** Older events than those of 90 days are not kept; a range that lies wholly before them is no range. */
function parseRange(input: Body, now: number): { from: number; to: number } {
  const oldest = now - HISTORY_MS;
  const from = parseTime(input['StartTime']) ?? oldest;
  const to = parseTime(input['EndTime']) ?? Number.POSITIVE_INFINITY;
  if (from > to) throw invalid('InvalidTimeRangeException', 'The start time must not be after the end time.');
  if (to < oldest) throw invalid('InvalidTimeRangeException', 'The time range is older than 90 days.');
  return { from: Math.max(from, oldest), to };
}

/** Seconds since the epoch on the wire. */
function parseTime(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value * 1000;
  throw invalid('InvalidTimeRangeException', 'The times must be seconds since the epoch.');
}

function parseSize(value: unknown): number {
  const size = value ?? MAX_RESULTS;
  if (typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= MAX_RESULTS) return size;
  throw invalid('InvalidMaxResultsException', `MaxResults must be between 1 and ${MAX_RESULTS}.`);
}

function parseCategory(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (value === 'insight') return true;
  throw invalid('InvalidEventCategoryException', 'The event category must be insight.');
}

function invalid(code: string, message: string): ApiError {
  return new ApiError(400, code, message);
}
