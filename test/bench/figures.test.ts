/** The arithmetic of the benchmarks: what is told must be what was measured. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BENCHMARKS } from '../../bench/all.ts';
import { figure } from '../../bench/benchmark.ts';
import { busiestSecond, overrun } from '../../bench/budget.ts';
import { percentile } from '../../bench/percentile.ts';
import { missed, readThresholds } from '../../bench/thresholds.ts';

const HUNDRED = Array.from({ length: 100 }, (_, n) => 100 - n);

test('a percentile is a value that was measured', () => {
  assert.deepEqual(
    [50, 90, 99, 100].map((percent) => percentile(HUNDRED, percent)),
    [50, 90, 99, 100],
  );
  assert.equal(percentile([7], 99), 7);
  assert.ok(Number.isNaN(percentile([], 50)));
});

test('a stream within its rate and burst is no overrun; what goes beyond is counted', () => {
  const steady = Array.from({ length: 50 }, (_, n) => n * 100);
  assert.equal(overrun(steady, { rate: 10, burst: 1 }), 0);
  assert.equal(overrun(steady, { rate: 5, burst: 1 }), 25);
  assert.equal(overrun([0, 0, 0, 0], { rate: 1, burst: 3 }), 1);
  assert.equal(overrun([], { rate: 1, burst: 1 }), 0);
});

test('the busiest second is found wherever it lies', () => {
  assert.equal(busiestSecond([0, 500, 999, 1000, 1400, 5000]), 4);
  assert.equal(busiestSecond([]), 0);
});

test('a threshold is missed on either side, and by a figure that is not there', () => {
  const thresholds = { one: { quick: { most: 5 }, many: { least: 3 }, absent: { most: 1 } } };
  const figures = [figure('quick', 6, 'ms'), figure('many', 2, '')];
  assert.equal(missed('one', figures, thresholds).length, 3);
  const good = [figure('quick', 5, 'ms'), figure('many', 3, ''), figure('absent', 0, '')];
  assert.deepEqual(missed('one', good, thresholds), []);
  assert.deepEqual(missed('another', figures, thresholds), []);
});

test('every benchmark has thresholds, and every threshold a benchmark', () => {
  assert.deepEqual(Object.keys(readThresholds()).toSorted(), BENCHMARKS.map(({ name }) => name).toSorted());
});
