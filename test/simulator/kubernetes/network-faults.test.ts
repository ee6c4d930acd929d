/** Tests of what a bad network and a bad watch cache do: slow, half and reset answers, and events that lie. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Effect } from '../../../simulator/kubernetes/faults.ts';
import { at } from '../../../simulator/kubernetes/object.ts';
import { addPod, type Api, assertStatus, eventually, names, startApi, watch } from './support.ts';

const PODS = '/api/v1/namespaces/default/pods';
const WATCH = `${PODS}?watch=true&resourceVersion=0`;

function spoil(api: Api, verb: string, effect: Effect, times = Number.POSITIVE_INFINITY): void {
  api.faults.add({ match: { verb, resource: 'pods' }, effect, times });
}

test('a slow body comes in pieces, by the clock, and is whole in the end', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const whole = (await api.get(PODS)).text;
  spoil(api, 'list', { kind: 'slow', bytes: Math.ceil(whole.length / 3), ms: 1000 }, 1);
  const response = await fetch(`${api.url}${PODS}`);
  const text = response.text();
  for (const waiting of [1, 2]) {
    await eventually(() => api.clock.waiting === 1);
    assert.ok(waiting > 0);
    api.clock.advance(1000);
  }
  assert.equal(await text, whole);
  assert.equal(api.clock.waiting, 0);
});

test('a caller that gives up on a slow body leaves no timer behind', async (t) => {
  const api = await startApi(t);
  spoil(api, 'list', { kind: 'slow', bytes: 10, ms: 1000 });
  const abort = new AbortController();
  await fetch(`${api.url}${PODS}`, { signal: abort.signal });
  await eventually(() => api.clock.waiting === 1);
  abort.abort();
  await eventually(() => api.clock.waiting === 0);
});

test('half a body, and then nothing: the connection stays open', async (t) => {
  const api = await startApi(t);
  spoil(api, 'list', { kind: 'stall', bytes: 20 }, 1);
  const abort = new AbortController();
  const response = await fetch(`${api.url}${PODS}`, { signal: abort.signal });
  const reader = response.body?.getReader();
  assert.equal((await reader?.read())?.value?.length, 20);
  const next = reader?.read().then(
    () => 'more',
    () => 'aborted',
  );
  abort.abort();
  assert.equal(await next, 'aborted');
  assert.equal((await api.get(PODS)).code, 200);
});

test('a reset is a reset, and nothing is done', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  api.faults.add({ match: { verb: ['delete', 'patch'], name: 'a' }, effect: { kind: 'reset' }, times: 1 });
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.write(`DELETE ${PODS}/a HTTP/1.1\r\nHost: x\r\n\r\n`);
  const [error] = await once(socket, 'error');
  assert.equal(
    at({ error }, 'error', 'code') ?? (error instanceof Error && 'code' in error ? error.code : ''),
    'ECONNRESET',
  );
  assert.ok(api.store.get('pods', 'default', 'a'));
  assert.equal((await api.call('DELETE', `${PODS}/a`)).code, 200);
});

test('a storm of 410: each watch opens, tells that its version is forgotten, and ends; lists are 410', async (t) => {
  const api = await startApi(t);
  spoil(api, 'watch', { kind: 'expired' }, 2);
  for (let storm = 0; storm < 2; storm += 1) {
    const reader = await watch(t, api, `${PODS}?watch=true&resourceVersion=1005`);
    assert.equal(reader.code, 200);
    const { lines, cut } = await reader.rest();
    assert.equal(cut, false);
    assert.equal(lines[0]?.type, 'ERROR');
    assert.equal(at(lines[0]?.object, 'code'), 410);
    assert.match(String(at(lines[0]?.object, 'message')), /^too old resource version: 1005/);
  }
  spoil(api, 'list', { kind: 'expired' }, 1);
  assertStatus(await api.get(`${PODS}?resourceVersion=5`), 410, 'Expired');
  const reader = await watch(t, api, WATCH);
  addPod(api, 'a');
  assert.deepEqual((await reader.take(1))[0]?.name, 'a');
});

test('events that come twice, as often as was asked for', async (t) => {
  const api = await startApi(t);
  const reader = await watch(t, api, WATCH);
  spoil(api, 'watch', { kind: 'duplicate-events' }, 1);
  addPod(api, 'a');
  addPod(api, 'b');
  const lines = await reader.take(3);
  assert.deepEqual(
    lines.map(({ type, name }) => `${type} ${name}`),
    ['ADDED a', 'ADDED a', 'ADDED b'],
  );
});

test('stale events: an older state after the newer one, and a pod that is gone as if it were there', async (t) => {
  const api = await startApi(t);
  const pod = addPod(api, 'a');
  const reader = await watch(t, api, `${PODS}?watch=true&resourceVersion=${pod.metadata.resourceVersion}`);
  spoil(api, 'watch', { kind: 'stale-events' }, 2);
  const changed = api.store.replace('pods', {
    ...pod,
    metadata: { ...pod.metadata, labels: { now: 'yes' } },
  });
  api.store.remove('pods', 'default', 'a');
  const lines = await reader.take(4);
  assert.deepEqual(
    lines.map(({ type, object }) => [type, at(object, 'metadata', 'resourceVersion')]),
    [
      ['MODIFIED', changed.metadata.resourceVersion],
      ['MODIFIED', pod.metadata.resourceVersion],
      ['DELETED', String(api.store.revision)],
      ['MODIFIED', changed.metadata.resourceVersion],
    ],
  );
});

test('a watch that stalls sends no more, one that is slow sends at its pace', async (t) => {
  const api = await startApi(t);
  spoil(api, 'watch', { kind: 'stall', bytes: 50 }, 1);
  spoil(api, 'watch', { kind: 'slow', bytes: 10_000, ms: 1000 }, 1);
  const stalled = await watch(t, api, WATCH);
  const slow = await watch(t, api, WATCH);
  addPod(api, 'a');
  assert.deepEqual((await slow.take(1))[0]?.name, 'a');
  addPod(api, 'b');
  api.clock.advance(1000);
  assert.deepEqual((await slow.take(1))[0]?.name, 'b');
  api.watches.cut();
  const { raw, lines } = await stalled.rest();
  assert.deepEqual([raw.length, lines.length], [50, 0]);
  assert.deepEqual(names((await api.get(PODS)).body), ['a', 'b']);
});

test('several verbs and resources in one match', async (t) => {
  const api = await startApi(t);
  const match = { verb: ['get', 'list'], resource: ['pods', 'nodes'] };
  api.faults.add({ match, effect: { kind: 'answer', code: 503 }, times: 3 });
  assert.equal((await api.get(PODS)).code, 503);
  assert.equal((await api.get('/api/v1/nodes')).code, 503);
  assert.equal((await api.get('/api/v1/namespaces')).code, 200);
  assert.equal((await api.get('/api/v1/nodes/x')).code, 503);
  assert.equal((await api.get('/api/v1/nodes/x')).code, 404);
});
