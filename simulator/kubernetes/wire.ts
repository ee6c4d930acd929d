/** Bytes in and out: reading bodies, content negotiation, compression, answers that are cut short. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SimClock } from '../clock.ts';
import { endSlowly } from '../connection.ts';
import type { Delivery } from './delivery.ts';
import { decodeAccessReview, PROTOBUF } from './protobuf.ts';
import type { Shape } from './shapes.ts';
import { ApiError, badRequest } from './status.ts';
import type { Answer } from './world.ts';

/** One request and its answer on the wire. */
export type Wire = {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly clock: SimClock;
};

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
    if (size > MAX_BODY) throw tooLarge();
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

function tooLarge(): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`);
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

/** The shapes by the `as` of an Accept header. */
const SHAPES: Readonly<Record<string, Shape>> = {
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata',
};

/** Of JSON; what is asked for first and known is sent. Undefined: nothing of it can be had. */
export function shapeOf(accept: string | undefined): Shape | undefined {
  const ranges = (accept === undefined || accept === '' ? '*/*' : accept).split(',');
  return ranges.map(shapeOfRange).find((shape) => shape !== undefined);
}

function shapeOfRange(range: string): Shape | undefined {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
  if (!['application/json', 'application/*', '*/*'].includes(type)) return undefined;
  const named = new Map(parameters.map((parameter) => [parameter.split('=')[0], parameter.split('=')[1]]));
  const as = named.get('as');
  if (as === undefined) return 'whole';
  const isMeta = named.get('g') === 'meta.k8s.io' && ['v1', 'v1beta1'].includes(named.get('v') ?? '');
  return isMeta ? SHAPES[as] : undefined;
}

/** Protobuf is spoken where it is wanted before all else. */
export function prefersProtobuf(accept: string | undefined): boolean {
  const [type, ...parameters] = (accept?.split(',')[0] ?? '').split(';').map((part) => part.trim());
  return type === PROTOBUF && !parameters.some((parameter) => parameter.startsWith('as='));
}

export async function send(
  { message, response, clock }: Wire,
  { code, headers = {}, text }: Answer,
  delivery: Delivery,
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
  await deliver(response, message.method === 'HEAD' ? Buffer.alloc(0) : body, delivery, clock);
}

async function deliver(
  response: ServerResponse,
  body: Buffer,
  delivery: Delivery,
  clock: SimClock,
): Promise<void> {
  switch (delivery.kind) {
    case 'whole':
      response.end(body);
      return;
    case 'slow':
      return endSlowly(response, body, delivery, clock);
    case 'stall':
      response.write(body.subarray(0, Math.min(delivery.bytes, body.length - 1)));
      return;
    case 'truncate':
      if (delivery.bytes >= body.length) response.end(body);
      else response.write(body.subarray(0, delivery.bytes), () => response.destroy());
  }
}
