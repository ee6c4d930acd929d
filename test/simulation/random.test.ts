/** Random histories: whatever happens, nobody is evicted wrongly, nobody is left, and a restart changes neither. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { play } from './random/play.ts';
import { simulated } from './random/child.ts';
import { storyOf } from './random/story.ts';

/** Simulates, and fails with what went wrong and the command that plays it again. */
async function allWell(t: TestContext, ...args: readonly string[]): Promise<void> {
  const { isWell, lines } = await simulated(args);
  for (const line of lines.slice(-4)) t.diagnostic(line);
  assert.ok(isWell, lines.slice(0, 20).join('\n'));
}

test('200 random histories of changes, pod churn and restarts: nobody is evicted wrongly, nobody is left', async (t) => {
  await allWell(t, '--profile', 'grants', '--seeds', '1-200');
});

test('the same histories with one more restart somewhere: it changes neither', async (t) => {
  await allWell(t, '--profile', 'grants', '--seeds', '1-200', '--restart', 'some');
});

test('a restart at every step of a history: it changes neither', async (t) => {
  await allWell(t, '--profile', 'grants', '--seeds', '201-203', '--restart', 'each');
});

test('100 random histories of pods that come and go under a watch that is behind', async (t) => {
  await allWell(t, '--profile', 'pods', '--seeds', '1-100');
});

test('100 random histories with everything that can go wrong', async (t) => {
  await allWell(t, '--profile', 'faults', '--seeds', '1-100');
});

test('60 random histories under a clock that is wrong and is set right by steps', async (t) => {
  await allWell(t, '--profile', 'clocks', '--seeds', '1-60');
});

test('30 random histories in which everything is deleted at once, with and without records of it', async (t) => {
  await allWell(t, '--profile', 'crowd', '--seeds', '1-30');
});

test('the same seed tells the same history', async () => {
  for (const profile of ['grants', 'pods', 'faults', 'clocks', 'crowd'] as const) {
    assert.deepEqual(await play(storyOf(7, profile)), await play(storyOf(7, profile)));
  }
});
