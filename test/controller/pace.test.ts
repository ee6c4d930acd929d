/** Pace, pool and back-off: how fast, how many at once, how soon again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoff } from '../../src/controller/backoff.ts';
import { Pace } from '../../src/controller/pace.ts';
import { inPool } from '../../src/controller/pool.ts';
import { milliseconds, seconds } from '../../src/domain/time.ts';
import { at } from '../support/builders.ts';
import { SteppedClock } from '../support/stepped-clock.ts';

const NEVER = new AbortController().signal;

test('a burst at once, then one for each interval, in the order of asking', async () => {
  const clock = new SteppedClock(at(0));
  const pace = new Pace(clock, { rate: 2, burst: 3 });
  const taken: [number, number][] = [];
  const start = clock.now();
  const asked = Array.from({ length: 6 }, (_, n) =>
    pace.take(NEVER).then(() => taken.push([n, clock.now() - start])),
  );
  for (let n = 0; n < 40; n += 1) await clock.advance(milliseconds(100));
  await Promise.all(asked);
  assert.deepEqual(taken, [
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 500],
    [4, 1000],
    [5, 1500],
  ]);
});

test('never more than burst + rate * time, whenever it is asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 10 }),
      async (pauses, burst) => {
        const clock = new SteppedClock(at(0));
        const pace = new Pace(clock, { rate: 4, burst });
        const start = clock.now();
        const times: number[] = [];
        const asked: Promise<unknown>[] = [];
        for (const pause of pauses) {
          asked.push(pace.take(NEVER).then(() => times.push(clock.now() - start)));
          await clock.advance(milliseconds(pause));
        }
        for (let n = 0; n < 60; n += 1) await clock.advance(milliseconds(250));
        await Promise.all(asked);
        for (const [first, from] of times.entries()) {
          for (const [last, to] of times.entries()) {
            if (last >= first) assert.ok(last - first + 1 <= burst + (4 * (to - from)) / 1000 + 1e-6);
          }
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('a clock that was set back by an hour keeps nobody waiting for an hour', async () => {
  let now = at(0);
  const slept: number[] = [];
  const clock = {
    now: () => now,
    monotonic: () => milliseconds(0),
    turn: () => Promise.resolve(),
    sleep: (duration: number) => {
      slept.push(duration);
      return Promise.resolve();
    },
  };
  const pace = new Pace(clock, { rate: 1, burst: 1 });
  await pace.take(NEVER);
  await pace.take(NEVER);
  now = at(-3600);
  assert.equal(pace.tryTake(), false);
  await pace.take(NEVER);
  assert.deepEqual(slept, [1000, 2000]);
});

test('who is told to stop while it waits leaves', async () => {
  const clock = new SteppedClock(at(0));
  const pace = new Pace(clock, { rate: 0.1, burst: 1 });
  const stopping = new AbortController();
  await pace.take(stopping.signal);
  const waiting = pace.take(stopping.signal);
  stopping.abort(new Error('stopped by the test'));
  await assert.rejects(waiting, /stopped by the test/);
  assert.equal(clock.pending, 0);
});

test('a pool: some at a time, none stops the others, failures are returned', async () => {
  let atATime = 0;
  let most = 0;
  const done: number[] = [];
  const failures = await inPool([1, 2, 3, 4, 5], 2, async (item) => {
    atATime += 1;
    most = Math.max(most, atATime);
    await Promise.resolve();
    atATime -= 1;
    if (item % 2 === 0) throw new Error(`item ${item}`);
    done.push(item);
  });
  assert.equal(most, 2);
  assert.deepEqual(done, [1, 3, 5]);
  assert.deepEqual(failures.map(String), ['Error: item 2', 'Error: item 4']);
  assert.deepEqual(await inPool([], 2, () => Promise.resolve()), []);
});

test('back-off doubles from one second to thirty, less up to half of it by chance', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((tries) => backoff(tries, () => 0));
  assert.deepEqual(longest, [1, 1, 2, 4, 8, 16, 30, 30, 30].map(seconds));
  assert.equal(
    backoff(6, () => 0.999_999),
    15_000,
  );
});
