/** Reads from messages in protobuf the few fields that are used, into the objects that the same JSON would give. */

import { Reader } from 'protobufjs/minimal.js';
import type { JsonObject } from './json.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** How JSON writes it: a text, a time as a text, true or false, a number, an object of texts, or a message. */
export type FieldForm = 'text' | 'time' | 'flag' | 'whole' | 'texts-by-name' | Message;

export type Field = {
  /** The name in JSON; empty where JSON writes the fields of the message into the object around it. */
  readonly name: string;
  readonly form: FieldForm;
  /** A list in JSON. */
  readonly isMany?: true;
};

/** By field number. A field that is not named here is passed over without being read. */
export type Message = { readonly [number: number]: Field };

type Fields = { [name: string]: unknown };

/** Stands before every object that the API server writes. */
const MAGIC = Buffer.from('k8s\0');
const VARINT = 0;
const LENGTH_DELIMITED = 2;

const TYPE_META: Message = { 1: { name: 'apiVersion', form: 'text' }, 2: { name: 'kind', form: 'text' } };
const TIMESTAMP: Message = { 1: { name: 'seconds', form: 'whole' }, 2: { name: 'nanos', form: 'whole' } };
const ENTRY: Message = { 1: { name: 'key', form: 'text' }, 2: { name: 'value', form: 'text' } };

export type Unwrapped = { readonly kind: string; readonly bytes: Buffer };

/** Opens the envelope around an object. A RangeError where it is no such thing, here and in all that follows. */
export function unwrap(bytes: Buffer): Unwrapped {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new RangeError('no object of the API in protobuf');
  const reader = Reader.create(bytes.subarray(MAGIC.length));
  let kind: unknown;
  let raw: Buffer = Buffer.alloc(0);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (isTag(tag, 1)) kind = decode(bytesOf(reader), TYPE_META)['kind'];
    else if (isTag(tag, 2)) raw = bytesOf(reader);
    else reader.skipType(tag & 7);
  }
  return { kind: typeof kind === 'string' ? kind : '', bytes: raw };
}

export function isWrapped(bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC.length).equals(MAGIC);
}

export function isTag(tag: number, number: number): boolean {
  return tag === ((number << 3) | LENGTH_DELIMITED);
}

/** The length-delimited field that follows, not copied. */
export function bytesOf(reader: Reader): Buffer {
  const { end, start } = placeOf(reader);
  const { buf } = reader;
  return Buffer.from(buf.buffer, buf.byteOffset + start, end - start);
}

/** Steps over the length-delimited field that follows and says where it was. */
export function placeOf(reader: Reader): { readonly start: number; readonly end: number } {
  const length = reader.uint32();
  const start = reader.pos;
  if (start + length > reader.len) throw new RangeError('a field goes beyond its message');
  reader.pos = start + length;
  return { start, end: start + length };
}

export function decode(bytes: Buffer, message: Message): JsonObject {
  const fields: Fields = {};
  decodeInto(fields, Reader.create(bytes), message);
  return fields;
}

function decodeInto(fields: Fields, reader: Reader, message: Message): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = message[tag >>> 3];
    if (field === undefined || (tag & 7) !== wireTypeOf(field.form)) reader.skipType(tag & 7);
    else if (field.name === '' && typeof field.form === 'object') {
      decodeInto(fields, Reader.create(bytesOf(reader)), field.form);
    } else put(fields, field, reader);
  }
}

function put(fields: Fields, { form, isMany, name }: Field, reader: Reader): void {
  const known = fields[name];
  if (form === 'texts-by-name') {
    const { key = '', value = '' } = decode(bytesOf(reader), ENTRY);
    fields[name] = { ...(typeof known === 'object' ? known : {}), [String(key)]: value };
    return;
  }
  const value = valueOf(form, reader);
  if (isMany !== true) fields[name] = value;
  else if (Array.isArray(known)) known.push(value);
  else fields[name] = [value];
}

function valueOf(form: Exclude<FieldForm, 'texts-by-name'>, reader: Reader): unknown {
  if (typeof form === 'object') return decode(bytesOf(reader), form);
  switch (form) {
    case 'text':
      return reader.string();
    case 'flag':
      return reader.bool();
    case 'whole':
      return Number(reader.int64());
    case 'time':
      return timeOf(bytesOf(reader));
  }
}

/** An unset time is an empty message; in JSON it is null. */
function timeOf(bytes: Buffer): string | null {
  if (bytes.length === 0) return null;
  const { nanos, seconds } = decode(bytes, TIMESTAMP);
  const at = Number(seconds ?? 0) * 1000 + Math.floor(Number(nanos ?? 0) / 1e6);
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? 'out of range' : date.toISOString();
}

function wireTypeOf(form: FieldForm): number {
  return form === 'flag' || form === 'whole' ? VARINT : LENGTH_DELIMITED;
}
