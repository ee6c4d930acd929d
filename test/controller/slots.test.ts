/** Slots: how many at once, in which order, and that none is lost. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Slots } from '../../src/controller/slots.ts';
import { settle } from '../support/stepped-clock.ts';

const { signal: never } = new AbortController();

test('so many at once, the others in the order of asking, urgent ones first', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const first = await slots.take(false, never);
  const ask = async (name: string, isUrgent: boolean): Promise<void> => {
    const giveBack = await slots.take(isUrgent, never);
    order.push(name);
    giveBack();
  };
  const asked = [ask('a', false), ask('b', false), ask('c', true), ask('d', true)];
  await settle();
  assert.deepEqual(order, []);
  first();
  await Promise.all(asked);
  assert.deepEqual(order, ['c', 'd', 'a', 'b']);
});

test('who gives up waiting is rejected with the reason, and takes nothing along', async () => {
  const slots = new Slots(1);
  const giveBack = await slots.take(false, never);
  const leaving = new AbortController();
  const waits = slots.take(false, leaving.signal);
  leaving.abort(new Error('gone'));
  await assert.rejects(waits, { message: 'gone' });
  await assert.rejects(slots.take(false, leaving.signal), { message: 'gone' });
  giveBack();
  (await slots.take(false, never))();
});

test('admitted and told to leave in the same moment: the slot is not lost', async () => {
  const slots = new Slots(1);
  const giveBack = await slots.take(false, never);
  const leaving = new AbortController();
  const waits = slots.take(false, leaving.signal);
  giveBack();
  leaving.abort(new Error('gone'));
  (await waits)();
  (await slots.take(false, never))();
});

test('whatever the order of asking, leaving and giving back: never more than there are, and all are there at the end', async () => {
  const step = fc.record({
    isUrgent: fc.boolean(),
    leaves: fc.boolean(),
    turns: fc.integer({ min: 0, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 25 }),
      async (count, steps) => {
        const slots = new Slots(count);
        let inUse = 0;
        const use = async ({ isUrgent, leaves, turns }: (typeof steps)[number]): Promise<void> => {
          const leaving = new AbortController();
          const taken = slots.take(isUrgent, leaving.signal).catch(() => undefined);
          for (let n = 0; n < turns; n += 1) await Promise.resolve();
          if (leaves) leaving.abort();
          const giveBack = await taken;
          if (giveBack === undefined) return;
          inUse += 1;
          assert.ok(inUse <= count);
          for (let n = 0; n < turns; n += 1) await Promise.resolve();
          inUse -= 1;
          giveBack();
        };
        await Promise.all(steps.map(use));
        const all = Array.from({ length: count }, () => slots.take(false, AbortSignal.timeout(1000)));
        assert.equal((await Promise.all(all)).length, count);
      },
    ),
  );
});
