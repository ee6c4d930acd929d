/** The API server of the benchmarks of pods, a process of its own: it serves prepared bytes and knows nothing else. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import process from 'node:process';
import { encodePod } from '../../simulator/kubernetes/protobuf-encode.ts';
import type { Course } from './course.ts';
import { readCourse } from './course.ts';
import { sendStamped, templateOf } from './stamped.ts';
import type { Template } from './template.ts';
import { makeTemplates } from './template.ts';
import type { Wire } from './wire.ts';
import { JSON_WIRE, PROTOBUF_WIRE } from './wire.ts';

type Stock = {
  readonly wire: Wire;
  readonly items: readonly Template[];
  readonly added: readonly Template[];
  readonly modified: readonly Template[];
};

const TEMPLATES = 1000;
/** A holder that comes after all changes, by which a view knows that it has them. */
const DONE = {
  metadata: {
    name: 'done',
    namespace: 'done',
    uid: 'done',
    resourceVersion: '999999999',
    creationTimestamp: '2026-11-20T00:00:00Z',
  },
  spec: {
    volumes: [
      {
        name: 'token',
        projected: {
          sources: [{ serviceAccountToken: { audience: 'pods.eks.amazonaws.com', path: 'token' } }],
        },
      },
    ],
    serviceAccountName: 'done',
  },
};
const EXPIRES_AFTER_MS = 1000;
/** Of the state; the changes follow it. */
const VERSION = 200_000_000;

const stocks = new Map<Wire, Stock>();

/** Made when first asked for, so that what is not measured costs no memory. */
function stockOf(wire: Wire): Stock {
  const known = stocks.get(wire);
  if (known !== undefined) return known;
  const { encoding, event, item } = wire;
  const stock = {
    wire,
    items: makeTemplates(TEMPLATES, encoding, item),
    added: makeTemplates(TEMPLATES, encoding, (pod) => event('ADDED', pod)),
    modified: makeTemplates(TEMPLATES, encoding, (pod) => event('MODIFIED', pod)),
  };
  stocks.set(wire, stock);
  return stock;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://bench');
  const course = readCourse(url.pathname);
  const isPreparing = url.pathname.endsWith('/prepare');
  const accepts = isPreparing || (request.headers.accept ?? '').includes('vnd.kubernetes.protobuf');
  const wire = course.protobuf && accepts ? PROTOBUF_WIRE : JSON_WIRE;
  const stock = stockOf(wire);
  if (isPreparing) response.end('ready');
  else if (!url.searchParams.has('watch')) await sendList(stock, course, url.searchParams, response);
  else if (!url.searchParams.has('sendInitialEvents')) await sendChanges(stock, course, response);
  else if (course.stream) await sendState(stock, course, response);
  else {
    response.writeHead(422, { 'content-type': wire.listType });
    response.end(wire.status(422, 'sendInitialEvents is forbidden'));
  }
}

async function sendList(
  { items, wire }: Stock,
  { pods }: Course,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const first = Number(query.get('continue') ?? '0');
  const last = Math.min(pods, first + Number(query.get('limit') ?? pods));
  let length = 0;
  for (let serial = first; serial < last; serial += 1) length += templateOf(items, serial).bytes.length;
  const [head, tail] = wire.listEnds(String(VERSION), last === pods ? '' : String(last), length);
  response.writeHead(200, {
    'content-type': wire.listType,
    'content-length': head.length + length + tail.length,
  });
  response.write(head);
  await sendStamped(items, { first, last, version: 100_000_000, isWhole: true }, response);
  response.end(tail);
}

async function sendState({ added, wire }: Stock, course: Course, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': wire.watchType });
  await sendStamped(added, { first: 0, last: course.pods, version: 100_000_000, isWhole: false }, response);
  response.write(wire.bookmark(String(VERSION), true));
  expireOnce(wire, course, response);
}

/** So many changes of the pods, round after round, at full speed; the last is a bookmark. Then it stays open. */
async function sendChanges(
  { modified, wire }: Stock,
  course: Course,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': wire.watchType });
  response.flushHeaders();
  expireOnce(wire, course, response);
  for (let sent = 0; sent < course.changes; sent += course.pods) {
    const last = Math.min(course.pods, course.changes - sent);
    await sendStamped(modified, { first: 0, last, version: VERSION + sent, isWhole: false }, response);
  }
  if (course.changes === 0) return;
  const done = wire.encoding === 'json' ? Buffer.from(JSON.stringify(DONE)) : encodePod(DONE);
  response.write(wire.event('ADDED', done));
  response.write(wire.bookmark(String(VERSION + course.changes), false));
}

const expired = new Set([0]);

/** The state has to come anew, once for each process that reads it. */
function expireOnce(wire: Wire, { expiry }: Course, response: ServerResponse): void {
  if (expired.has(expiry)) return;
  expired.add(expiry);
  setTimeout(() => response.end(wire.error(410, 'too old')), EXPIRES_AFTER_MS);
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`bench server: ${String(error)}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
});
