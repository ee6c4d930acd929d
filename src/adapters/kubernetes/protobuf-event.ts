/** Reads one frame of a watch in protobuf. Total: a frame that makes no sense is an event too. */

import { Reader } from 'protobufjs/minimal.js';
import { field, text } from './json.ts';
import { BOOKMARK, POD_HEAD, STATUS } from './pod-fields.ts';
import type { Message, Span, Wrapped } from './protobuf.ts';
import { mayHaveToken } from './protobuf-pod.ts';
import { decode, isMessage, spanOf, unwrap } from './protobuf.ts';
import type { IsKnown, WatchEvent } from './watch-event.ts';
import { eventOf } from './watch-event.ts';

const OF_PODS: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED']);

/** `fields` are those of a pod that are read. */
export function readProtobufEvent(frame: Buffer, isKnown: IsKnown, fields: Message): WatchEvent {
  try {
    return readEvent(frame, isKnown, fields);
  } catch {
    return { kind: 'garbage', why: 'a frame of the watch is no protobuf' };
  }
}

function readEvent(frame: Buffer, isKnown: IsKnown, fields: Message): WatchEvent {
  const reader = Reader.create(frame);
  const { object, type } = readFrame(reader);
  if (type === 'ERROR') return eventOf(type, decode(reader, object, STATUS));
  if (object.kind !== 'Pod') return { kind: 'garbage', why: `the watch sent a ${object.kind}` };
  if (type === 'BOOKMARK') return eventOf(type, decode(reader, object, BOOKMARK));
  if (OF_PODS.has(type) && !mayHaveToken(reader, object)) {
    const { version, ...head } = readHead(reader, object);
    if (!isKnown(head)) return { kind: 'passed', version };
  }
  return eventOf(type, decode(reader, object, fields));
}

/** A metav1.WatchEvent: the type, and the object as RawExtension. */
function readFrame(reader: Reader): { readonly type: string; readonly object: Wrapped } {
  let type = '';
  let object: Wrapped | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (isMessage(tag, 1)) type = reader.string();
    else if (isMessage(tag, 2)) {
      const { end, start } = spanOf(reader);
      const raw = firstField(reader, { start, end });
      reader.pos = raw.start;
      object = unwrap(reader, raw.end);
      reader.pos = end;
    } else reader.skipType(tag & 7);
  }
  if (object === undefined) throw new RangeError('an event of the watch holds no object');
  return { type, object };
}

/** Where the field with number 1 is; empty where there is none. */
function firstField(reader: Reader, { end, start }: Span): Span {
  reader.pos = start;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (isMessage(tag, 1)) return spanOf(reader);
    reader.skipType(tag & 7);
  }
  return { start: end, end };
}

function readHead(reader: Reader, pod: Span) {
  const head = decode(reader, firstField(reader, pod), POD_HEAD);
  return {
    uid: text(field(head, 'uid')) ?? '',
    namespace: text(field(head, 'namespace')) ?? '',
    name: text(field(head, 'name')) ?? '',
    version: text(field(head, 'resourceVersion')),
  };
}
