/**
 * The API server of the benchmarks of pods, a process of its own: it serves prepared bytes. What is asked for besides the
 * pods of all namespaces it passes on to the server that its argument names; then it listens where a pod takes it for one
 * without TLS.
 */

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import process from 'node:process';
import { encodePod } from '../../simulator/kubernetes/protobuf-encode.ts';
import type { Course } from './course.ts';
import { readCourse } from './course.ts';
import { passOn } from './pass-on.ts';
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

const [upstream] = process.argv.slice(2);
/** 0 for any. */
const PORTS = upstream === undefined ? [0] : [8001, 8080, 80];

const stocks = new Map<Wire, Stock>();

/** Made when first asked for, so that what is not measured costs no memory. */
function stockOf(wire: Wire): Stock {
  const known = stocks.get(wire);
  if (known !== undefined) return known;
  const { encoding, event, item } = wire;
  const stock = {
    wire,
    items: makeTemplates(encoding, item),
    added: makeTemplates(encoding, (pod) => event('ADDED', pod)),
    modified: makeTemplates(encoding, (pod) => event('MODIFIED', pod)),
  };
  stocks.set(wire, stock);
  return stock;
}

/** The courses of those who do not name one, by what they are authorized with. */
const admitted = new Map<string, string>();

/** The path with its course before it. */
function targetOf({ headers, url = '/' }: IncomingMessage): string {
  return `${admitted.get(headers.authorization ?? '') ?? ''}${url}`;
}

/** Where the request is to be passed on to; undefined: it is for this server. */
function onward(target: string): URL | undefined {
  const [, below] = /^\/[^/]+(\/.*)$/.exec(target) ?? [];
  if (below === undefined || upstream === undefined) return undefined;
  return /^\/(?:admit|prepare|api\/v1\/pods)(?:\?|$)/.test(below) ? undefined : new URL(below, upstream);
}

async function answer(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(target, 'http://bench');
  const [, named] = /^(\/.*)\/admit$/.exec(url.pathname) ?? [];
  if (named !== undefined) {
    admitted.set(request.headers.authorization ?? '', named);
    response.end('admitted');
  } else await serve(url, request, response);
}

async function serve(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
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
  const target = targetOf(request);
  const url = onward(target);
  if (url !== undefined) {
    passOn(url, request, response);
    return;
  }
  answer(target, request, response).catch((error: unknown) => {
    process.stderr.write(`bench server: ${String(error)}\n`);
    response.destroy();
  });
});

/** On the first port that is free. */
async function listen(): Promise<number> {
  for (const port of PORTS) {
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (typeof address === 'object' && address !== null) return address.port;
    } catch {
      // Somebody else has it.
    }
  }
  throw new Error(`none of the ports ${PORTS.join(', ')} is free`);
}

process.stdout.write(`${await listen()}\n`);
