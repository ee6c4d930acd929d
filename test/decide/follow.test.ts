/** A past that was learnt later, put after one that was learnt before. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow } from '../../src/decide/follow.ts';
import { associationId } from '../../src/domain/association.ts';
import type { History } from '../../src/domain/history.ts';
import { at, grant, history, span } from '../support/builders.ts';

const OTHER = associationId('a-other000000000000');
const ENDED = span({ grant: grant('first'), end: { notBefore: at(-900), notAfter: at(-890) } });
const EARLIER = history({
  spans: [ENDED, span({ grant: grant('old'), since: at(-890), seenAt: at(-100), readAt: at(-110) })],
  completeFrom: at(-9000),
  closedUntil: at(-890),
});

function seconds(value: number | undefined): number | undefined {
  return value === undefined ? undefined : (value - at(0)) / 1000;
}

function ends({
  spans,
}: History): readonly (readonly [string | undefined, number | undefined, number | undefined])[] {
  return spans.map(({ grant: given, end }) => [
    given?.roleArn.split('/').at(-1),
    seconds(end?.notBefore),
    seconds(end?.notAfter),
  ]);
}

test('the same grant goes on: one span, with the times of the later reading', () => {
  const later = history({
    spans: [span({ grant: grant('old'), since: at(-890), seenAt: at(0) })],
    completeFrom: at(-890),
  });
  const joined = follow(EARLIER, later);
  assert.deepEqual(joined.spans, [ENDED, later.spans[0]]);
  assert.equal(joined.completeFrom, at(-9000));
  assert.equal(joined.closedUntil, at(-890));
});

test('another grant since: what was in force has ended in between, not before it was read last', () => {
  const later = history({
    spans: [span({ grant: grant('new'), since: at(-50), seenAt: at(0) })],
    closedUntil: at(-40),
  });
  assert.deepEqual(ends(follow(EARLIER, later)), [
    ['first', -900, -890],
    ['old', -110, -50],
    ['new', undefined, undefined],
  ]);
  assert.equal(follow(EARLIER, later).closedUntil, at(-40));
});

test('another association, whose grant was not read yet', () => {
  const unread = span({ id: OTHER, grant: undefined, since: undefined, readAt: undefined, seenAt: at(-20) });
  assert.deepEqual(ends(follow(EARLIER, history({ spans: [unread] })))[1], ['old', -110, -20]);
});

test('none since: it has ended before its absence was seen', () => {
  const later = history({ absentSince: at(-30) });
  assert.deepEqual(ends(follow(EARLIER, later))[1], ['old', -110, -30]);
  assert.equal(follow(EARLIER, later).absentSince, at(-30));
});

test('nothing learnt since: the end is put where it was seen last', () => {
  const listed = history({ spans: [span({ grant: undefined, readAt: undefined, seenAt: at(-70) })] });
  assert.deepEqual(ends(follow(listed, history())), [[undefined, -70, -70]]);
  assert.deepEqual(follow(history(), history()), history());
});

test('nothing in force before: what ended comes first, and completeness is the later one where the earlier has none', () => {
  const later = history({ spans: [span()], completeFrom: at(-5) });
  const joined = follow(history({ spans: [ENDED] }), later);
  assert.deepEqual(joined.spans, [ENDED, ...later.spans]);
  assert.equal(joined.completeFrom, at(-5));
});
