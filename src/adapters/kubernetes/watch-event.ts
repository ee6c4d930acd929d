/** Reads one line of a watch. Total: a line that makes no sense is an event too. */

import type { JsonObject } from './json.ts';
import { field, isObject, text } from './json.ts';
import type { Refusal } from './refusal.ts';
import { refusalOf } from './refusal.ts';

export type WatchEvent =
  /** ADDED or MODIFIED: for a view that knows what it has, they are the same. */
  | { readonly kind: 'present'; readonly pod: JsonObject; readonly version: string | undefined }
  | { readonly kind: 'deleted'; readonly pod: JsonObject; readonly version: string | undefined }
  /** Nothing happened up to this version. */
  | { readonly kind: 'bookmark'; readonly version: string | undefined }
  | { readonly kind: 'error'; readonly refusal: Refusal }
  | { readonly kind: 'garbage'; readonly why: string };

export function readWatchEvent(line: string): WatchEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { kind: 'garbage', why: 'a line of the watch is no JSON' };
  }
  const object = field(parsed, 'object');
  if (!isObject(object)) return { kind: 'garbage', why: 'a line of the watch holds no object' };
  const type = field(parsed, 'type');
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
      return { kind: 'bookmark', version };
    default:
      return { kind: 'garbage', why: 'the watch sent an event of no known type' };
  }
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
