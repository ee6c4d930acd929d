/** The system clock: real timers that end, and that leave nothing behind. */

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { systemClock } from '../../src/adapters/clock.ts';
import { milliseconds } from '../../src/domain/time.ts';

const clock = systemClock();

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

test('now is the time of day', () => {
  const before = Date.now();
  const now = clock.now();
  assert.ok(before <= now && now <= Date.now());
});

test('a sleep lasts at least as long as asked, and leaves no timer and no listener', async () => {
  const { signal } = new AbortController();
  const timersBefore = timers();
  const before = performance.now();

  await clock.sleep(milliseconds(12.5), signal);

  assert.ok(performance.now() - before >= 12.5);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  assert.equal(timers(), timersBefore);
});

for (const duration of [0, -1, Number.NEGATIVE_INFINITY]) {
  test(`a sleep of ${duration} ends at once`, async () => {
    await clock.sleep(milliseconds(duration), new AbortController().signal);
  });
}

for (const duration of [60_000, 2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY]) {
  test(`a sleep of ${duration} ms is still asleep after a moment, and an abort ends it with its reason`, async () => {
    const sleeper = new AbortController();
    const timersBefore = timers();
    let ended = false;
    const warnings: string[] = [];
    const warn = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', warn);
    const sleep = clock.sleep(milliseconds(duration), sleeper.signal).finally(() => {
      ended = true;
    });
    const watched = assert.rejects(sleep, (error) => error === 'enough');

    await clock.sleep(milliseconds(15), new AbortController().signal);
    const hasEndedEarly = ended;
    sleeper.abort('enough');
    await watched;
    process.off('warning', warn);

    assert.equal(hasEndedEarly, false);
    assert.deepEqual(warnings, [], 'no timer is asked for more than it can do');
    assert.equal(getEventListeners(sleeper.signal, 'abort').length, 0);
    assert.equal(timers(), timersBefore);
  });
}

test('a signal that was aborted before is heeded, whatever the duration', async () => {
  for (const duration of [0, 5]) {
    await assert.rejects(clock.sleep(milliseconds(duration), AbortSignal.abort('gone')), (e) => e === 'gone');
  }
});

test('a sleep of what is no number is an error, not a busy loop', async () => {
  await assert.rejects(clock.sleep(milliseconds(Number.NaN), new AbortController().signal), RangeError);
});

test('the monotonic time goes on with the sleeps, and never back', async () => {
  const before = clock.monotonic();
  await clock.sleep(milliseconds(5), new AbortController().signal);
  assert.ok(clock.monotonic() >= before + 5);
});
