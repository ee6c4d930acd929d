/** Writes pods, and the lists and watch events of pods, in the binary form of the API server. */

import { Writer } from 'protobufjs/minimal.js';
import { isRecord, type JsonObject } from './object.ts';
import { type Field, POD, type Scalar, type Schema, STATUS } from './pod-schema.ts';

const MAGIC = Buffer.from('k8s\0');
const LENGTH_DELIMITED = 2;

export type PodListHead = {
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
};

/** A bare Pod message. What the schema does not know is left out, as are values of another type than it says. */
export function encodePod(pod: JsonObject): Buffer {
  return bytesOf(writeMessage(Writer.create(), POD, pod));
}

/** The whole body of a list, whose items are bare Pod messages. */
export function encodePodList(head: PodListHead, pods: readonly Buffer[]): Buffer {
  return unknownOf('PodList', Buffer.concat([encodeListHead(head), ...pods.map(encodeListItem)]));
}

/** The metadata of a PodList, with its tag: what stands before the items. */
export function encodeListHead(head: PodListHead): Buffer {
  const metadata = Writer.create().uint32(tag(1)).string('').uint32(tag(2)).string(head.resourceVersion);
  metadata.uint32(tag(3)).string(head.continue ?? '');
  if (head.remainingItemCount !== undefined) metadata.uint32(4 << 3).int64(head.remainingItemCount);
  return bytesOf(Writer.create().uint32(tag(1)).bytes(metadata.finish()));
}

/** One item of a PodList, with its tag. */
export function encodeListItem(pod: Buffer): Buffer {
  return bytesOf(Writer.create().uint32(tag(2)).bytes(pod));
}

/** What stands before the `length` bytes of a message of this kind in the envelope that the API server uses. */
export function unknownHead(kind: string, length: number): Buffer {
  const type = Writer.create().uint32(tag(1)).string('v1').uint32(tag(2)).string(kind);
  const head = Writer.create().uint32(tag(1)).bytes(type.finish()).uint32(tag(2)).uint32(length);
  return Buffer.concat([MAGIC, head.finish()]);
}

/** A frame of a watch: its length, and a WatchEvent around the object in its envelope. */
export function encodeWatchFrame(type: string, object: Buffer): Buffer {
  const raw = Writer.create().uint32(tag(1)).bytes(object).finish();
  const event = Writer.create().uint32(tag(1)).string(type).uint32(tag(2)).bytes(raw).finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

/** The envelope: content encoding and content type stay empty, as the API server leaves them. */
export function unknownOf(kind: string, message: Buffer): Buffer {
  const end = Writer.create().uint32(tag(3)).string('').uint32(tag(4)).string('').finish();
  return Buffer.concat([unknownHead(kind, message.length), message, end]);
}

export function encodeStatus(status: JsonObject): Buffer {
  return unknownOf('Status', bytesOf(writeMessage(Writer.create(), STATUS, status)));
}

function writeMessage(writer: Writer, schema: Schema, object: JsonObject): Writer {
  for (const [name, field] of Object.entries(schema)) {
    const value = name === '' ? object : object[name];
    if (value === undefined || value === null) continue;
    const values: readonly unknown[] = field.many && Array.isArray(value) ? value : [value];
    for (const each of values) writeField(writer, field, each);
  }
  return writer;
}

function writeField(writer: Writer, { is, number }: Field, value: unknown): void {
  if (typeof is === 'string') SCALARS[is](writer, number, value);
  else if (isRecord(value)) {
    const inner = writeMessage(Writer.create(), is, value).finish();
    writer.uint32(tag(number)).bytes(inner);
  }
}

const SCALARS = {
  text: (writer, number, value) => {
    if (typeof value === 'string') writer.uint32(tag(number)).string(value);
  },
  whole: (writer, number, value) => {
    if (typeof value === 'number') writer.uint32(number << 3).int64(value);
  },
  flag: (writer, number, value) => {
    if (typeof value === 'boolean') writer.uint32(number << 3).bool(value);
  },
  time: (writer, number, value) => {
    if (typeof value === 'string') writer.uint32(tag(number)).bytes(timeBytes(value));
  },
  json: (writer, number, value) => {
    writer.uint32(tag(number)).bytes(Writer.create().uint32(tag(1)).string(JSON.stringify(value)).finish());
  },
  'whole-or-text': (writer, number, value) => {
    writer.uint32(tag(number)).bytes(wholeOrText(value));
  },
  'texts-by-name': (writer, number, value) => {
    writeEntries(writer, number, { value, isQuantity: false });
  },
  'quantities-by-name': (writer, number, value) => {
    writeEntries(writer, number, { value, isQuantity: true });
  },
} as const satisfies Record<Scalar, (writer: Writer, number: number, value: unknown) => void>;

/** Seconds and nanoseconds; what is no time is written as none. */
function timeBytes(value: string): Uint8Array {
  const at = Date.parse(value);
  if (Number.isNaN(at)) return new Uint8Array();
  const seconds = Math.floor(at / 1000);
  return Writer.create()
    .uint32(1 << 3)
    .int64(seconds)
    .uint32(2 << 3)
    .int32((at - seconds * 1000) * 1e6)
    .finish();
}

function wholeOrText(value: unknown): Uint8Array {
  const isText = typeof value === 'string';
  return Writer.create()
    .uint32(1 << 3)
    .int64(isText ? 1 : 0)
    .uint32(2 << 3)
    .int32(typeof value === 'number' ? value : 0)
    .uint32(tag(3))
    .string(isText ? value : '')
    .finish();
}

function writeEntries(
  writer: Writer,
  number: number,
  { value, isQuantity }: { readonly value: unknown; readonly isQuantity: boolean },
): void {
  if (!isRecord(value)) return;
  for (const [key, each] of Object.entries(value)) {
    if (typeof each !== 'string') continue;
    const entry = Writer.create().uint32(tag(1)).string(key).uint32(tag(2));
    const filled = isQuantity
      ? entry.bytes(Writer.create().uint32(tag(1)).string(each).finish())
      : entry.string(each);
    writer.uint32(tag(number)).bytes(filled.finish());
  }
}

function tag(number: number): number {
  return (number << 3) | LENGTH_DELIMITED;
}

function bytesOf(writer: Writer): Buffer {
  return Buffer.from(writer.finish());
}
