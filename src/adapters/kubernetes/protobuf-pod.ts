/** Tells from a pod in protobuf, by walking over its fields, that it can't have the token volume. */

import type { Reader } from 'protobufjs/minimal.js';
import { bufferOn } from './arrivals.ts';
import { nextAudience } from './audience.ts';
import type { Span } from './protobuf.ts';
import { isMessage, skip } from './protobuf.ts';

const SPEC = 2;
const VOLUMES = 1;

/**
 * Whether the audience stands anywhere among the volumes, which are a small part of a pod; where the fields make no
 * sense, whether it stands anywhere in the pod.
 */
export function mayHaveToken(reader: Reader, pod: Span): boolean {
  try {
    const volumes = extent(reader, extent(reader, pod, SPEC), VOLUMES);
    return holdsAudience(reader, volumes);
  } catch {
    return holdsAudience(reader, pod);
  }
}

/** From the beginning of the first field with this number to the end of the last; the API server writes them in a row. */
function extent(reader: Reader, message: Span, number: number): Span {
  let found: Span | undefined;
  reader.pos = message.start;
  while (reader.pos < message.end) {
    const tag = reader.uint32();
    if (isMessage(tag, number)) {
      const { end, start } = skip(reader);
      found = { start: found?.start ?? start, end };
    } else reader.skipType(tag & 7);
  }
  return found ?? { start: message.end, end: message.end };
}

function holdsAudience({ buf }: Reader, { end, start }: Span): boolean {
  return start < end && nextAudience(bufferOn(buf).subarray(start, end), 0) !== -1;
}
