/** The state as a stream: shown when it is complete and not before, and how the view gets on where it is not to be had. */

import assert from 'node:assert/strict';
import type http from 'node:http';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import {
  encodePod,
  encodePodList,
  encodeStatus,
  encodeWatchFrame,
  unknownOf,
} from '../../../simulator/kubernetes/protobuf-encode.ts';
import { PodView } from '../../../src/adapters/kubernetes/pod-view.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import { seconds } from '../../../src/domain/time.ts';
import type { Asked, Script } from '../../support/scripted-api-server.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import type { World } from './support.ts';
import { podList, quiet, status, stepUntil, until, worldOn } from './support.ts';
import { bookmark, ETL, isList, isStream, isWatch, pod } from './watching.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

type Streaming = World & {
  readonly view: PodView;
  readonly changed: Identity[];
  /** The streams of the state that are open, oldest first. */
  readonly streams: http.ServerResponse[];
  readonly startedAt: number;
  readonly asked: (which: (asked: Asked) => boolean) => readonly Asked[];
};

type Scripts = { readonly stream?: Script; readonly list?: Script; readonly watch?: Script };

const hold: Script = (_, response) => response.writeHead(200).flushHeaders();

/** Only who asks for JSON alone is given it. */
function listInJson(refuse: (response: http.ServerResponse) => void): Script {
  return (asked, response) =>
    asked.headers.accept === 'application/json' ? aList(asked, response) : refuse(response);
}

async function streaming(t: TestContext, { list, stream, watch }: Scripts = {}): Promise<Streaming> {
  const streams: http.ServerResponse[] = [];
  const base = await worldOn(t, (asked, response) => {
    if (isList(asked)) return (list ?? hold)(asked, response);
    if (isWatch(asked)) return (watch ?? hold)(asked, response);
    if (stream === undefined) streams.push(response);
    return (stream ?? hold)(asked, response);
  });
  const { client, clock, server } = base;
  const startedAt = clock.now();
  const view = new PodView({ client, clock, random: () => 0.5 }, {});
  const changed: Identity[] = [];
  const stopped = new AbortController();
  const running = view.run(
    { changed: (identity) => changed.push(identity), unreadable: () => undefined },
    stopped.signal,
  );
  t.after(() => {
    stopped.abort();
    return running;
  });
  return { ...base, view, changed, streams, startedAt, asked: (which) => server.asked.filter(which) };
}

function say({ streams }: Streaming, type: string, object: object): void {
  streams.at(-1)?.write(`${JSON.stringify({ type, object })}\n`);
}

const end = (version: string): object => ({
  kind: 'Pod',
  metadata: { resourceVersion: version, annotations: { 'k8s.io/initial-events-end': 'true' } },
});
const kindOf = ({ view }: Streaming): string => view.freshness().kind;
const names = ({ view }: Streaming): readonly string[] => view.holdersOf(ETL).map(({ name }) => name);
const expired = status(410, 'Expired', 'too old');
const aList: Script = (_, response) => sendJson(response, 200, podList([pod('listed')], '300'));

test('the state is complete at its last bookmark and not at another, and the same answer goes on as the watch', async (t) => {
  const world = await streaming(t);
  await until(() => world.streams.length === 1);
  say(world, 'ADDED', pod('a', { version: '50' }));
  say(world, 'ADDED', pod('free', { holds: false }));
  say(world, 'BOOKMARK', bookmark('60'));
  await until(() => names(world).length === 1);
  await quiet();
  assert.equal(kindOf(world), 'unsynced', 'what has been seen is shown, but nothing follows from an absence');
  say(world, 'BOOKMARK', end('100'));
  await until(() => kindOf(world) === 'synced');
  say(world, 'ADDED', pod('b', { version: '120' }));
  say(world, 'DELETED', pod('a', { version: '121' }));
  await until(() => names(world).join() === 'b');
  world.streams[0]?.destroy();
  await stepUntil(world.clock, () => world.asked(isWatch).length === 1);
  assert.equal(world.asked(isWatch)[0]?.query['resourceVersion'], '121');
  assert.deepEqual([world.asked(isList).length, world.view.mended().lists], [0, 1]);
});

