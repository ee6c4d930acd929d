/** The memory of both channels, and the delivery that fills it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Heard, parseRecord } from '../../../src/adapters/aws/record.ts';
import { deliver } from '../../../src/adapters/aws/record-delivery.ts';
import { Seen } from '../../../src/adapters/aws/seen.ts';
import type { ChannelListener } from '../../../src/ports/channel.ts';
import { expected, record } from './records.ts';

const heard: Heard = parseRecord(record(), expected());

function listener(told: string[], hint: () => void = () => told.push('hint')): ChannelListener {
  const refused = (why: string, detail: string) => told.push(`${why}: ${detail}`);
  return { hint, refused, chronicle: () => undefined, reading: () => undefined };
}

test('the oldest event is forgotten first, and the memory is bounded', () => {
  const seen = new Seen(3);
  for (const id of ['a', 'b', 'c', 'a', 'd']) seen.add(id);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((id) => seen.has(id)),
    [false, true, true, true],
  );
});

test('ten thousand events are remembered where nothing else is said', () => {
  const seen = new Seen();
  for (let number = 0; number <= 10_000; number += 1) seen.add(`event-${number}`);
  assert.deepEqual([seen.has('event-0'), seen.has('event-1'), seen.has('event-10000')], [false, true, true]);
});

test('what one channel heard is a duplicate on the other', () => {
  const seen = new Seen();
  const told: string[] = [];
  assert.equal(deliver(heard, seen, listener(told)), 'taken');
  const again = parseRecord(record(), expected({ channel: 'trail' }));
  assert.equal(deliver(again, seen, listener(told)), 'refused');
  assert.deepEqual(told, [
    'hint',
    'duplicate: DeletePodIdentityAssociation d0c4d1c5-2222-4444-8888-000000000002',
  ]);
});

test('what was not taken is not remembered, so that it can be heard again', () => {
  const seen = new Seen();
  const told: string[] = [];
  const throwing = listener(told, () => {
    throw new Error('not now');
  });
  assert.equal(deliver(heard, seen, throwing), 'kept');
  assert.equal(deliver(heard, seen, listener(told)), 'taken');
  assert.deepEqual(told, ['hint']);
});
