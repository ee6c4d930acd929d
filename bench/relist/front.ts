/** Stands before the simulator's API server, in a process of its own: tells of fifty thousand pods, passes on all else. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as ask } from 'node:http';
import process from 'node:process';
import { json } from 'node:stream/consumers';
import { encodePod } from '../../simulator/kubernetes/protobuf-encode.ts';
import { makePod } from '../pods/pod.ts';
import { sendStamped } from '../pods/stamped.ts';
import { makeTemplate, TEMPLATES } from '../pods/template.ts';
import { PROTOBUF_WIRE } from '../pods/wire.ts';
import type { Reading } from './reading.ts';

const VERSION = 200_000_000;
/** The state is there for so long before it is too old again. */
const REST_MS = 50;

const [target = '', count = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const { bookmark, encoding, error, event, watchType } = PROTOBUF_WIRE;
const added = (pod: Buffer): Buffer => event('ADDED', pod);
const start = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
const templates = Array.from({ length: TEMPLATES }, (_, index) =>
  makeTemplate(startedLater(makePod(index)), encoding, added),
);

/** The simulator's own pods, as events. */
let tenants: readonly Buffer[] = [];
let isRestless = false;
const readings: Reading[] = [];
let watching: ServerResponse | undefined;

/** Later than the associations. */
function startedLater(pod: object): object {
  const { metadata } = pod as { metadata: object };
  return { ...pod, metadata: { ...metadata, creationTimestamp: start } };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://bench');
  if (url.pathname === '/front/tenants') {
    const pods = (await json(request)) as readonly Record<string, unknown>[];
    tenants = pods.map((pod) => added(encodePod(pod)));
    response.end();
  } else if (url.pathname === '/front/restless') {
    isRestless = url.searchParams.get('is') === 'true';
    if (isRestless) expire();
    response.end();
  } else if (url.pathname === '/front/readings') response.end(JSON.stringify(readings));
  else if (url.pathname === '/api/v1/pods') await watch(url.searchParams, response);
  else passOn(request, response);
}

/** Every watch that begins with the state gets it; any other is open and silent. */
async function watch(query: URLSearchParams, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': watchType });
  response.flushHeaders();
  watching = response;
  if (!query.has('sendInitialEvents')) return isRestless ? expire() : undefined;
  const from = Date.now();
  for (const pod of tenants) response.write(pod);
  await sendStamped(templates, { first: 0, last: Number(count), version: 1e8, isWhole: false }, response);
  response.write(bookmark(String(VERSION), true));
  readings.push({ from, until: Date.now() });
  if (isRestless) setTimeout(expire, REST_MS);
}

function expire(): void {
  watching?.end(error(410, 'too old resource version'));
  watching = undefined;
}

function passOn(request: IncomingMessage, response: ServerResponse): void {
  const { headers, method = 'GET', url = '/' } = request;
  const onward = ask(`${target}${url}`, { agent, headers, method }, (got) => {
    response.writeHead(got.statusCode ?? 502, got.headers);
    got.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  answer(request, response).catch((failure: unknown) => {
    process.stderr.write(`front: ${String(failure)}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
});
