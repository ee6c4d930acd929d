/** Pods as bytes of protobuf, and who is spoken to in them. The bytes are made once for each state of a pod. */

import { isRecord, type JsonObject } from './object.ts';
import type { Page } from './pages.ts';
import type { Target } from './paths.ts';
import { PROTOBUF } from './protobuf.ts';
import { encodePod, encodePodList, encodeStatus, encodeWatchFrame, unknownOf } from './protobuf-encode.ts';
import type { Call } from './world.ts';

export const LIST_TYPE = { 'content-type': PROTOBUF } as const;
const WATCH_TYPE = `${PROTOBUF};stream=watch`;

const known = new WeakMap<JsonObject, Buffer>();

/** Lists and watches of pods: single pods, and all other kinds, are told in JSON. */
export function speaksProtobuf(
  { name, resource }: Target,
  { wantsProtobuf }: Pick<Call, 'wantsProtobuf'>,
): boolean {
  return wantsProtobuf && resource.plural === 'pods' && name === undefined;
}

export function watchType(isProtobuf: boolean): string {
  return isProtobuf ? WATCH_TYPE : 'application/json';
}

/** With which a watch ends that can't go on. */
export function errorEvent(status: JsonObject, isProtobuf: boolean): string | Buffer {
  return isProtobuf
    ? encodeWatchFrame('ERROR', encodeStatus(status))
    : JSON.stringify({ type: 'ERROR', object: status });
}

/** A pod in its envelope. */
export function podBytes(pod: JsonObject): Buffer {
  return unknownOf('Pod', messageOf(pod));
}

export function listBytes(page: Page): Buffer {
  return encodePodList(page, page.items.map(messageOf));
}

function messageOf(pod: JsonObject): Buffer {
  const bytes = known.get(pod);
  if (bytes !== undefined) return bytes;
  const fresh = encodePod(isRecord(pod) ? pod : {});
  if (Object.isFrozen(pod)) known.set(pod, fresh);
  return fresh;
}
