/** Bytes in and out: reading bodies, content negotiation, compression, answers that are cut short. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { decodeAccessReview, PROTOBUF } from './protobuf.ts';
import { ApiError, badRequest } from './status.ts';
import type { Answer } from './world.ts';

const compress = promisify(gzip);

/** Bodies below this are sent as they are, whatever the caller accepts. */
const GZIP_FROM = 128 * 1024;

/** The most that a request may send. */
const MAX_BODY = 3 * 1024 * 1024;

/** What was sent, parsed where it is JSON, else as text; undefined for nothing. */
export async function readBody(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY) throw new ApiError(413, 'RequestEntityTooLarge', `limit is ${MAX_BODY}`);
    chunks.push(bytes);
  }
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString();
  if (text === '') return undefined;
  if (message.headers['content-type'] === PROTOBUF) return decodeAccessReview(bytes) ?? text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** 415 and 400 for bodies that are no JSON. The type of a patch is judged by who applies it. */
export function checkContent(message: IncomingMessage, body: unknown): void {
  if (body === undefined || message.method === 'PATCH') return;
  const type = (message.headers['content-type'] ?? 'application/json').split(';')[0]?.trim();
  const isDecoded = type === PROTOBUF && typeof body !== 'string';
  if (type !== 'application/json' && !isDecoded) {
    const text = `the body of the request was in an unknown format - accepted media types include: application/json`;
    throw new ApiError(415, 'UnsupportedMediaType', text);
  }
  if (typeof body === 'string') throw badRequest('the object provided is unrecognized: invalid JSON');
}

export type Acceptance = {
  readonly acceptable: boolean;
  readonly wantsTable: boolean;
  readonly wantsProtobuf: boolean;
};

/** JSON is what we speak; a Table or protobuf where it is wanted first. */
export function acceptanceOf(accept: string | undefined): Acceptance {
  const wanted = (accept === undefined || accept === '' ? '*/*' : accept).split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    const isProtobuf = type === PROTOBUF && as === undefined;
    return { isJson: ['application/json', 'application/*', '*/*'].includes(type), isProtobuf, as };
  });
  const usable = wanted.filter(({ as, isJson }) => isJson && (as === undefined || as === 'Table'));
  const wantsProtobuf = wanted[0]?.isProtobuf === true;
  return { acceptable: usable.length > 0, wantsTable: usable[0]?.as === 'Table', wantsProtobuf };
}

/** `bytes`: where given, the connection is cut after so many of the body. */
export async function send(
  message: IncomingMessage,
  response: ServerResponse,
  { code, headers = {}, text }: Answer,
  bytes: number | undefined,
): Promise<void> {
  const plain = typeof text === 'string' ? Buffer.from(text) : text;
  const isCompressed = plain.length > GZIP_FROM && /\bgzip\b/.test(message.headers['accept-encoding'] ?? '');
  const body = isCompressed ? await compress(plain, { level: 1 }) : plain;
  response.writeHead(code, {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
    ...headers,
    ...(isCompressed ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : {}),
    'content-length': body.length,
  });
  if (bytes === undefined || bytes >= body.length) {
    response.end(message.method === 'HEAD' ? undefined : body);
    return;
  }
  response.write(body.subarray(0, bytes), () => response.destroy());
}