test('while a new state comes the old view stands; then what the new one lacks is gone', async (t) => {
  const world = await streaming(t);
  await until(() => world.streams.length === 1);
  for (const name of ['a', 'b', 'c']) say(world, 'ADDED', pod(name, { version: '50' }));
  say(world, 'BOOKMARK', end('100'));
  await until(() => kindOf(world) === 'synced');
  say(world, 'ERROR', expired);
  await until(() => world.streams.length === 2);
  world.changed.length = 0;
  const before = world.view.freshness();
  await world.clock.advance(seconds(30));
  say(world, 'ADDED', pod('a', { version: '50' }));
  say(world, 'ADDED', pod('c', { version: '50' }));
  say(world, 'ADDED', pod('d', { version: '110' }));
  say(world, 'DELETED', pod('c', { version: '111' }));
  await quiet();
  assert.deepEqual(names(world), ['a', 'b', 'c']);
  assert.deepEqual(world.changed, []);
  assert.deepEqual(world.view.freshness(), before, 'the old view is as old as it is');
  say(world, 'BOOKMARK', end('120'));
  await until(() => world.changed.length > 0);
  assert.deepEqual(names(world), ['a', 'd']);
  assert.deepEqual(world.changed, [ETL]);
  say(world, 'MODIFIED', pod('b', { version: '49' }));
  say(world, 'ADDED', pod('e', { version: '130' }));
  await until(() => names(world).includes('e'));
  assert.deepEqual(
    names(world),
    ['a', 'd', 'e'],
    'what comes late about one that is gone does not bring it back',
  );
});

for (const [how, cut] of [
  ['cut', (response: http.ServerResponse) => response.destroy()],
  ['ended', (response: http.ServerResponse) => response.end()],
  ['spoiled', (response: http.ServerResponse) => response.write('nonsense\n')],
] as const) {
  test(`a stream that is ${how} before the state is complete shows nothing, and a list follows`, async (t) => {
    const world = await streaming(t, { list: aList });
    await until(() => world.streams.length === 1);
    say(world, 'ADDED', pod('a'));
    await until(() => names(world).length === 1);
    const [stream] = world.streams;
    if (stream !== undefined) cut(stream);
    await stepUntil(world.clock, () => kindOf(world) === 'synced');
    assert.deepEqual(names(world), ['listed']);
    assert.deepEqual([world.asked(isList).length, world.asked(isStream).length], [1, 1]);
  });
}

test('a stream that falls silent before the state is complete is given up, and a list follows', async (t) => {
  const world = await streaming(t, { list: aList });
  await until(() => world.streams.length === 1 && world.clock.pending === 1);
  await world.clock.advance(seconds(90));
  await stepUntil(world.clock, () => world.asked(isList).length === 1);
  assert.equal(world.view.mended().silences, 1);
});

for (const [code, again] of [
  [422, 0],
  [400, 0],
  [405, 0],
  [403, 1],
] as const) {
  test(`a stream refused with ${code} is answered with a list at once; at the next sync it is ${again === 0 ? 'not ' : ''}asked for again`, async (t) => {
    let watches = 0;
    const world = await streaming(t, {
      stream: (_, response) => sendJson(response, code, status(code, 'Invalid', 'no such thing')),
      list: aList,
      watch: (_, response) => {
        response.writeHead(200).flushHeaders();
        if (++watches === 1) response.end(`${JSON.stringify({ type: 'ERROR', object: expired })}\n`);
      },
    });
    await until(() => watches === 2);
    assert.equal(world.clock.now(), world.startedAt, 'nothing was waited for');
    assert.equal(world.asked(isList).length, 2);
    assert.equal(world.asked(isStream).length, 1 + again);
  });
}

test('a server that is too busy for a stream is given time, and then asked again', async (t) => {
  let asked = 0;
  const world = await streaming(t, {
    stream: (_, response) => {
      if (++asked === 1)
        return sendJson(response, 429, status(429, 'TooManyRequests', 'storage is initializing'));
      response.writeHead(200);
      response.write(`${JSON.stringify({ type: 'BOOKMARK', object: end('7') })}\n`);
    },
    list: (_, response) => sendJson(response, 429, status(429, 'TooManyRequests', 'still')),
  });
  await stepUntil(world.clock, () => kindOf(world) === 'synced');
  assert.ok(world.clock.now() > world.startedAt);
  assert.equal(world.asked(isStream).length, 2);
});

const frame = (type: string, object: object): Buffer =>
  encodeWatchFrame(type, unknownOf('Pod', encodePod({ ...object })));

