/** The view of the holders while the API server does what it should. */

import assert from 'node:assert/strict';
import type http from 'node:http';
import { test } from 'node:test';
import { podUid } from '../../../src/domain/holder.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import { seconds } from '../../../src/domain/time.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import { podList, rawPod, status, until } from './support.ts';
import { bookmark, ETL, isStream, listing, names, pod, say, watching } from './watching.ts';

const STREAM = {
  watch: 'true',
  allowWatchBookmarks: 'true',
  sendInitialEvents: 'true',
  resourceVersionMatch: 'NotOlderThan',
  timeoutSeconds: '450',
};

test('a list of several pages, then a watch from its version: method, path and query are exact', async (t) => {
  const pages = new Map([
    [undefined, podList([pod('a'), pod('free', { holds: false })], '100', 'next/1=')],
    ['next/1=', podList([pod('b')], '100', 'next/2=')],
    ['next/2=', podList([pod('c', { serviceAccount: 'web' })], '100')],
  ]);
  const world = await watching(t, (asked, response) => {
    sendJson(response, 200, pages.get(asked.query['continue']));
  });
  assert.equal(world.view.freshness().kind, 'unsynced');
  await until(() => world.watches.length === 1);
  assert.deepEqual(
    world.server.asked.map(({ method, path, query }) => ({ method, path, query })),
    [
      { method: 'GET', path: '/api/v1/pods', query: STREAM },
      { method: 'GET', path: '/api/v1/pods', query: { limit: '500' } },
      { method: 'GET', path: '/api/v1/pods', query: { limit: '500', continue: 'next/1=' } },
      { method: 'GET', path: '/api/v1/pods', query: { limit: '500', continue: 'next/2=' } },
      {
        method: 'GET',
        path: '/api/v1/pods',
        query: { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '100', timeoutSeconds: '450' },
      },
    ],
  );
  assert.deepEqual(names(world), ['a=uid-a', 'b=uid-b']);
  assert.deepEqual([...world.view.identities()], ['team-a/etl', 'team-a/web']);
  assert.equal(world.view.holder(podUid('uid-c'))?.name, 'c');
  assert.equal(world.view.holder(podUid('uid-free')), undefined);
  assert.equal(world.view.freshness().kind, 'synced');
  assert.equal(world.server.connections, 1);
});

test('events change the view, and only what is kept is told', async (t) => {
  const world = await watching(t, listing([pod('a')]));
  await until(() => world.watches.length === 1);
  world.changed.length = 0;
  say(world, 'ADDED', pod('b', { version: '101' }));
  say(world, 'MODIFIED', pod('b', { version: '102', status: { phase: 'Running', podIP: '10.0.0.1' } }));
  say(world, 'MODIFIED', pod('b', { version: '103', status: { phase: 'Failed' } }));
  say(world, 'ADDED', pod('free', { version: '104', holds: false }));
  say(world, 'DELETED', pod('a', { version: '105' }));
  await until(() => names(world)[0] === 'b=uid-b');
  assert.equal(names(world).length, 1);
  assert.equal(world.view.holdersOf(ETL)[0]?.finished, true);
  assert.deepEqual(world.changed, [ETL, ETL, ETL]);
});

test('repeated, late and disordered events neither bring back what is gone nor move backwards', async (t) => {
  const world = await watching(t, listing([pod('a', { version: '90' })]));
  await until(() => world.watches.length === 1);
  say(world, 'MODIFIED', pod('a', { version: '110', status: { phase: 'Failed' } }));
  say(world, 'MODIFIED', pod('a', { version: '105', status: { phase: 'Running' } }));
  say(world, 'ADDED', pod('b', { version: '111' }));
  say(world, 'DELETED', pod('b', { version: '112' }));
  say(world, 'DELETED', pod('b', { version: '112' }));
  say(world, 'MODIFIED', pod('b', { version: '111' }));
  say(world, 'ADDED', pod('b', { version: '113' }));
  say(world, 'ADDED', pod('end', { version: '114' }));
  await until(() => names(world).includes('end=uid-end'));
  assert.deepEqual(names(world), ['a=uid-a', 'end=uid-end']);
  assert.equal(world.view.holdersOf(ETL)[0]?.finished, true);
});

