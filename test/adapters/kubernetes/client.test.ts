/** The client: retries, limits, aborts, and the count of every attempt. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest } from '../../../src/adapters/kubernetes/client.ts';
import { milliseconds, seconds } from '../../../src/domain/time.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import { never, quiet, status, until, worldOn } from './support.ts';

const READ: ApiRequest = {
  verb: 'list',
  resource: 'pods',
  method: 'GET',
  path: '/api/v1/pods',
  query: { limit: '5', continue: 'a b&c' },
};
const WRITE: ApiRequest = { verb: 'create', resource: 'events', method: 'POST', path: '/x', body: { a: 1 } };

test('method, path, query, body and content type arrive as they were asked for', async (t) => {
  const { server, client } = await worldOn(t, (_, response) => sendJson(response, 200, {}));
  await client.request(READ, never);
  await client.request({ ...WRITE, contentType: 'application/merge-patch+json', method: 'PATCH' }, never);
  const [read, write] = server.asked;
  assert.deepEqual(
    [read?.method, read?.path, read?.query, read?.body, read?.headers['content-type']],
    ['GET', '/api/v1/pods', { limit: '5', continue: 'a b&c' }, '', undefined],
  );
  assert.deepEqual(
    [write?.method, write?.path, write?.body, write?.headers['content-type']],
    ['PATCH', '/x', '{"a":1}', 'application/merge-patch+json'],
  );
});

test('a read is tried again after 5xx, 429 and a cut, with full jitter and Retry-After; each try is counted', async (t) => {
  const { server, client, clock, traffic } = await worldOn(t, (_, response) => {
    const round = server.asked.length;
    if (round === 1) sendJson(response, 503, status(503, 'ServiceUnavailable', 'later'));
    else if (round === 2) sendJson(response, 429, {}, { 'retry-after': '7' });
    else if (round === 3) response.destroy();
    else sendJson(response, 200, { found: true });
  });
  const reply = client.request(READ, never);
  await until(() => clock.pending === 1 && traffic.length === 1);
  await clock.advance(milliseconds(250));
  await until(() => clock.pending === 1 && traffic.length === 2);
  await clock.advance(milliseconds(7499));
  await quiet();
  assert.equal(traffic.length, 2, 'not before Retry-After and the jitter have passed');
  await clock.advance(milliseconds(1));
  await until(() => clock.pending === 1 && traffic.length === 3);
  await clock.advance(seconds(1));
  assert.deepEqual(await reply, { kind: 'ok', status: 200, body: { found: true } });
  assert.deepEqual(
    traffic.map(({ verb, resource, code }) => `${verb} ${resource} ${code}`),
    ['list pods 503', 'list pods 429', 'list pods none', 'list pods 200'],
  );
  assert.equal(clock.pending, 0);
});

test('a read gives up after four tries and says what it was told', async (t) => {
  const { server, client, clock } = await worldOn(t, (_, response) =>
    sendJson(response, 500, status(500, 'InternalError', 'etcd is away')),
  );
  const stepping = setInterval(() => void clock.advance(seconds(1)).catch(() => undefined), 2);
  const reply = await client.request(READ, never);
  clearInterval(stepping);
  assert.equal(reply.kind === 'refused' && reply.message, 'etcd is away');
  assert.equal(server.asked.length, 4);
});

test('a write is sent once, whatever comes', async (t) => {
  const { server, client, clock } = await worldOn(t, (_, response) => sendJson(response, 503, {}));
  assert.equal((await client.request(WRITE, never)).kind, 'refused');
  server.script = (_, response) => void response.destroy();
  const reply = await client.request(WRITE, never);
  assert.equal(reply.kind === 'no-answer' && reply.why, 'network');
  assert.equal(server.asked.length, 2);
  assert.equal(clock.pending, 0);
});

test('a time-out covers the headers and the body', async (t) => {
  const { server, client, clock } = await worldOn(t, () => undefined);
  const silent = client.request({ ...WRITE, timeout: seconds(3) }, never);
  await until(() => server.asked.length === 1);
  await clock.advance(seconds(3));
  assert.deepEqual(await silent, { kind: 'no-answer', why: 'timed-out', detail: 'no answer within 3s' });
  server.script = (_, response) => {
    response.writeHead(200);
    response.write('{"half":');
  };
  const half = client.request({ ...WRITE, timeout: seconds(3) }, never);
  await until(() => server.asked.length === 2);
  await clock.advance(seconds(2));
  await clock.advance(seconds(1));
  assert.equal((await half).kind, 'no-answer');
  assert.equal(clock.pending, 0);
});

test('a body that is too large, cut off or no JSON is no answer', async (t) => {
  const { server, client } = await worldOn(t, (_, response) =>
    sendJson(response, 200, { a: 'x'.repeat(100) }),
  );
  const why = async (request: ApiRequest): Promise<unknown> => {
    const reply = await client.request(request, never);
    return reply.kind === 'no-answer' ? reply.why : reply.kind;
  };
  assert.equal(await why({ ...WRITE, maxBytes: 100 }), 'too-large');
  assert.equal(await why({ ...WRITE, maxBytes: 200 }), 'ok');
  server.script = (_, response) => void response.writeHead(200).end('<html>');
  assert.equal(await why(WRITE), 'malformed');
  server.script = (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"half":');
    setImmediate(() => response.destroy());
  };
  assert.equal(await why(WRITE), 'network');
});

test('a refusal without a Status keeps the status and the text', async (t) => {
  const { client } = await worldOn(
    t,
    (_, response) =>
      void response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n'),
  );
  assert.deepEqual(await client.request(READ, never), {
    kind: 'refused',
    status: 404,
    isStatus: false,
    reason: '',
    message: '404 page not found',
    details: { kind: '', name: '', causes: [] },
    retryAfter: undefined,
  });
});

test('an abort ends a request at every stage, with its own reason, and leaves nothing', async (t) => {
  const reason = new Error('shutting down');
  const { server, client, clock } = await worldOn(t, () => undefined);
  const before = new AbortController();
  before.abort(reason);
  await assert.rejects(client.request(READ, before.signal), reason);
  assert.equal(server.asked.length, 0);

  const waiting = new AbortController();
  const headers = client.request(READ, waiting.signal);
  await until(() => server.asked.length === 1);
  waiting.abort(reason);
  await assert.rejects(headers, reason);

  server.script = (_, response) => void response.writeHead(200).write('{');
  const reading = new AbortController();
  const body = client.request(READ, reading.signal);
  await until(() => server.asked.length === 2);
  reading.abort(reason);
  await assert.rejects(body, reason);

  server.script = (_, response) => sendJson(response, 503, {});
  const pausing = new AbortController();
  const backoff = client.request(READ, pausing.signal);
  await until(() => server.asked.length === 3 && clock.pending === 1);
  pausing.abort(reason);
  await assert.rejects(backoff, reason);

  assert.equal(clock.pending, 0);
  await until(() => server.openConnections <= 1, 'closing the connections of what was aborted');
});
