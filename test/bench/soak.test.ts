/** The judgement of the soak: what it lets pass, and what it must not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minima, trend } from '../../bench/soak/flatness.ts';
import type { Episode, Life } from '../../bench/soak/history.ts';
import type { Act } from '../../bench/soak/oracle.ts';
import { containments, isJustified, isStale, isTooEarly } from '../../bench/soak/oracle.ts';

const NEVER = Number.POSITIVE_INFINITY;
const RULES = { settleTime: 5000, consistencyWindow: 10_000, deadline: 60_000, grace: 10_000 };

function life(start: number, more: Partial<Life> = {}): Life {
  return { uid: 'u', identity: 'a/b', start, isHolder: true, finishedAt: NEVER, goneAt: NEVER, ...more };
}

function episode(grant: string, from: number, until = NEVER): Episode {
  return { grant, from, until };
}

function act(at: number, isForced = false): Act {
  return { uid: 'u', at, isForced, by: 'one', status: 201 };
}

test('stale is who lived while a grant was in force that is not in force now', () => {
  const deleted = [episode('x', 0, 50_000)];
  const superseded = [episode('x', 0, 50_000), episode('y', 50_000)];
  const recreated = [episode('x', 0, 50_000), episode('x', 52_000)];
  const cases: readonly (readonly [string, Life, readonly Episode[], boolean])[] = [
    ['deleted', life(40_000), deleted, true],
    ['started after the deletion', life(51_000), deleted, false],
    ['superseded', life(40_000), superseded, true],
    ['started under the new one', life(51_000), superseded, false],
    ['recreated', life(40_000), recreated, false],
    ['no volume', life(40_000, { isHolder: false }), deleted, false],
    ['finished', life(40_000, { finishedAt: 45_000 }), deleted, false],
    ['gone', life(40_000, { goneAt: 70_000 }), deleted, false],
  ];
  for (const [name, pod, episodes, wanted] of cases) {
    assert.equal(isStale(pod, episodes, 100_000), wanted, name);
  }
});

test('an act needs a grant that was gone for the settle time, at a moment when a young confirmation saw it', () => {
  const deleted = [episode('x', 0, 50_000)];
  const cases: readonly (readonly [string, number, number, readonly Episode[], boolean])[] = [
    ['settled', 56_000, 40_000, deleted, true],
    ['not settled', 54_000, 40_000, deleted, false],
    ['before the end', 49_000, 40_000, deleted, false],
    ['recreated in time', 60_000, 40_000, [episode('x', 0, 50_000), episode('x', 53_000)], false],
    ['recreated a moment before', 62_000, 40_000, [episode('x', 0, 50_000), episode('x', 61_000)], true],
    ['recreated long before', 90_000, 40_000, [episode('x', 0, 50_000), episode('x', 61_000)], false],
    ['superseded', 60_000, 40_000, [episode('x', 0, 50_000), episode('y', 50_000)], true],
    ['started in the window', 90_000, 59_000, deleted, true],
    ['started after the window', 90_000, 62_000, deleted, false],
    ['current', 60_000, 40_000, [episode('x', 0)], false],
    ['never any', 60_000, 40_000, [], false],
  ];
  for (const [name, at, start, episodes, wanted] of cases) {
    assert.equal(isJustified(act(at), life(start), episodes, RULES), wanted, name);
  }
  assert.equal(isJustified(act(60_000), life(0, { isHolder: false }), deleted, RULES), false, 'no holder');
});

test('force comes at the deadline less the grace, not before', () => {
  const episodes = [episode('x', 0, 50_000), episode('y', 50_000)];
  assert.equal(isTooEarly(act(99_000, true), life(0), episodes, RULES), true);
  assert.equal(isTooEarly(act(100_000, true), life(0), episodes, RULES), false);
  assert.equal(isTooEarly(act(60_000, false), life(0), episodes, RULES), false);
});

test('containment ends with the last holder; an end that was taken back has none', () => {
  const ended = [episode('x', 0, 50_000), episode('y', 50_000)];
  const lives = [life(0, { goneAt: 60_000 }), life(1, { goneAt: 70_000 }), life(2, { goneAt: 40_000 })];
  assert.deepEqual(containments(new Map([['a/b', ended]]), lives), [20_000]);
  const back = (from: number) => new Map([['a/b', [...ended, episode('x', from)]]]);
  assert.deepEqual(containments(back(65_000), lives), [], 'before the last one was gone');
  assert.deepEqual(containments(back(80_000), lives), [20_000]);
  assert.deepEqual(containments(new Map([['a/b', ended]]), [life(2, { goneAt: 40_000 })]), []);
});

test('a line through the minima: saw teeth are flat, a leak below them is not', () => {
  const sawTeeth = Array.from({ length: 120 }, (_, n) => ({ at: n * 10, value: 100 + (n % 6) * 20 }));
  assert.ok(Math.abs(trend(minima(sawTeeth, 60)).growth) < 1);
  const leak = sawTeeth.map(({ at, value }) => ({ at, value: value + at / 60 }));
  const { first, last, growth } = trend(minima(leak, 60));
  assert.ok(growth > 15 && last > first, String(growth));
  assert.ok(Number.isNaN(trend([]).growth));
});
