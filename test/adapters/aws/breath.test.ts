/** The pauses in the work on many records. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breath } from '../../../src/adapters/aws/breath.ts';
import { milliseconds } from '../../../src/domain/time.ts';
import { settle, SteppedClock } from '../../support/stepped-clock.ts';

test('it pauses after each 100,000 characters, however many records they are, and not before', async () => {
  const clock = new SteppedClock();
  const breath = new Breath(clock);
  const { signal } = new AbortController();
  for (let round = 0; round < 2; round += 1) {
    for (let count = 0; count < 9; count += 1) await breath.after('x'.repeat(10_000), signal);
    await breath.after(undefined, signal);
    const paused = breath.after('x'.repeat(10_000), signal);
    await settle();
    assert.equal(clock.pending, 1);
    await clock.advance(milliseconds(1));
    await paused;
  }
});

test('an abort ends the pause', async () => {
  const root = new AbortController();
  const paused = new Breath(new SteppedClock()).after('x'.repeat(100_000), root.signal);
  root.abort(new Error('stop'));
  await assert.rejects(paused, /stop/);
});
