/** Tests of the simulator's time. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, realClock } from '../../simulator/clock.ts';

test('due calls run in order of their time, each at its own, also those added on the way', () => {
  const clock = new ManualClock(1000);
  const seen: string[] = [];
  clock.after(30, () => seen.push(`late@${clock.now()}`));
  clock.after(10, () => {
    seen.push(`early@${clock.now()}`);
    clock.after(5, () => seen.push(`added@${clock.now()}`));
  });
  clock.after(10, () => seen.push(`second@${clock.now()}`));
  clock.advance(29);
  assert.deepEqual(seen, ['early@1010', 'second@1010', 'added@1015']);
  assert.equal(clock.now(), 1029);
  clock.advance(1);
  assert.equal(seen.at(-1), 'late@1030');
  assert.equal(clock.waiting, 0);
});

test('a cancelled call does not run', () => {
  const clock = new ManualClock(0);
  const cancel = clock.after(1, () => assert.fail('it ran'));
  cancel();
  clock.advance(10);
});

test('the real clock runs a call and can cancel one', async () => {
  const clock = realClock();
  const cancel = clock.after(1, () => assert.fail('it ran'));
  cancel();
  const before = clock.now();
  // Its timers do not keep the process alive, so something else must.
  const keepAlive = setInterval(() => undefined, 50);
  await new Promise<void>((resolve) => {
    clock.after(5, resolve);
  });
  clearInterval(keepAlive);
  assert.ok(clock.now() >= before + 4);
});
