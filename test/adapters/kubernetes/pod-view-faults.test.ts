/** The view of the holders: the mend for each way in which list and watch can fail. */

import assert from 'node:assert/strict';
import type http from 'node:http';
import { test } from 'node:test';
import { PodView } from '../../../src/adapters/kubernetes/pod-view.ts';
import { seconds } from '../../../src/domain/time.ts';
import type { Script } from '../../support/scripted-api-server.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import { settle } from '../../support/stepped-clock.ts';
import { podList, status, quiet, stepUntil, until, worldOn } from './support.ts';
import type { Watching } from './watching.ts';
import { bookmark, isWatch, listing, names, pod, say, watching } from './watching.ts';

test('a server that ends every watch at once is not asked in a hot loop', async (t) => {
  const world = await watching(t, listing([]), {}, (_, response) => void response.writeHead(200).end());
  const watches = (): number => world.server.asked.filter(isWatch).length;
  await until(() => watches() === 2);
  await quiet();
  assert.equal(watches(), 2, 'at once after the first, and then not before a pause');
  await stepUntil(world.clock, () => watches() === 10);
});

test('a cut connection is resumed after a pause, also within a line, and nothing is lost or listed again', async (t) => {
  const world = await watching(t, listing([]));
  await until(() => world.watches.length === 1);
  say(world, 'ADDED', pod('a', { version: '120' }));
  world.watches[0]?.response.write('{"type":"ADDED","object":{"metadata":{"na');
  await until(() => names(world).length === 1);
  world.watches[0]?.response.destroy();
  await stepUntil(world.clock, () => world.watches.length === 2);
  assert.equal(world.watches[1]?.asked.query['resourceVersion'], '120');
  assert.equal(world.lists().length, 1);
});

