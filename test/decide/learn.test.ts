/** What each kind of reading teaches, and what it must not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetEnded, isOutdated, learnListed, learnStanding, SPANS_KEPT } from '../../src/decide/learn.ts';
import type { Standing } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { History } from '../../src/domain/history.ts';
import { currentSpan, lastSpan, NO_HISTORY } from '../../src/domain/history.ts';
import { association, at, endedHistory, grant, history, span } from '../support/builders.ts';

const ID = associationId('a-0123456789abcdefg');
const OTHER_ID = associationId('a-other000000000000');
const NONE: Standing = { kind: 'none' };

function granted(more: Parameters<typeof association>[0] = {}): Standing {
  return { kind: 'granted', association: association(more) };
}

test('the first List shows an association: a span without its grant', () => {
  const learnt = learnListed(NO_HISTORY, ID, at(0));
  assert.deepEqual(learnt.spans, [
    span({ grant: undefined, since: undefined, seenAt: at(0), readAt: undefined }),
  ]);
  assert.equal(learnt.completeFrom, undefined);
});

test('a later List shows it again: seen later, never earlier', () => {
  const once = learnListed(NO_HISTORY, ID, at(10));
  assert.equal(currentSpan(learnListed(once, ID, at(20)))?.seenAt, at(20));
  assert.equal(currentSpan(learnListed(once, ID, at(5)))?.seenAt, at(10));
});

test('a List that shows another id ends nothing: only a direct reading does', () => {
  const before = history({ spans: [span()] });
  assert.deepEqual(learnListed(before, OTHER_ID, at(0)), before);
});

test('a stale List does not bring an ended association back', () => {
  assert.deepEqual(learnListed(endedHistory(), ID, at(1)), endedHistory());
});

test('a List shows a new id after an end: a new span', () => {
  const learnt = learnListed(endedHistory(), OTHER_ID, at(40));
  assert.equal(currentSpan(learnt)?.id, OTHER_ID);
  assert.equal(learnt.absentSince, undefined);
});

test('none after a grant: it ended between the last reading with it and this one', () => {
  const learnt = learnStanding(history({ spans: [span({ seenAt: at(-10) })] }), NONE, at(0));
  assert.deepEqual(lastSpan(learnt)?.end, { notBefore: at(-10), notAfter: at(0), seenAt: at(0) });
  assert.equal(learnt.absentSince, at(0));
});

test('none again: nothing moves', () => {
  assert.deepEqual(learnStanding(endedHistory(), NONE, at(100)), endedHistory());
});

test('none at first sight: absent since now, complete from now', () => {
  assert.deepEqual(learnStanding(NO_HISTORY, NONE, at(0)), {
    spans: [],
    absentSince: at(0),
    completeFrom: at(0),
  });
});

test('none by a clock that is behind: the end is not before the last reading that showed the grant', () => {
  const learnt = learnStanding(history({ spans: [span({ seenAt: at(10) })] }), NONE, at(0));
  assert.deepEqual(lastSpan(learnt)?.end, { notBefore: at(10), notAfter: at(10), seenAt: at(0) });
});

test('the grant of a listed association is read: in force since its last modification', () => {
  const listed = learnListed(NO_HISTORY, ID, at(0));
  const learnt = learnStanding(listed, granted({ modifiedAt: at(-60) }), at(1));
  assert.deepEqual(learnt.spans, [span({ since: at(-60), seenAt: at(1), readAt: at(1) })]);
  assert.equal(learnt.completeFrom, at(-60));
});

test('the same grant, untouched, is read again: read later, in force since as before', () => {
  const once = learnStanding(NO_HISTORY, granted(), at(0));
  const twice = learnStanding(once, granted(), at(10));
  assert.deepEqual(twice.spans, [span({ seenAt: at(10), readAt: at(10) })]);
  const late = learnStanding(twice, granted(), at(8));
  assert.deepEqual(late.spans, twice.spans);
});

test('recreated under another id: the old span ends when the new one was created', () => {
  const once = learnListed(learnStanding(NO_HISTORY, granted(), at(0)), ID, at(10));
  const made = { id: OTHER_ID, createdAt: at(20), modifiedAt: at(20) };
  const learnt = learnStanding(once, granted(made), at(30));
  assert.deepEqual(learnt.spans, [
    span({ seenAt: at(10), readAt: at(0), end: { notBefore: at(10), notAfter: at(20), seenAt: at(30) } }),
    span({ id: OTHER_ID, since: at(20), seenAt: at(30), readAt: at(30) }),
  ]);
});

test('changed in place: the old grant ends between its last reading and the modification', () => {
  const once = learnListed(learnStanding(NO_HISTORY, granted(), at(0)), ID, at(10));
  const learnt = learnStanding(once, granted({ grant: grant('other'), modifiedAt: at(20) }), at(30));
  assert.deepEqual(
    learnt.spans.map(({ grant: given, end }) => [given?.roleArn, end]),
    [
      [grant().roleArn, { notBefore: at(0), notAfter: at(20), seenAt: at(30) }],
      [grant('other').roleArn, undefined],
    ],
  );
});

test('changed in place, and when the old grant was read is not known: it was seen, at least', () => {
  const seen = history({ spans: [span({ readAt: undefined, seenAt: at(5) })] });
  const learnt = learnStanding(seen, granted({ grant: grant('other'), modifiedAt: at(20) }), at(30));
  assert.deepEqual(learnt.spans[0]?.end, { notBefore: at(5), notAfter: at(20), seenAt: at(30) });
});

test('modified without a change: two spans of the same grant', () => {
  const once = learnStanding(NO_HISTORY, granted(), at(0));
  const learnt = learnStanding(once, granted({ modifiedAt: at(20) }), at(30));
  assert.deepEqual(
    learnt.spans.map(({ grant: given }) => given?.roleArn),
    [grant().roleArn, grant().roleArn],
  );
});

test('modified while nobody looked for long: there may have been another grant in between', () => {
  const once = learnStanding(NO_HISTORY, granted(), at(0));
  for (const more of [{ modifiedAt: at(301) }, { id: OTHER_ID, createdAt: at(301), modifiedAt: at(301) }]) {
    const learnt = learnStanding(once, granted(more), at(302));
    assert.deepEqual(
      learnt.spans.map(({ grant: given, end }) => [given?.roleArn, end]),
      [
        [grant().roleArn, { notBefore: at(0), notAfter: at(301), seenAt: at(302) }],
        [undefined, { notBefore: at(0), notAfter: at(301) }],
        [grant().roleArn, undefined],
      ],
    );
  }
});

test('a listed id that was never read, and another one: nothing more is made up', () => {
  const listed = learnListed(NO_HISTORY, ID, at(0));
  const made = { id: OTHER_ID, createdAt: at(1000), modifiedAt: at(1000) };
  assert.equal(learnStanding(listed, granted(made), at(1001)).spans.length, 2);
});

test('read only after it was modified: what it carried before is not known', () => {
  const late = { id: OTHER_ID, createdAt: at(40), modifiedAt: at(90) };
  const unread = { id: OTHER_ID, grant: undefined, since: at(40), seenAt: at(40), readAt: undefined };
  const expected = [{ ...unread, end: { notBefore: at(40), notAfter: at(90) } }];
  const read = span({ id: OTHER_ID, since: at(90), seenAt: at(100), readAt: at(100) });
  const direct = learnStanding(endedHistory(), granted(late), at(100));
  assert.deepEqual(direct.spans.slice(1), [...expected, read]);
  const listed = learnListed(endedHistory(), OTHER_ID, at(60));
  assert.deepEqual(learnStanding(listed, granted(late), at(100)).spans.slice(1), [...expected, read]);
  const inForce = learnStanding(NO_HISTORY, granted(), at(0));
  assert.deepEqual(learnStanding(inForce, granted(late), at(100)).spans.slice(1), [...expected, read]);
});

test('a reading from a replica that is behind changes nothing', () => {
  const once = learnStanding(NO_HISTORY, granted(), at(0));
  const changed = learnStanding(once, granted({ grant: grant('other'), modifiedAt: at(20) }), at(30));
  const behind = granted();
  assert.equal(isOutdated(changed, behind), true);
  assert.equal(isOutdated(changed, NONE), false);
  assert.equal(isOutdated(NO_HISTORY, behind), false);
  assert.deepEqual(learnStanding(changed, behind, at(31)), changed);
});

test('granted after an end: the ended span stays', () => {
  const made = { id: OTHER_ID, createdAt: at(40), modifiedAt: at(40) };
  const learnt = learnStanding(endedHistory(), granted(made), at(41));
  assert.equal(learnt.spans.length, 2);
  assert.equal(learnt.absentSince, undefined);
  assert.equal(learnt.completeFrom, at(-86_400));
});

test('a history that grows too long forgets its oldest part, and says so', () => {
  let learnt: History = NO_HISTORY;
  for (let n = 0; n < SPANS_KEPT + 5; n += 1) {
    const times = { createdAt: at(n * 10), modifiedAt: at(n * 10) };
    learnt = learnStanding(
      learnt,
      granted({ ...times, id: associationId(`a-${n}`), grant: grant(`${n}`) }),
      at(n * 10 + 1),
    );
  }
  assert.equal(learnt.spans.length, SPANS_KEPT);
  assert.equal(learnt.completeFrom, at(50));
});

test('updates without a change, however many and however far apart, push nothing out', () => {
  for (const pause of [10, 1000]) {
    let learnt = learnStanding(NO_HISTORY, granted({ grant: grant('first') }), at(0));
    for (let n = 1; n < 3 * SPANS_KEPT; n += 1) {
      learnt = learnStanding(learnt, granted({ modifiedAt: at(n * pause) }), at(n * pause + 1));
    }
    assert.ok(learnt.spans.length <= SPANS_KEPT);
    assert.equal(learnt.spans[0]?.grant?.roleArn, grant('first').roleArn);
    assert.equal(learnt.completeFrom, at(-86_400));
    assert.equal(
      learnt.spans.some((each) => each.grant === undefined),
      pause > 300,
    );
  }
});

test('what ended long ago is forgotten, but the last span, and the history is complete from its end', () => {
  const spans = [-900, -500, -100].map((end) => span({ end: { notBefore: at(end), notAfter: at(end) } }));
  const known = history({ spans, absentSince: at(-100), completeFrom: at(-2000) });
  assert.deepEqual(forgetEnded(known, at(-400)), { ...known, spans: spans.slice(2), completeFrom: at(-500) });
  assert.deepEqual(
    forgetEnded(known, at(0)).spans,
    spans.slice(2),
    'the last one tells since when there is no grant',
  );
  assert.equal(forgetEnded(known, at(-900)), known);
  assert.equal(forgetEnded({ ...known, completeFrom: undefined }, at(-400)).completeFrom, undefined);
});
