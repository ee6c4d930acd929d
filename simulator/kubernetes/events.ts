/** Events have two faces: v1 and events.k8s.io/v1. They are stored in the first and shown in either. */

import { type JsonObject, type KubeObject, isRecord } from './object.ts';
import type { Resource } from './resources.ts';

/** events.k8s.io/v1 name -> v1 name. */
const FACES = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
] as const;

/** The object in the version that the caller speaks. */
export function present(resource: Resource, object: KubeObject): KubeObject {
  if (resource.group !== 'events.k8s.io') return object;
  const { kind, metadata } = object;
  return { ...rename(object, 1, 0), kind, metadata, apiVersion: 'events.k8s.io/v1' };
}

/** The body in the version that is stored. */
export function stored(resource: Resource, body: JsonObject): JsonObject {
  if (resource.group !== 'events.k8s.io' || !isRecord(body)) return body;
  return { ...rename(body, 0, 1), apiVersion: 'v1' };
}

function rename(object: JsonObject, from: 0 | 1, to: 0 | 1): JsonObject {
  const names = new Map<string, string>(FACES.map((pair) => [pair[from], pair[to]]));
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]));
}
