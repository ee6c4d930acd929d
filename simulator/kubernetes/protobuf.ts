/** Just enough protobuf for the one body that kubectl sends in it whatever is asked: the access review. */

import type { JsonObject } from './object.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const MAGIC = 'k8s\0';

/** Field numbers of authorization/v1 ResourceAttributes. */
const ATTRIBUTES = ['', 'namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'];

/** Undefined for any other kind of body. */
export function decodeAccessReview(bytes: Buffer): JsonObject | undefined {
  if (bytes.toString('latin1', 0, 4) !== MAGIC) return undefined;
  const envelope = fieldsOf(bytes.subarray(4));
  const kind = fieldsOf(envelope.get(1)).get(2)?.toString();
  if (kind !== 'SelfSubjectAccessReview') return undefined;
  const spec = fieldsOf(fieldsOf(envelope.get(2)).get(2));
  const attributes = [...fieldsOf(spec.get(1))].map(([number, value]) => [
    ATTRIBUTES[number] ?? '',
    String(value),
  ]);
  const other = fieldsOf(spec.get(2)).get(2);
  return {
    kind,
    apiVersion: 'authorization.k8s.io/v1',
    spec: {
      ...(spec.has(1) ? { resourceAttributes: Object.fromEntries(attributes) } : {}),
      ...(other === undefined ? {} : { nonResourceAttributes: { verb: other.toString() } }),
    },
  };
}

/** The length-delimited fields of a message by number, the last of each; others are left out. */
function fieldsOf(message: Buffer | undefined): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>();
  if (message === undefined) return fields;
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const tag = varint(message, cursor);
    const value = varint(message, cursor);
    if ((tag & 7) !== 2) continue;
    fields.set(tag >> 3, message.subarray(cursor.at, cursor.at + value));
    cursor.at += value;
  }
  return fields;
}

function varint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let shift = 0; cursor.at < bytes.length; shift += 7) {
    const byte = bytes[cursor.at] ?? 0;
    cursor.at += 1;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  return value;
}
