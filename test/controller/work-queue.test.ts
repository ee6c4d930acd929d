/** The contract of the work queue. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/adapters/clock.ts';
import { WorkQueue } from '../../src/controller/work-queue.ts';
import type { Instant } from '../../src/domain/time.ts';
import { seconds } from '../../src/domain/time.ts';
import { at } from '../support/builders.ts';
import { SteppedClock } from '../support/stepped-clock.ts';

type Running = {
  readonly clock: SteppedClock;
  readonly queue: WorkQueue<string>;
  readonly handled: string[];
  readonly stop: () => Promise<void>;
};

function running(
  handle: (key: string, handled: string[]) => Promise<Instant | undefined> = async () => undefined,
  workers = 2,
): Running {
  const clock = new SteppedClock(at(0));
  const queue = new WorkQueue<string>(clock);
  const handled: string[] = [];
  const stopping = new AbortController();
  const run = queue.run(
    async (key) => {
      handled.push(key);
      return handle(key, handled);
    },
    workers,
    stopping.signal,
  );
  run.catch(() => {});
  return {
    clock,
    queue,
    handled,
    stop: async () => {
      stopping.abort(new Error('stopped by the test'));
      await run;
      assert.equal(clock.pending, 0);
    },
  };
}

test('a key that is added often before its turn is handled once', async () => {
  const { clock, queue, handled, stop } = running();
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  await clock.advance(seconds(0));
  assert.deepEqual(handled, ['a', 'b']);
  assert.equal(queue.size, 0);
  await stop();
});

test('thousands of keys that are due at once, and whose handlers wait for nothing, leave the event loop its turns', async () => {
  const clock = systemClock();
  const queue = new WorkQueue<number>(clock);
  const stopping = new AbortController();
  const keys = 2000;
  let [handled, turns] = [0, 0];
  const sizes: number[] = [];
  const done = Promise.withResolvers<void>();
  const turn = (): void => {
    turns += 1;
    sizes.push(handled);
    if (handled < keys) setImmediate(turn);
    else done.resolve();
  };
  for (let key = 0; key < keys; key += 1) queue.add(key);
  setImmediate(turn);
  const run = queue.run(
    async () => {
      handled += 1;
      return undefined;
    },
    512,
    stopping.signal,
  );
  await done.promise;
  stopping.abort();
  await run;
  const most = Math.max(...sizes.map((size, index) => size - (sizes[index - 1] ?? 0)));
  assert.ok(most <= 64, `${most} keys were handled in one of ${turns} turns`);
});

test('a delayed key waits for its time, and the earliest of several times counts', async () => {
  const { clock, queue, handled, stop } = running();
  queue.add('a', at(10));
  queue.add('a', at(5));
  queue.add('a', at(20));
  await clock.advance(seconds(4));
  assert.deepEqual(handled, []);
  await clock.advance(seconds(1));
  assert.deepEqual(handled, ['a']);
  await clock.advance(seconds(60));
  assert.deepEqual(handled, ['a']);
  await stop();
});

test('an earlier key that is added while the queue sleeps wakes it', async () => {
  const { clock, queue, handled, stop } = running();
  queue.add('late', at(60));
  await clock.advance(seconds(1));
  queue.add('soon', at(2));
  await clock.advance(seconds(1));
  assert.deepEqual(handled, ['soon']);
  queue.add('now');
  await clock.advance(seconds(0));
  assert.deepEqual(handled, ['soon', 'now']);
  await stop();
});

test('a key that is added while it is handled is handled once more afterwards, never twice at a time', async () => {
  const gate = Promise.withResolvers<undefined>();
  let atATime = 0;
  const { clock, queue, handled, stop } = running(async () => {
    atATime += 1;
    assert.equal(atATime, 1);
    await gate.promise;
    atATime -= 1;
    return undefined;
  });
  queue.add('a');
  await clock.advance(seconds(0));
  queue.add('a');
  queue.add('a');
  await clock.advance(seconds(1));
  assert.deepEqual(handled, ['a']);
  gate.resolve(undefined);
  await clock.advance(seconds(0));
  assert.deepEqual(handled, ['a', 'a']);
  await stop();
});

test('the handler says when to come again', async () => {
  const { clock, queue, handled, stop } = running(async (_key, soFar) =>
    soFar.length < 3 ? at(soFar.length * 10) : undefined,
  );
  queue.add('a');
  for (let n = 0; n < 60; n += 1) await clock.advance(seconds(1));
  assert.deepEqual(handled, ['a', 'a', 'a']);
  await stop();
});

test('no more than so many at a time; the others follow in their order', async () => {
  const gates = new Map<string, () => void>();
  const { clock, queue, handled, stop } = running(
    (key) => new Promise((resolve) => gates.set(key, () => resolve(undefined))),
  );
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
  await clock.advance(seconds(0));
  assert.deepEqual(handled, ['a', 'b']);
  gates.get('b')?.();
  await clock.advance(seconds(0));
  assert.deepEqual(handled, ['a', 'b', 'c']);
  for (const key of ['a', 'c']) gates.get(key)?.();
  await clock.advance(seconds(0));
  gates.get('d')?.();
  await stop();
});

test('keys that are due are taken in the order in which they became due', async () => {
  const { clock, queue, handled, stop } = running(async () => undefined, 1);
  queue.add('third', at(3));
  queue.add('first', at(1));
  queue.add('second', at(2));
  await clock.advance(seconds(10));
  assert.deepEqual(handled, ['first', 'second', 'third']);
  await stop();
});

test('told to stop, it takes up nothing new and ends when the handlers in flight have ended', async () => {
  const gate = Promise.withResolvers<undefined>();
  const { clock, queue, handled, stop } = running(() => gate.promise, 1);
  queue.add('a');
  queue.add('b');
  await clock.advance(seconds(0));
  let isStopped = false;
  const stopped = stop().finally(() => {
    isStopped = true;
  });
  await clock.advance(seconds(1));
  assert.equal(isStopped, false);
  gate.resolve(undefined);
  await stopped;
  assert.deepEqual(handled, ['a']);
});

test('a handler that fails ends the run with its error', async () => {
  const clock = new SteppedClock(at(0));
  const queue = new WorkQueue<string>(clock);
  queue.add('a');
  const run = queue.run(() => Promise.reject(new TypeError('planted')), 2, new AbortController().signal);
  await assert.rejects(run, /planted/);
});