test('protobuf is read where the server speaks it, however the bytes are cut, and its refusals too', async (t) => {
  const bytes = Buffer.concat([
    frame('ADDED', pod('a', { version: '50' })),
    frame('ADDED', pod('free', { version: '51', holds: false })),
    frame('BOOKMARK', end('100')),
    frame('ADDED', pod('b', { version: '120' })),
    frame('MODIFIED', pod('free', { version: '130', holds: false })),
    encodeWatchFrame('ERROR', encodeStatus({ code: 410, reason: 'Expired', message: 'too old' })),
  ]);
  let asked = 0;
  const world = await streaming(t, {
    stream: async (_, response) => {
      if (++asked > 1) {
        response.writeHead(403, { 'content-type': PROTOBUF });
        response.end(encodeStatus({ code: 403, reason: 'Forbidden', message: 'pods are not for you' }));
        return;
      }
      response.writeHead(200, { 'content-type': `${PROTOBUF};stream=watch` });
      for (let at = 0; at < bytes.length; at += 97) {
        response.write(bytes.subarray(at, at + 97));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    list: (_, response) => {
      response.writeHead(200, { 'content-type': PROTOBUF });
      response.end(encodePodList({ resourceVersion: '300' }, [encodePod({ ...pod('c') })]));
    },
  });
  await until(() => world.asked(isWatch).length === 1);
  assert.deepEqual(names(world), ['c']);
  assert.equal(world.view.mended().expired, 1);
  assert.equal(world.asked(isWatch)[0]?.query['resourceVersion'], '300');
  for (const { headers } of world.server.asked) assert.equal(headers.accept, `${PROTOBUF},application/json`);
});

test('events of pods that are nothing to us carry the version on, in either encoding', async (t) => {
  const other = { kind: 'Pod', apiVersion: 'v1', ...pod('free', { version: '350', holds: false }) };
  for (const isProtobuf of [true, false]) {
    let opened = 0;
    const world = await streaming(t, {
      stream: (_, response) => sendJson(response, 422, {}),
      list: aList,
      watch: (_, response) => {
        response.writeHead(200, isProtobuf ? { 'content-type': `${PROTOBUF};stream=watch` } : {});
        response.flushHeaders();
        if (++opened > 1) return;
        response.end(
          isProtobuf ? frame('MODIFIED', other) : `${JSON.stringify({ type: 'MODIFIED', object: other })}\n`,
        );
      },
    });
    await until(() => opened === 2);
    assert.equal(world.server.asked.at(-1)?.query['resourceVersion'], '350');
  }
});

test('a holder that is told of without its token, and one that is deleted so, are not passed over', async (t) => {
  for (const isProtobuf of [true, false]) {
    let response: http.ServerResponse | undefined;
    const world = await streaming(t, {
      stream: (_, answer) => {
        answer.writeHead(200, isProtobuf ? { 'content-type': `${PROTOBUF};stream=watch` } : {});
        response = answer;
      },
    });
    const tell = (type: string, object: object): void => {
      const whole = { kind: 'Pod', apiVersion: 'v1', ...object };
      response?.write(isProtobuf ? frame(type, whole) : `${JSON.stringify({ type, object: whole })}\n`);
    };
    await until(() => response !== undefined);
    for (const name of ['a', 'b', 'c']) tell('ADDED', pod(name, { version: '50' }));
    tell('BOOKMARK', end('100'));
    await until(() => kindOf(world) === 'synced');
    tell('MODIFIED', pod('a', { version: '101', holds: false }));
    await until(() => names(world).join() === 'b,c');
    tell('DELETED', pod('b', { version: '102', holds: false }));
    await until(() => names(world).join() === 'c');
    tell('ADDED', pod('c', { version: '103', holds: false, uid: 'another' }));
    await until(() => names(world).join() === '');
  }
});

for (const [what, refuse] of [
  [
    '406',
    (response: http.ServerResponse) => sendJson(response, 406, status(406, 'NotAcceptable', 'JSON only')),
  ],
  ['nonsense', (response: http.ServerResponse) => void response.writeHead(200).end('k8s\0 nonsense')],
] as const) {
  test(`${what} in answer to the wish for protobuf: from then on JSON is asked for`, async (t) => {
    const world = await streaming(t, {
      stream: (_, response) => sendJson(response, 422, status(422, 'Invalid', 'no streams')),
      list: listInJson(refuse),
    });
    await stepUntil(world.clock, () => world.asked(isWatch).length === 1);
    assert.deepEqual(names(world), ['listed']);
    assert.equal(world.server.asked.at(-1)?.headers.accept, 'application/json');
  });
}
