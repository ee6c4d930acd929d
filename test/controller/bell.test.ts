/** The bell: a pause that may be cut short. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bell } from '../../src/controller/bell.ts';
import { seconds } from '../../src/domain/time.ts';
import { at } from '../support/builders.ts';
import { SteppedClock } from '../support/stepped-clock.ts';

const NEVER = new AbortController().signal;

async function pauseOf(ringAt: readonly number[], least = 10, most = 30): Promise<number> {
  const clock = new SteppedClock(at(0));
  const bell = new Bell(clock);
  if (ringAt.includes(0)) bell.ring();
  const result: { ended?: number } = {};
  const pause = bell.pause(seconds(least), seconds(most), NEVER).finally(() => {
    result.ended = (clock.now() - at(0)) / 1000;
  });
  for (let second = 1; result.ended === undefined && second < 100; second += 1) {
    await clock.advance(seconds(1));
    if (ringAt.includes(second)) bell.ring();
    await clock.advance(seconds(0));
  }
  await pause;
  assert.equal(clock.pending, 0);
  return result.ended ?? Number.NaN;
}

test('without a ring it lasts its whole length', async () => assert.equal(await pauseOf([]), 30));
test('a ring ends it', async () => assert.equal(await pauseOf([17]), 17));
test('but not below its least length', async () => assert.equal(await pauseOf([3, 4, 5]), 10));
test('a ring before it counts for it', async () => assert.equal(await pauseOf([0]), 10));
test('a pause shorter than the least length lasts its own', async () =>
  assert.equal(await pauseOf([], 10, 4), 4));

test('a ring counts once', async () => {
  const clock = new SteppedClock(at(0));
  const bell = new Bell(clock);
  bell.ring();
  const first = bell.pause(seconds(1), seconds(5), NEVER);
  await clock.advance(seconds(1));
  await first;
  let isOver = false;
  const second = bell.pause(seconds(1), seconds(5), NEVER).finally(() => {
    isOver = true;
  });
  await clock.advance(seconds(4));
  assert.equal(isOver, false);
  await clock.advance(seconds(1));
  await second;
});

test('it ends with its signal', async () => {
  for (const second of [1, 12]) {
    const clock = new SteppedClock(at(0));
    const stopping = new AbortController();
    const pause = new Bell(clock).pause(seconds(10), seconds(30), stopping.signal);
    pause.catch(() => {});
    await clock.advance(seconds(second));
    stopping.abort(new Error('stopped by the test'));
    await assert.rejects(pause, /stopped by the test/);
    assert.equal(clock.pending, 0);
  }
});
