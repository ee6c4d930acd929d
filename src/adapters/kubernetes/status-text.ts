/** The text of a refusal: a Status that came in protobuf is told as the same Status in JSON. */

import { Reader } from 'protobufjs/minimal.js';
import { STATUS } from './pod-fields.ts';
import { decode, isWrapped, unwrap } from './protobuf.ts';

/** What is no protobuf, or makes no sense as such, is taken for the text that it then is. */
export function statusText(body: Buffer): string {
  if (!isWrapped(body)) return body.toString('utf8');
  try {
    const reader = Reader.create(body);
    const { kind, ...status } = unwrap(reader);
    return JSON.stringify({ ...decode(reader, status, STATUS), kind });
  } catch {
    return 'a refusal in protobuf that makes no sense';
  }
}
