/** Reads from messages in protobuf the few fields that are used, into the objects that the same JSON would give. */

import type { Reader } from 'protobufjs/minimal.js';
import { bufferOn } from './arrivals.ts';
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
  /** The one name that is asked of texts by name: whatever does not hold it is passed over, as it may be large. */
  readonly only?: string;
};

/** By the tag that the field has on the wire. What is not named here is passed over without being read. */
export type Message = readonly (Field | undefined)[];

/** Where in the bytes of a reader a message is. */
export type Span = { readonly start: number; readonly end: number };

/** An object in the envelope that the API server puts around it. */
export type Wrapped = Span & { readonly kind: string };

type Fields = { [name: string]: unknown };

const MAGIC = Buffer.from('k8s\0');
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Of these fields by number. A field that comes in another wire type than its form has is unknown. */
export function message(fields: { readonly [number: number]: Field }): Message {
  const byTag: (Field | undefined)[] = [];
  for (const [number, field] of Object.entries(fields)) {
    const tag = (Number(number) << 3) | wireTypeOf(field.form);
    while (byTag.length <= tag) byTag.push(undefined);
    byTag[tag] = field;
  }
  return byTag;
}

const TYPE_META = message({ 2: { name: 'kind', form: 'text' } });
const TIMESTAMP = message({ 1: { name: 'seconds', form: 'whole' }, 2: { name: 'nanos', form: 'whole' } });
const ENTRY = message({ 1: { name: 'key', form: 'text' }, 2: { name: 'value', form: 'text' } });

export function isWrapped(bytes: Buffer): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/** Opens the envelope that begins where the reader is. A RangeError where bytes make no sense, here and below. */
export function unwrap(reader: Reader, end = reader.len): Wrapped {
  if (!MAGIC.equals(reader.buf.subarray(reader.pos, reader.pos + MAGIC.length))) {
    throw new RangeError('no object of the API in protobuf');
  }
  reader.pos += MAGIC.length;
  let kind: unknown = '';
  let raw: Span = { start: end, end };
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (isMessage(tag, 1)) kind = decode(reader, spanOf(reader), TYPE_META)['kind'];
    else if (isMessage(tag, 2)) raw = skip(reader);
    else reader.skipType(tag & 7);
  }
  checkEnd(reader, end);
  return { start: raw.start, end: raw.end, kind: typeof kind === 'string' ? kind : '' };
}

/** Whether it is the tag of the field with this number, and that has a length as messages and texts have. */
export function isMessage(tag: number, number: number): boolean {
  return tag === ((number << 3) | LENGTH_DELIMITED);
}

/** Where the message is that follows; the reader then stands at its beginning. */
export function spanOf(reader: Reader): Span {
  const length = reader.uint32();
  const start = reader.pos;
  if (start + length > reader.len) throw new RangeError('a field goes beyond its message');
  return { start, end: start + length };
}

/** The same, and the reader then stands behind it. */
export function skip(reader: Reader): Span {
  const span = spanOf(reader);
  reader.pos = span.end;
  return span;
}

/** The reader then stands behind it. */
export function decode(reader: Reader, span: Span, of: Message): JsonObject {
  const fields: Fields = {};
  reader.pos = span.start;
  decodeInto(fields, reader, { end: span.end, of });
  return fields;
}

function decodeInto(
  fields: Fields,
  reader: Reader,
  { end, of }: { readonly end: number; readonly of: Message },
): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = tag < of.length ? of[tag] : undefined;
    if (field === undefined) reader.skipType(tag & 7);
    else if (field.name === '' && typeof field.form === 'object') {
      decodeInto(fields, reader, { end: spanOf(reader).end, of: field.form });
    } else put(fields, field, reader);
  }
  checkEnd(reader, end);
}

/** After the last field: one that goes on beyond its message shows that these bytes are none. */
export function checkEnd(reader: Reader, end: number): void {
  if (reader.pos !== end) throw new RangeError('a field goes beyond its message');
}

function put(fields: Fields, field: Field, reader: Reader): void {
  const { form, isMany, name } = field;
  if (form === 'texts-by-name') return putText(fields, field, reader);
  const value = valueOf(form, reader);
  const known = fields[name];
  if (isMany !== true) fields[name] = value;
  else if (Array.isArray(known)) known.push(value);
  else fields[name] = [value];
  return undefined;
}

function putText(fields: Fields, { name, only }: Field, reader: Reader): void {
  const span = spanOf(reader);
  if (only !== undefined && !holds(reader, span, only)) {
    reader.pos = span.end;
    return;
  }
  const known = fields[name];
  // Without a prototype, so that no key is anything but a key.
  const texts: Fields = isFields(known) ? known : Object.create(null);
  const { key = '', value = '' } = decode(reader, span, ENTRY);
  texts[String(key)] = value;
  fields[name] = texts;
}

function holds({ buf }: Reader, { end, start }: Span, name: string): boolean {
  return bufferOn(buf).subarray(start, end).includes(name);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function valueOf(form: Exclude<FieldForm, 'texts-by-name'>, reader: Reader): unknown {
  if (typeof form === 'object') return decode(reader, spanOf(reader), form);
  switch (form) {
    case 'text':
      return reader.string();
    case 'flag':
      return reader.bool();
    case 'whole':
      return Number(reader.int64());
    case 'time':
      return timeOf(reader, spanOf(reader));
  }
}

/** An unset time is an empty message; in JSON it is null. */
function timeOf(reader: Reader, span: Span): string | null {
  if (span.start === span.end) return null;
  const { nanos, seconds } = decode(reader, span, TIMESTAMP);
  const date = new Date(Number(seconds ?? 0) * 1000 + Math.floor(Number(nanos ?? 0) / 1e6));
  return Number.isNaN(date.getTime()) ? 'out of range' : date.toISOString();
}

function wireTypeOf(form: FieldForm): number {
  return form === 'flag' || form === 'whole' ? VARINT : LENGTH_DELIMITED;
}
