/** The weather of the TCP proxy: what comes through, when, and what becomes of connections. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { SimClock } from '../../simulator/clock.ts';
import { ManualClock } from '../../simulator/clock.ts';
import type { TcpProxy } from './tcp-proxy.ts';
import { startTcpProxy } from './tcp-proxy.ts';

const LIMIT = { timeout: 10_000 };
const MOST_TURNS = 200_000;

type Stage = {
  readonly proxy: TcpProxy;
  /** The server's sides of the connections, in order. */
  readonly served: Socket[];
  /** What the server received so far. */
  readonly heard: () => string;
};

/** A server that answers each piece with the same in capitals. */
async function stage(t: TestContext, clock?: SimClock, seed = 7): Promise<Stage> {
  const served: Socket[] = [];
  let heard = '';
  const server = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      heard += piece.toString();
      socket.write(piece.toString().toUpperCase());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy = await startTcpProxy({ target, seed, ...(clock === undefined ? {} : { clock }) });
  t.after(async () => {
    await proxy[Symbol.asyncDispose]();
    for (const socket of served) socket.destroy();
    server.close();
  });
  return { proxy, served, heard: () => heard };
}

async function dial(t: TestContext, proxy: TcpProxy): Promise<Socket> {
  const socket = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1' });
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function answerTo(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [piece]: Buffer[] = await once(socket, 'data');
  return String(piece);
}

/** Turns of the event loop until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn += 1) {
    assert.ok(turn < MOST_TURNS, 'in vain');
    await turns(1);
  }
}

/** Enough for whatever loopback holds to arrive, where nothing holds it back. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('clear: both ways, and an orderly end is handed on', LIMIT, async (t) => {
  const { proxy, served } = await stage(t);
  const socket = await dial(t, proxy);
  assert.equal(await answerTo(socket, 'a word'), 'A WORD');
  const ended = once(served[0] ?? socket, 'end');
  socket.end();
  await ended;
  await once(socket, 'close');
  await until(() => proxy.open === 0);
  assert.deepEqual(proxy.counts, { accepted: 1, cut: 0, silenced: 0 });
});

test(
  'cut: both sides of a connection are ended, each new one at once, and afterwards all is well',
  LIMIT,
  async (t) => {
    const { proxy, served } = await stage(t);
    const socket = await dial(t, proxy);
    await answerTo(socket, 'a word');
    const far = once(served[0] ?? socket, 'close');
    const near = once(socket, 'error');
    proxy.weather = { kind: 'cut' };
    const [error]: NodeJS.ErrnoException[] = await near;
    assert.equal(error?.code, 'ECONNRESET');
    await far;
    const next = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1' });
    await once(next, 'error');
    assert.equal(served.length, 1, 'the server never heard of the second');
    assert.deepEqual(proxy.counts, { accepted: 2, cut: 2, silenced: 0 });
    proxy.weather = { kind: 'clear' };
    assert.equal(await answerTo(await dial(t, proxy), 'again'), 'AGAIN');
  },
);

test('half-open: accepted, and nothing comes through, not even after it', LIMIT, async (t) => {
  const { proxy, served, heard } = await stage(t);
  const before = await dial(t, proxy);
  await answerTo(before, 'before');
  proxy.weather = { kind: 'half-open' };
  const during = await dial(t, proxy);
  let answered = 0;
  for (const socket of [before, during]) {
    socket.on('data', () => (answered += 1));
    socket.write('lost');
  }
  served[0]?.write('lost too');
  await turns(50);
  proxy.weather = { kind: 'clear' };
  before.write('lost as well');
  assert.equal(await answerTo(await dial(t, proxy), 'after'), 'AFTER');
  assert.equal(heard(), 'beforeafter');
  assert.equal(answered, 0);
  assert.ok(!before.destroyed && !during.destroyed, 'nobody told them');
  assert.deepEqual(proxy.counts, { accepted: 3, cut: 0, silenced: 2 });
});

test('half-open: a connection that the near side gives up is over on both', LIMIT, async (t) => {
  const { proxy, served } = await stage(t);
  const socket = await dial(t, proxy);
  await answerTo(socket, 'a word');
  proxy.weather = { kind: 'half-open' };
  const far = once(served[0] ?? socket, 'close');
  socket.destroy();
  await far;
  await until(() => proxy.open === 0);
});

test(
  'delay: late by that time each way, in order, and what is under way outlasts the weather',
  LIMIT,
  async (t) => {
    const clock = new ManualClock(0);
    const { proxy, heard } = await stage(t, clock);
    const socket = await dial(t, proxy);
    let answers = '';
    socket.on('data', (piece) => (answers += piece.toString()));
    proxy.weather = { kind: 'delay', ms: 1000, jitter: 0 };
    socket.write('one ');
    await until(() => clock.waiting === 1);
    clock.advance(999);
    await turns(50);
    assert.equal(heard(), '');
    proxy.weather = { kind: 'clear' };
    socket.write('two ');
    await until(() => clock.waiting === 2);
    clock.advance(1);
    await until(() => answers === 'ONE TWO ');
    assert.equal(heard(), 'one two ');
  },
);

test('delay: the jitter is the same for the same seed', LIMIT, async (t) => {
  const dueTimes = async (seed: number): Promise<readonly number[]> => {
    const due: number[] = [];
    const clock = new ManualClock(0);
    const noting: SimClock = {
      now: () => clock.now(),
      after: (ms, run) => {
        due.push(ms);
        return clock.after(ms, run);
      },
    };
    const { proxy } = await stage(t, noting, seed);
    const socket = await dial(t, proxy);
    proxy.weather = { kind: 'delay', ms: 100, jitter: 400 };
    for (const way of ['there', 'back', 'there', 'back']) {
      const before = due.length;
      if (way === 'there') socket.write('x');
      await until(() => due.length > before);
      clock.advance(1000);
    }
    return due;
  };
  const first = await dueTimes(3);
  assert.deepEqual(await dueTimes(3), first);
  assert.notDeepEqual(await dueTimes(4), first);
  assert.ok(
    first.every((ms) => ms >= 100 && ms < 500),
    String(first),
  );
});

test('throttle: so many bytes a second, and no more is read than can be under way', LIMIT, async (t) => {
  const clock = new ManualClock(0);
  const { proxy, heard } = await stage(t, clock);
  const socket = await dial(t, proxy);
  proxy.weather = { kind: 'throttle', bytesPerSecond: 1000 };
  socket.write('x'.repeat(500));
  await until(() => clock.waiting === 1);
  clock.advance(499);
  await turns(50);
  assert.equal(heard(), '');
  clock.advance(1);
  await until(() => heard().length === 500);

  const flood = 8_000_000;
  socket.write('y'.repeat(flood));
  await turns(200);
  assert.ok(socket.writableLength > flood / 10, 'the sender is held back');
});

test('a target that is not there: the connection ends', LIMIT, async (t) => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  const proxy = await startTcpProxy({ target: `http://127.0.0.1:${port}`, seed: 1 });
  t.after(() => proxy[Symbol.asyncDispose]());
  const socket = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1' });
  socket.on('error', () => {});
  await once(socket, 'close');
});

test('closing it ends everything, what is silent and what is under way too', LIMIT, async (t) => {
  const clock = new ManualClock(0);
  const { proxy } = await stage(t, clock);
  const late = await dial(t, proxy);
  proxy.weather = { kind: 'delay', ms: 1000, jitter: 0 };
  late.write('never arrives');
  await until(() => clock.waiting === 1);
  await proxy[Symbol.asyncDispose]();
  assert.equal(clock.waiting, 0);
  assert.equal(proxy.open, 0);
});