for (const form of ['status', 'event'] as const) {
  test(`an expired version (as ${form}) is answered with a new list, and what it lacks is gone`, async (t) => {
    let round = 0;
    const lists: Script = (_, response) => {
      const pods = round++ === 0 ? [pod('a'), pod('b', { serviceAccount: 'web' })] : [pod('a')];
      sendJson(response, 200, podList(pods, String(100 * round)));
    };
    const gone = status(410, 'Expired', 'too old resource version: 100 (500)');
    let watches = 0;
    const world = await watching(t, lists, {}, (_, response) => {
      if (watches++ > 0) response.writeHead(200).flushHeaders();
      else if (form === 'status') sendJson(response, 410, gone);
      else response.writeHead(200).end(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`);
    });
    await until(() => watches === 2);
    assert.equal(world.lists().length, 2);
    assert.equal(world.server.asked.at(-1)?.query['resourceVersion'], '200');
    assert.deepEqual([...world.view.identities()], ['team-a/etl']);
    assert.equal(world.changed.at(-1), 'team-a/web');
    assert.equal(world.view.mended().expired, 1);
  });
}

test('a continue token that expires starts the list again; meanwhile the old view stands', async (t) => {
  let phase: 'first' | 'expiring' | 'last' = 'first';
  let held: http.ServerResponse | undefined;
  const world = await watching(t, (asked, response) => {
    if (phase === 'first') return sendJson(response, 200, podList([pod('old')], '100'));
    if (asked.query['continue'] === undefined) {
      return sendJson(response, 200, podList([pod('new')], phase === 'last' ? '300' : '200', phase));
    }
    if (phase === 'last') return sendJson(response, 200, podList([pod('newer')], '300'));
    held = response;
  });
  await until(() => world.watches.length === 1);
  phase = 'expiring';
  say(world, 'ERROR', status(410, 'Expired', 'too old'));
  await until(() => held !== undefined);
  assert.deepEqual(names(world), ['old=uid-old']);
  assert.equal(world.view.freshness().kind, 'synced');
  phase = 'last';
  if (held !== undefined)
    sendJson(held, 410, status(410, 'Expired', 'The provided continue parameter is too old'));
  await stepUntil(world.clock, () => world.watches.length === 2);
  assert.deepEqual(names(world), ['new=uid-new', 'newer=uid-newer']);
  assert.equal(world.watches[1]?.asked.query['resourceVersion'], '300');
});

test('silence for 90 s, half-open, is answered with a new watch; a bookmark counts as a sign of life', async (t) => {
  const world = await watching(t, listing([]));
  const { clock, view } = world;
  const start = clock.now();
  await until(() => world.watches.length === 1 && clock.pending === 1);
  await clock.advance(seconds(80));
  say(world, 'BOOKMARK', bookmark('150'));
  await until(() => {
    const freshness = view.freshness();
    return freshness.kind === 'synced' && freshness.asOf === start + 80_000;
  });
  await clock.advance(seconds(89));
  for (let turn = 0; turn < 5; turn++) await settle();
  assert.equal(view.mended().silences, 0);
  await clock.advance(seconds(1));
  await until(() => world.watches.length === 2);
  assert.equal(world.watches[1]?.asked.query['resourceVersion'], '150');
  assert.equal(view.mended().silences, 1);
  assert.equal(world.lists().length, 1);
});

test('watches that open and never say a word do not keep the view fresh, and are answered with a list', async (t) => {
  const world = await watching(t, listing([pod('a')]));
  const { clock, view } = world;
  const start = clock.now();
  await until(() => world.watches.length === 1 && clock.pending === 1);
  await clock.advance(seconds(90));
  await until(() => world.watches.length === 2 && clock.pending === 1);
  assert.deepEqual(view.freshness(), { kind: 'synced', asOf: start });
  assert.equal(world.lists().length, 1);
  await clock.advance(seconds(90));
  await until(() => world.watches.length === 3 && clock.pending === 1);
  assert.equal(world.lists().length, 2);
  assert.deepEqual(view.freshness(), { kind: 'synced', asOf: start + 180_000 });
});

for (const [what, line] of [
  ['no JSON', 'garbage'],
  ['no event', '{"kind":"PodList","items":[]}'],
  ['another kind', '{"type":"ADDED","object":{"kind":"Service"}}'],
] as const) {
  test(`a line that is ${what} is counted and answered with a new list`, async (t) => {
    const world = await watching(t, listing([pod('a')]));
    await until(() => world.watches.length === 1);
    world.watches[0]?.response.write(`${line}\n`);
    await until(() => world.view.mended().garbage === 1 && world.clock.pending === 1);
    await stepUntil(world.clock, () => world.watches.length === 2);
    assert.equal(world.lists().length, 2);
    assert.deepEqual(names(world), ['a=uid-a']);
  });
}

test('a list that is not understood is a failure, never an empty view', async (t) => {
  const bodies = [
    { kind: 'PodList', metadata: { resourceVersion: '1' } },
    { kind: 'PodList', metadata: { resourceVersion: '1' }, items: {} },
    { kind: 'PodList', metadata: {}, items: [] },
    { kind: 'Status', items: [] },
    [],
  ];
  let round = 0;
  const seen: string[] = [];
  const world = await watching(t, (_, response) => {
    if (round > 0) seen.push(world.view.freshness().kind);
    const body = bodies[round++];
    sendJson(response, 200, body ?? podList([pod('a')], '9'));
  });
  await stepUntil(world.clock, () => world.watches.length === 1);
  assert.deepEqual(seen, Array(bodies.length).fill('unsynced'));
  assert.equal(world.watches[0]?.asked.query['resourceVersion'], '9');
});

test('a page that is too large is asked for in smaller ones; null items are an empty page', async (t) => {
  const world = await watching(t, (asked, response) => {
    if (Number(asked.query['limit']) > 100) {
      response.writeHead(200);
      const chunk = ' '.repeat(8 * 1024 * 1024);
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, more);
      };
      more();
    } else sendJson(response, 200, { ...podList([], '5'), items: null });
  });
  await stepUntil(world.clock, () => world.watches.length === 1);
  assert.equal(world.lists().at(-1)?.query['limit'], '62');
  assert.equal(world.view.freshness().kind, 'synced');
});

for (const verb of ['list', 'watch'] as const) {
  test(`where ${verb} is forbidden the view says which permission to grant, and comes back by itself`, async (t) => {
    let isForbidden = true;
    const forbidden = status(403, 'Forbidden', `pods is forbidden: User "x" cannot ${verb} resource "pods"`);
    const world = await watching(
      t,
      (_, response) => {
        if (verb === 'list' && isForbidden) sendJson(response, 403, forbidden);
        else sendJson(response, 200, podList([], '1'));
      },
      { namespaces: ['team-a'] },
      (_, response) => {
        if (verb === 'watch' && isForbidden) sendJson(response, 403, forbidden);
        else response.writeHead(200).flushHeaders();
      },
    );
    const why = (): string => {
      const freshness = world.view.freshness();
      return freshness.kind === 'unsynced' ? freshness.why : 'synced';
    };
    await until(() => why().includes('cannot'));
    assert.match(why(), new RegExp(`grant the verb "${verb}" on "pods" in a Role of namespace "team-a"`));
    isForbidden = false;
    await until(() => world.clock.pending === 1);
    await world.clock.advance(seconds(10));
    assert.match(why(), /cannot/, 'tried slowly');
    await world.clock.advance(seconds(50));
    await until(() => why() === 'synced');
  });
}

test('a watch that fails again and again with an error of its own leads to a new list', async (t) => {
  let watches = 0;
  const world = await watching(t, listing([]), {}, (_, response) => {
    if (++watches <= 5) sendJson(response, 504, status(504, 'Timeout', 'Too large resource version: 100'));
    else response.writeHead(200).flushHeaders();
  });
  await stepUntil(world.clock, () => watches === 6);
  assert.equal(world.lists().length, 2);
});

test('an abort ends the view promptly in every stage, and nothing is left', async (t) => {
  const stages: [string, Script, Script | undefined, (world: Watching) => boolean][] = [
    ['listing', () => undefined, undefined, (world) => world.lists().length === 1],
    ['opening', listing([]), () => undefined, (world) => world.server.asked.some(isWatch)],
    [
      'watching',
      listing([]),
      undefined,
      (world) => world.view.freshness().kind === 'synced' && world.watches.length === 1,
    ],
    [
      'pausing',
      (_, response) => sendJson(response, 403, {}),
      undefined,
      (world) => world.clock.pending === 1,
    ],
  ];
  for (const [name, lists, watch, reached] of stages) {
    const world = await watching(t, lists, {}, watch);
    await until(() => reached(world), name);
    await world.stop();
    assert.equal(world.clock.pending, 0, name);
    await until(() => world.server.openConnections <= 1, `${name}: the connection of the watch`);
  }
});

test('a listener that throws against its contract ends the run with its own error', async (t) => {
  const { client, clock, server } = await worldOn(t, listing([pod('a')]));
  const view = new PodView({ client, clock, random: () => 0.5 }, { namespaces: ['team-a', 'team-b'] });
  const bug = new Error('a bug of ours');
  const listener = {
    changed: (): void => {
      throw bug;
    },
    unreadable: (): void => undefined,
  };
  await assert.rejects(view.run(listener, new AbortController().signal), bug);
  assert.ok(server.asked.length >= 1);
  assert.equal(clock.pending, 0);
});
