/** Lines survive any cutting of the stream, and versions are compared at any size. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FrameTooLong, splitLines } from '../../../src/adapters/kubernetes/lines.ts';
import { isOlder, readWatchEvent } from '../../../src/adapters/kubernetes/watch-event.ts';

async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer[]> {
  const places = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (one, other) => one - other,
  );
  let from = 0;
  for (const place of places) {
    yield [bytes.subarray(from, place)];
    from = place;
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('however the bytes are cut, the lines are the same', async () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `${text.replace(/\s/gu, '_')}é😀`);
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat()), fc.boolean(), async (lines, cuts, isClosed) => {
      const source = Buffer.from(lines.join('\n') + (isClosed && lines.length > 0 ? '\n' : ''));
      const found = await collect(splitLines(chunksOf(source, cuts), 10_000));
      assert.deepEqual(
        found.flatMap(({ frames }) => frames.map(String)),
        lines,
      );
      assert.equal(found.at(-1)?.isWhole ?? true, isClosed || lines.length === 0);
    }),
  );
});

test('a line that is too long is refused before it is all there', async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Buffer[]> {
    for (;;) {
      given += 100;
      yield [Buffer.alloc(100, 'x')];
    }
  }
  await assert.rejects(collect(splitLines(endless(), 1000)), FrameTooLong);
  assert.ok(given <= 1100);
  const whole = chunksOf(Buffer.from(`${'x'.repeat(1001)}\n`), []);
  await assert.rejects(collect(splitLines(whole, 1000)), FrameTooLong);
});

test('the limit is for each line, not for the stream', async () => {
  const source = Buffer.from(`${'x'.repeat(100)}\n`.repeat(50));
  const cuts = Array.from({ length: 200 }, (_, index) => index * 25);
  const found = await collect(splitLines(chunksOf(source, cuts), 150));
  assert.equal(found.flatMap(({ frames }) => frames).length, 50);
});

test('versions are compared as numbers of any size; of others nothing is said', () => {
  assert.equal(isOlder('9', '10'), true);
  assert.equal(isOlder('10', '9'), false);
  assert.equal(isOlder('10', '10'), false);
  assert.equal(isOlder('9007199254740992', '9007199254740993'), true);
  for (const [one, other] of [
    ['a', '10'],
    ['', '10'],
    [undefined, '10'],
    ['010', '9'],
  ]) {
    assert.equal(isOlder(one, other), false);
    assert.equal(isOlder(other, one), false);
  }
});

test('a line of the watch that makes no sense is an event too', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      readWatchEvent(line);
    }),
  );
  for (const line of ['', 'x', '[]', '{}', '{"type":"ADDED"}', '{"type":"ADDED","object":[]}']) {
    assert.equal(readWatchEvent(line).kind, 'garbage', line);
  }
  assert.equal(readWatchEvent('{"type":"NEWS","object":{}}').kind, 'garbage');
  assert.equal(readWatchEvent('{"type":"ADDED","object":{"kind":"Status"}}').kind, 'garbage');
  const error = readWatchEvent('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}');
  assert.equal(error.kind === 'error' && error.refusal.status, 410);
});
