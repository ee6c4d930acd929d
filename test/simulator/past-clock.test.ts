/** The clock that starts in the past: what happens there, and what is left for the present. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../simulator/clock.ts';
import { PastClock } from '../../simulator/past-clock.ts';

const NOW = Date.parse('2026-11-23T10:00:00.250Z');

function clocks() {
  const present = new ManualClock(NOW);
  const clock = new PastClock(present, 10_000);
  const happened: string[] = [];
  const plan = (name: string, ms: number): (() => void) =>
    clock.after(ms, () => happened.push(`${name} at ${clock.now() - NOW}`));
  return { present, clock, happened, plan };
}

test('time stands still in the past until it is let pass, and runs after the arrival', () => {
  const { present, clock } = clocks();
  assert.equal(clock.now(), NOW - 10_000);
  present.advance(5);
  assert.equal(clock.now(), NOW - 10_000);
  clock.pass(4000);
  assert.equal(clock.now(), NOW - 6000);
  clock.arrive();
  assert.equal(clock.now(), NOW + 5);
  present.advance(100);
  assert.equal(clock.now(), NOW + 105);
});

test('what falls due in the past happens there, at its own time; the rest happens in the present', () => {
  const { present, clock, happened, plan } = clocks();
  plan('early', 1000);
  plan('later', 9000);
  plan('future', 12_000);
  clock.pass(2000);
  assert.deepEqual(happened, ['early at -9000']);
  clock.arrive();
  assert.deepEqual(happened, ['early at -9000', 'later at -1000']);
  present.advance(1999);
  assert.equal(happened.length, 2);
  present.advance(1);
  assert.deepEqual(happened.at(-1), 'future at 2000');
  plan('new', 50);
  present.advance(50);
  assert.deepEqual(happened.at(-1), 'new at 2050');
});

test('what is cancelled does not happen, on either side of the arrival', () => {
  const { present, clock, happened, plan } = clocks();
  const before = plan('before', 1000);
  const across = plan('across', 11_000);
  const after = plan('after', 12_000);
  before();
  clock.arrive();
  across();
  after();
  present.advance(60_000);
  assert.deepEqual(happened, []);
  assert.equal(present.waiting, 0);
});

test('the past ends at the present', () => {
  const { clock } = clocks();
  assert.throws(() => clock.pass(10_001), RangeError);
  clock.arrive();
  clock.arrive();
  assert.throws(() => clock.pass(1), RangeError);
});
