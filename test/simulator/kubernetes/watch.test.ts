/** Tests of watches over HTTP. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../../../simulator/kubernetes/object.ts';
import { addPod, assertStatus, eventually, startApi, version, watch } from './support.ts';

const WATCH = '/api/v1/pods?watch=true';

test('without a version: ADDED for all that is there, and then what happens', async (t) => {
  const api = await startApi(t);
  const a = addPod(api, 'a');
  const reader = await watch(t, api, WATCH);
  const [first] = await reader.take(1);
  assert.deepEqual([first?.type, first?.name], ['ADDED', 'a']);
  assert.equal(first?.object['kind'], 'Pod');
  api.store.replace('pods', { ...a, status: { phase: 'Failed' } });
  api.store.remove('pods', 'default', 'a');
  const later = await reader.take(2);
  assert.deepEqual(
    later.map(({ type }) => type),
    ['MODIFIED', 'DELETED'],
  );
  assert.equal(version(later[1]?.object), String(api.store.revision));
});

test('from a version: all that happened since, once, and then what happens', async (t) => {
  const api = await startApi(t);
  const a = addPod(api, 'a');
  addPod(api, 'b');
  const reader = await watch(t, api, `${WATCH}&resourceVersion=${a.metadata.resourceVersion}`);
  addPod(api, 'c');
  const lines = await reader.take(2);
  assert.deepEqual(
    lines.map(({ name }) => name),
    ['b', 'c'],
  );
});

test('from a version that is still to come: only what comes after it', async (t) => {
  const api = await startApi(t);
  const reader = await watch(t, api, `${WATCH}&resourceVersion=${api.store.revision + 1}`);
  addPod(api, 'a');
  addPod(api, 'b');
  assert.equal((await reader.take(1))[0]?.name, 'b');
});

test('a version that is too old: 200, and one ERROR event with a 410 Status', async (t) => {
  const api = await startApi(t, { historyLength: 2 });
  const a = addPod(api, 'a');
  for (const name of ['b', 'c', 'd']) addPod(api, name);
  const reader = await watch(t, api, `${WATCH}&resourceVersion=${a.metadata.resourceVersion}`);
  assert.equal(reader.code, 200);
  const { cut, lines } = await reader.rest();
  assert.equal(cut, false);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.type, 'ERROR');
  assert.equal(at(lines[0]?.object, 'code'), 410);
  assert.equal(at(lines[0]?.object, 'reason'), 'Expired');
  assert.match(String(at(lines[0]?.object, 'message')), /^too old resource version: \d+ \(\d+\)$/);
});

test('forgotten history makes every earlier version too old, but not the present one', async (t) => {
  const api = await startApi(t);
  const a = addPod(api, 'a');
  addPod(api, 'b');
  api.forgetHistory();
  const old = await watch(t, api, `${WATCH}&resourceVersion=${a.metadata.resourceVersion}`);
  assert.equal((await old.rest()).lines[0]?.type, 'ERROR');
  const fresh = await watch(t, api, `${WATCH}&resourceVersion=${api.store.revision}`);
  addPod(api, 'c');
  assert.equal((await fresh.take(1))[0]?.name, 'c');
});

test('bookmarks come in their interval, carry a version and nothing else', async (t) => {
  const api = await startApi(t, { bookmarkInterval: 60_000 });
  const reader = await watch(
    t,
    api,
    `${WATCH}&resourceVersion=${api.store.revision}&allowWatchBookmarks=true`,
  );
  api.store.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'x' },
  });
  api.clock.advance(60_000);
  const [bookmark] = await reader.take(1);
  assert.equal(bookmark?.type, 'BOOKMARK');
  assert.deepEqual(bookmark?.object, {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(api.store.revision) },
  });
});

test('no bookmark for whoever did not ask', async (t) => {
  const api = await startApi(t);
  const reader = await watch(t, api, `${WATCH}&resourceVersion=${api.store.revision}&timeoutSeconds=300`);
  api.clock.advance(299_000);
  addPod(api, 'a');
  assert.equal((await reader.take(1))[0]?.type, 'ADDED');
  api.clock.advance(1000);
  assert.deepEqual(await reader.rest(), { lines: [], raw: '', cut: false });
});

test('timeoutSeconds ends the watch in order, with a last bookmark', async (t) => {
  const api = await startApi(t);
  const reader = await watch(
    t,
    api,
    `${WATCH}&resourceVersion=${api.store.revision}&allowWatchBookmarks=true&timeoutSeconds=30`,
  );
  api.clock.advance(30_000);
  const { cut, lines } = await reader.rest();
  assert.equal(cut, false);
  assert.deepEqual(
    lines.map(({ type }) => type),
    ['BOOKMARK'],
  );
  assert.equal(api.watches.count(), 0);
});

test('WatchList: the state, the bookmark that ends it, and then what happens', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  addPod(api, 'b');
  const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const reader = await watch(t, api, `${WATCH}&${query}`);
  const lines = await reader.take(3);
  assert.deepEqual(
    lines.map(({ name, type }) => [type, name]),
    [
      ['ADDED', 'a'],
      ['ADDED', 'b'],
      ['BOOKMARK', undefined],
    ],
  );
  assert.deepEqual(at(lines[2]?.object, 'metadata'), {
    resourceVersion: String(api.store.revision),
    annotations: { 'k8s.io/initial-events-end': 'true' },
  });
  addPod(api, 'c');
  assert.equal((await reader.take(1))[0]?.name, 'c');
});

test('WatchList is 422 where it is switched off, or asked for wrongly', async (t) => {
  const off = await startApi(t, { watchList: false });
  const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  assertStatus(await off.get(`${WATCH}&${query}`), 422, 'Invalid', /sendInitialEvents: Forbidden/);
  const on = await startApi(t);
  assertStatus(await on.get(`${WATCH}&sendInitialEvents=true`), 422, 'Invalid');
  assertStatus(await on.get(`${WATCH}&resourceVersionMatch=NotOlderThan`), 422, 'Invalid');
});

test('an object that starts to match is ADDED, one that stops is DELETED, as it last matched', async (t) => {
  const api = await startApi(t);
  const a = addPod(api, 'a', {}, { tier: 'back' });
  const reader = await watch(
    t,
    api,
    `${WATCH}&labelSelector=tier%3Dfront&resourceVersion=${api.store.revision}`,
  );
  const front = api.store.replace('pods', { ...a, metadata: { ...a.metadata, labels: { tier: 'front' } } });
  api.store.replace('pods', { ...front, metadata: { ...front.metadata, labels: { tier: 'back' } } });
  api.store.remove('pods', 'default', 'a');
  addPod(api, 'b', {}, { tier: 'front' });
  const lines = await reader.take(3);
  assert.deepEqual(
    lines.map(({ name, type }) => [type, name]),
    [
      ['ADDED', 'a'],
      ['DELETED', 'a'],
      ['ADDED', 'b'],
    ],
  );
  assert.deepEqual(at(lines[1]?.object, 'metadata', 'labels'), { tier: 'front' });
  assert.equal(version(lines[1]?.object), String(Number(version(lines[0]?.object)) + 1));
});

test('field selectors and namespaces hold for watches too', async (t) => {
  const api = await startApi(t);
  const path = '/api/v1/namespaces/default/pods?watch=1&fieldSelector=spec.nodeName%3Dnode-2';
  const reader = await watch(t, api, `${path}&resourceVersion=${api.store.revision}`);
  addPod(api, 'a');
  addPod(api, 'b', { nodeName: 'node-2' });
  assert.equal((await reader.take(1))[0]?.name, 'b');
});

test('silence: the connection stays, nothing comes, not even bookmarks; lifted, it goes on', async (t) => {
  const api = await startApi(t, { bookmarkInterval: 1000 });
  const reader = await watch(
    t,
    api,
    `${WATCH}&resourceVersion=${api.store.revision}&allowWatchBookmarks=true`,
  );
  const lift = api.faults.add({ match: { verb: 'watch' }, effect: { kind: 'silence' } });
  addPod(api, 'lost');
  api.clock.advance(5000);
  lift();
  assert.equal(api.watches.count(), 1);
  addPod(api, 'seen');
  assert.equal((await reader.take(1))[0]?.name, 'seen');
});

test('dropped events are left out, bookmarks still come', async (t) => {
  const api = await startApi(t, { bookmarkInterval: 1000 });
  const reader = await watch(
    t,
    api,
    `${WATCH}&resourceVersion=${api.store.revision}&allowWatchBookmarks=true`,
  );
  api.faults.add({ match: { resource: 'pods' }, effect: { kind: 'drop-events' }, times: 2 });
  for (const name of ['a', 'b']) addPod(api, name);
  api.clock.advance(1000);
  addPod(api, 'c');
  const lines = await reader.take(2);
  assert.deepEqual(
    lines.map(({ name, type }) => [type, name]),
    [
      ['BOOKMARK', undefined],
      ['ADDED', 'c'],
    ],
  );
});

test('watches can be closed, cut, fed with garbage, and cut after so many bytes', async (t) => {
  const api = await startApi(t);
  const path = `${WATCH}&resourceVersion=${api.store.revision}`;
  const closed = await watch(t, api, path);
  api.watches.close();
  assert.equal((await closed.rest()).cut, false);
  const cut = await watch(t, api, path);
  api.watches.cut();
  assert.equal((await cut.rest()).cut, true);
  const fed = await watch(t, api, path);
  api.watches.sendRaw('{"type":"ADDED","obj\n');
  api.watches.close();
  assert.equal((await fed.rest()).raw, '{"type":"ADDED","obj\n');
  api.faults.add({ match: { verb: 'watch' }, effect: { kind: 'truncate', bytes: 20 }, times: 1 });
  const short = await watch(t, api, path);
  addPod(api, 'a');
  const rest = await short.rest();
  assert.equal(rest.cut, true);
  assert.equal(rest.raw, '{"type":"ADDED","obj');
});

test('what happens while a big state is still being sent comes after it, and nothing is lost', async (t) => {
  const api = await startApi(t);
  const count = 2000;
  for (let i = 0; i < count; i += 1) addPod(api, `pod-${i}`, { note: 'x'.repeat(4000) });
  const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const reader = await watch(t, api, `${WATCH}&${query}`);
  const revision = String(api.store.revision);
  addPod(api, 'late');
  api.store.remove('pods', 'default', 'pod-0');
  const lines = await reader.take(count + 3);
  assert.ok(lines.slice(0, count).every(({ type }) => type === 'ADDED'));
  assert.equal(new Set(lines.slice(0, count).map(({ name }) => name)).size, count);
  assert.deepEqual([lines[count]?.type, version(lines[count]?.object)], ['BOOKMARK', revision]);
  assert.deepEqual(
    lines.slice(count + 1).map(({ name, type }) => [type, name]),
    [
      ['ADDED', 'late'],
      ['DELETED', 'pod-0'],
    ],
  );
});

test('a client that goes away leaves no watch and no timer behind', async (t) => {
  const api = await startApi(t);
  const reader = await watch(t, api, WATCH);
  assert.equal(api.watches.count({ verb: 'watch' }), 1);
  reader.close();
  await eventually(() => api.watches.count() === 0);
  assert.equal(api.clock.waiting, 0);
});
