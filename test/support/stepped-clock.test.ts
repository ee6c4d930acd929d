/** The stepped clock itself: order, nesting, abort. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, milliseconds, seconds } from '../../src/domain/time.ts';
import { SteppedClock } from './stepped-clock.ts';

const never = new AbortController().signal;

test('nobody wakes before time is moved, and each wakes at its own instant in order', async () => {
  const clock = new SteppedClock(instant(0));
  const woken: string[] = [];
  const sleepers = [300, 100, 200, 100].map(async (time, position) => {
    await clock.sleep(milliseconds(time), never);
    woken.push(`${position}@${clock.now()}`);
  });
  await clock.advance(milliseconds(99));
  assert.deepEqual(woken, []);
  assert.equal(clock.pending, 4);
  await clock.advance(milliseconds(201));
  await Promise.all(sleepers);
  assert.deepEqual(woken, ['1@100', '3@100', '2@200', '0@300']);
  assert.equal(clock.now(), 300);
  assert.equal(clock.pending, 0);
});

test('a sleep that begins on the way is woken in the same advance, after long promise chains', async () => {
  const clock = new SteppedClock(instant(0));
  const at: number[] = [];
  const chain = (async () => {
    for (let round = 0; round < 3; round++) {
      await clock.sleep(seconds(1), never);
      for (let hop = 0; hop < 50; hop++) await Promise.resolve();
      at.push(clock.now());
    }
  })();
  await clock.advance(seconds(10));
  await chain;
  assert.deepEqual(at, [1000, 2000, 3000]);
  assert.equal(clock.now(), 10_000);
});

test('an aborted sleep is rejected with the reason of the signal and leaves nothing behind', async () => {
  const clock = new SteppedClock();
  const stop = new AbortController();
  const sleep = clock.sleep(seconds(5), stop.signal);
  const reason = new Error('stopped');
  stop.abort(reason);
  await assert.rejects(sleep, reason);
  await assert.rejects(clock.sleep(seconds(0), stop.signal), reason);
  assert.equal(clock.pending, 0);
});

test('a sleep that is not positive ends at once, one that is not a number is refused', async () => {
  const clock = new SteppedClock();
  await clock.sleep(seconds(0), never);
  await clock.sleep(seconds(-1), never);
  await assert.rejects(clock.sleep(milliseconds(Number.NaN), never), RangeError);
  assert.equal(clock.pending, 0);
});

test('who sets the wall clock changes what it shows, and neither the monotonic time nor a sleep', async () => {
  const clock = new SteppedClock(instant(1000));
  let isAwake = false;
  const sleep = (async () => {
    await clock.sleep(milliseconds(10), never);
    isAwake = true;
  })();
  clock.setBy(milliseconds(-500));
  clock.setBy(milliseconds(200));
  await clock.advance(milliseconds(9));
  assert.equal(clock.now(), 709);
  assert.equal(clock.monotonic(), 9);
  assert.equal(isAwake, false);
  await clock.advance(milliseconds(1));
  await sleep;
  assert.equal(isAwake, true);
});