test('another uid under the same name removes the old one, and the late end of the old one spares the new', async (t) => {
  const world = await watching(t, listing([pod('db-0', { uid: 'old' })]));
  await until(() => world.watches.length === 1);
  say(world, 'MODIFIED', pod('db-0', { uid: 'new', version: '101' }));
  say(world, 'DELETED', pod('db-0', { uid: 'old', version: '102' }));
  say(world, 'MODIFIED', pod('db-0', { uid: 'old', version: '103' }));
  say(world, 'ADDED', pod('end', { version: '104' }));
  await until(() => names(world).length === 2);
  assert.deepEqual(names(world), ['db-0=new', 'end=uid-end']);
  say(world, 'ADDED', pod('db-0', { uid: 'third', version: '105', holds: false }));
  await until(() => names(world).length === 1);
  assert.equal(world.view.holder(podUid('new')), undefined);
});

test('a watch that the server ends is resumed at once from the last event or bookmark', async (t) => {
  const world = await watching(t, listing([]));
  await until(() => world.watches.length === 1);
  say(world, 'ADDED', pod('a', { version: '120' }));
  await until(() => names(world).length === 1);
  world.watches[0]?.response.end();
  await until(() => world.watches.length === 2);
  assert.equal(world.watches[1]?.asked.query['resourceVersion'], '120');
  say(world, 'BOOKMARK', bookmark('777'));
  world.watches[1]?.response.end();
  await until(() => world.watches.length === 3);
  assert.equal(world.watches[2]?.asked.query['resourceVersion'], '777');
  assert.equal(world.lists().length, 1);
});

test('before the first list is complete the view shows what has come and says that it is not complete', async (t) => {
  let held: http.ServerResponse | undefined;
  const world = await watching(t, (asked, response) => {
    if (asked.query['continue'] === undefined) sendJson(response, 200, podList([pod('a')], '100', 'more'));
    else held = response;
  });
  await until(() => held !== undefined);
  assert.deepEqual(names(world), ['a=uid-a']);
  assert.deepEqual(world.changed, [ETL]);
  assert.equal(world.view.freshness().kind, 'unsynced');
});

test('namespaces: one list and watch each, synced when all are, as of the oldest', async (t) => {
  let held: http.ServerResponse | undefined;
  const world = await watching(
    t,
    (asked, response) => {
      if (asked.path.includes('team-b') && held === undefined) held = response;
      else sendJson(response, 200, podList([pod('a')], '1'));
    },
    { namespaces: ['team-a', 'team-b', 'team-a'] },
  );
  await until(() => world.watches.length === 1 && held !== undefined);
  assert.equal(world.view.freshness().kind, 'unsynced');
  await world.clock.advance(seconds(20));
  const late = rawPod({ name: 'b', namespace: 'team-b' });
  if (held !== undefined) sendJson(held, 200, podList([late], '2'));
  await until(() => world.watches.length === 2);
  const asked = world.server.asked.filter((each) => !isStream(each)).map(({ path }) => path);
  assert.deepEqual(asked.sort(), [
    '/api/v1/namespaces/team-a/pods',
    '/api/v1/namespaces/team-a/pods',
    '/api/v1/namespaces/team-b/pods',
    '/api/v1/namespaces/team-b/pods',
  ]);
  const freshness = world.view.freshness();
  assert.equal(freshness.kind === 'synced' && world.clock.now() - freshness.asOf, 20_000);
  assert.deepEqual(names(world, 'team-b/etl' as Identity), ['b=uid-b']);
  assert.deepEqual([...world.view.identities()], ['team-a/etl', 'team-b/etl']);
});

const broken = (version: string): object => pod('bad', { version, metadata: { creationTimestamp: 7 } });

test('an unreadable holder is told once, is no holder meanwhile, and mends when it can be read', async (t) => {
  const world = await watching(t, listing([broken('50'), pod('a')]));
  await until(() => world.watches.length === 1);
  say(world, 'MODIFIED', broken('101'));
  say(world, 'ERROR', status(410, 'Expired', 'too old'));
  await until(() => world.watches.length === 2);
  assert.deepEqual(
    world.unreadable.map(({ uid, why }) => [uid, why]),
    [['uid-bad', 'metadata.creationTimestamp is missing or no time']],
  );
  assert.equal(world.view.unreadable().length, 1);
  assert.deepEqual(names(world), ['a=uid-a']);
  say(world, 'MODIFIED', pod('bad', { version: '102' }));
  await until(() => names(world).length === 2);
  assert.deepEqual(world.view.unreadable(), []);
  say(world, 'MODIFIED', pod('a', { version: '103', metadata: { creationTimestamp: 7 } }));
  await until(() => world.view.unreadable().length === 1);
  assert.deepEqual(names(world), ['bad=uid-bad']);
  say(world, 'DELETED', pod('a', { version: '104', metadata: { creationTimestamp: 7 } }));
  await until(() => world.view.unreadable().length === 0);
});
