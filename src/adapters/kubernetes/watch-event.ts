/** Reads one line of a watch. Total: a line that makes no sense is an event too. */

import { AudienceSigns } from './audience.ts';
import type { JsonObject } from './json.ts';
import { field, isObject, text } from './json.ts';
import type { Refusal } from './refusal.ts';
import { refusalOf } from './refusal.ts';

/** A change of one pod. ADDED and MODIFIED are the same for a view that knows what it has. */
export type PodEvent = {
  readonly kind: 'present' | 'deleted';
  readonly pod: JsonObject;
  readonly version: string | undefined;
};

/** Something happened to a pod that is neither a holder now nor known. */
export type PassedEvent = { readonly kind: 'passed'; readonly version: string | undefined };

/** Nothing happened up to this version. */
export type BookmarkEvent = {
  readonly kind: 'bookmark';
  readonly version: string | undefined;
  /** All that was there at first has been told. */
  readonly endsState: boolean;
};

export type WatchEvent =
  | PodEvent
  | PassedEvent
  | BookmarkEvent
  | { readonly kind: 'error'; readonly refusal: Refusal }
  | { readonly kind: 'garbage'; readonly why: string };

/** What is at hand of an event's pod before the pod is read. */
export type PodHead = {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
};

/** Whether the view has anything under this uid or this name, so that the event must be read. */
export type IsKnown = (head: PodHead) => boolean;

const END_OF_STATE = 'k8s.io/initial-events-end';

/** As the API server writes it, and nothing else: any other line is read as a whole. */
const JSON_HEAD =
  /^\{"type":"(?:ADDED|MODIFIED|DELETED)","object":\{"kind":"Pod","apiVersion":"v1","metadata":\{"name":"([\w.-]+)",(?:"generateName":"[\w.-]*",)?"namespace":"([\w-]+)",(?:"selfLink":"[^"\\]*",)?"uid":"([\w-]+)","resourceVersion":"(\d+)"/;
/** Holds the longest names there can be. */
const LONGEST_HEAD = 1024;

/** A line of a watch. That of a pod which the view does not know and which can't be a holder is not parsed. */
export function readJsonEvent(line: Buffer, isKnown: IsKnown): WatchEvent {
  const [, name, namespace, uid, version] = JSON_HEAD.exec(line.toString('latin1', 0, LONGEST_HEAD)) ?? [];
  const isUseless =
    name !== undefined &&
    namespace !== undefined &&
    uid !== undefined &&
    !isKnown({ uid, namespace, name }) &&
    new AudienceSigns(line).next(0) === Number.POSITIVE_INFINITY;
  return isUseless ? { kind: 'passed', version } : readWatchEvent(line.toString('utf8'));
}

export function readWatchEvent(line: string): WatchEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { kind: 'garbage', why: 'a line of the watch is no JSON' };
  }
  return eventOf(field(parsed, 'type'), field(parsed, 'object'));
}

export function eventOf(type: unknown, object: unknown): WatchEvent {
  if (!isObject(object)) return { kind: 'garbage', why: 'an event of the watch holds no object' };
  if (type === 'ERROR') return { kind: 'error', refusal: refusalOf(object, 0) };
  const kind = text(field(object, 'kind'));
  if (kind !== undefined && kind !== 'Pod') return { kind: 'garbage', why: `the watch sent a ${kind}` };
  const version = versionOf(object);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'present', pod: object, version };
    case 'DELETED':
      return { kind: 'deleted', pod: object, version };
    case 'BOOKMARK':
      return { kind: 'bookmark', version, endsState: endsState(object) };
    default:
      return { kind: 'garbage', why: 'the watch sent an event of no known type' };
  }
}

function endsState(bookmark: JsonObject): boolean {
  return field(field(field(bookmark, 'metadata'), 'annotations'), END_OF_STATE) === 'true';
}

export function versionOf(object: unknown): string | undefined {
  return text(field(field(object, 'metadata'), 'resourceVersion'));
}

/**
 * Whether `one` is older than `other`. Resource versions are numbers on every API server that keeps its data
 * in etcd; where one is not, nothing can be said and the order of arrival stands.
 */
export function isOlder(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined || !isNumeric(one) || !isNumeric(other)) return false;
  return one.length === other.length ? one < other : one.length < other.length;
}

/** Without a leading zero, so that length and then text order them at any size. */
function isNumeric(version: string): boolean {
  return /^(0|[1-9]\d*)$/.test(version);
}
