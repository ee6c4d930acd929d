/** Reads one frame of a watch in protobuf. Total: a frame that makes no sense is an event too. */

import { Reader } from 'protobufjs/minimal.js';
import { nextAudience } from './audience.ts';
import { field, text } from './json.ts';
import { BOOKMARK, POD, POD_HEAD, STATUS } from './pod-fields.ts';
import type { Unwrapped } from './protobuf.ts';
import { bytesOf, decode, isTag, unwrap } from './protobuf.ts';
import type { IsKnown, WatchEvent } from './watch-event.ts';
import { eventOf } from './watch-event.ts';

const OF_PODS: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED']);

export function readProtobufEvent(frame: Buffer, isKnown: IsKnown): WatchEvent {
  try {
    return readEvent(frame, isKnown);
  } catch {
    return { kind: 'garbage', why: 'a frame of the watch is no protobuf' };
  }
}

function readEvent(frame: Buffer, isKnown: IsKnown): WatchEvent {
  const { object, type } = readFrame(frame);
  if (type === 'ERROR') return eventOf(type, decode(object.bytes, STATUS));
  if (object.kind !== 'Pod') return { kind: 'garbage', why: `the watch sent a ${object.kind}` };
  if (type === 'BOOKMARK') return eventOf(type, decode(object.bytes, BOOKMARK));
  if (OF_PODS.has(type) && nextAudience(object.bytes, 0) === -1) {
    const { version, ...head } = readHead(object.bytes);
    if (!isKnown(head)) return { kind: 'passed', version };
  }
  return eventOf(type, decode(object.bytes, POD));
}

/** A metav1.WatchEvent: the type, and the object as RawExtension. */
function readFrame(frame: Buffer): { readonly type: string; readonly object: Unwrapped } {
  const reader = Reader.create(frame);
  let type = '';
  let object: Unwrapped | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (isTag(tag, 1)) type = reader.string();
    else if (isTag(tag, 2)) object = unwrap(firstField(bytesOf(reader)));
    else reader.skipType(tag & 7);
  }
  if (object === undefined) throw new RangeError('an event of the watch holds no object');
  return { type, object };
}

/** Of a message that has one field, or whose others do not matter; and here that is the metadata of a pod, too. */
function firstField(message: Buffer): Buffer {
  const reader = Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (isTag(tag, 1)) return bytesOf(reader);
    reader.skipType(tag & 7);
  }
  return Buffer.alloc(0);
}

function readHead(pod: Buffer) {
  const head = decode(firstField(pod), POD_HEAD);
  return {
    uid: text(field(head, 'uid')) ?? '',
    namespace: text(field(head, 'namespace')) ?? '',
    name: text(field(head, 'name')) ?? '',
    version: text(field(head, 'resourceVersion')),
  };
}
