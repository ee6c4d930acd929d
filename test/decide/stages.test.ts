/** The stages of a revocation: suspicion, confirmation, settling, containment, refutation; and what proof is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance, suspect } from '../../src/decide/advance.ts';
import { close, windowCloses } from '../../src/decide/close.ts';
import { isProof, PROOF_LIFE, wantsProof } from '../../src/decide/proof.ts';
import type { Standing } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import { NO_HISTORY } from '../../src/domain/history.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import type { Revocation, Stage } from '../../src/domain/revocation.ts';
import { countedFrom, isOpen, STAGES } from '../../src/domain/revocation.ts';
import type { Instant } from '../../src/domain/time.ts';
import { seconds } from '../../src/domain/time.ts';
import {
  association,
  at,
  confirmed,
  endedHistory,
  grant,
  history,
  identity,
  policy,
  revocation,
} from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';

const SETTLING = revocation({ stage: 'settling', settlingSince: at(0) });

function none(when: Instant): Reading<Standing> {
  return known({ kind: 'none' }, when);
}

function granted(when: Instant): Reading<Standing> {
  return known({ kind: 'granted', association: association() }, when);
}

function onwards(from: Revocation, reading: Reading<Standing>): Revocation {
  return advance(from, reading, endedHistory(), policy());
}

test('a suspicion names what ended, when it began, and how it was heard', () => {
  const suspected = suspect(identity(), 'list', endedHistory().spans.at(-1), at(3));
  assert.deepEqual(suspected, {
    ...revocation({ suspectedAt: at(3) }),
    end: { notBefore: at(-10), notAfter: at(0) },
  });
  assert.equal(suspect(identity(), 'pods', undefined, at(3)).association, undefined);
});

test('invariant 2: an unknown reading neither advances nor clears a revocation, in any stage', () => {
  for (const stage of STAGES) {
    const before = revocation({ stage, settlingSince: at(0) });
    assert.deepEqual(onwards(before, unknown('denied', '', at(100))), before);
  }
});

test('a reading from before the suspicion proves nothing', () => {
  const suspected = revocation({ suspectedAt: at(5) });
  assert.equal(onwards(suspected, none(at(4))).stage, 'suspected');
  assert.equal(onwards(suspected, granted(at(4))).stage, 'suspected');
});

test('a confirmation without a grant: the settle time begins, and the end is noted', () => {
  const next = onwards(revocation({ association: undefined, grant: undefined }), none(at(0)));
  assert.equal(next.stage, 'settling');
  assert.equal(next.settlingSince, at(0));
  assert.deepEqual(next.end, { notBefore: at(-10), notAfter: at(0) });
  assert.deepEqual(next.grant, grant());
});

test('a confirmation within the settle time changes nothing', () => {
  assert.deepEqual(onwards(SETTLING, none(at(14.999))), SETTLING);
});

test('a confirmation after the settle time confirms', () => {
  const next = onwards(SETTLING, none(at(15)));
  assert.equal(next.stage, 'confirmed');
  assert.equal(next.confirmedAt, at(15));
});

test('without a settle time one confirmation is enough', () => {
  const next = advance(revocation(), none(at(0)), endedHistory(), policy({ settleTime: seconds(0) }));
  assert.equal(next.stage, 'confirmed');
});

test('a confirmation that shows a grant refutes from every open stage', () => {
  for (const open of [revocation(), SETTLING, confirmed()]) {
    const next = onwards(open, granted(at(20)));
    assert.equal(next.stage, 'refuted');
    assert.equal(next.closedAt, at(20));
  }
});

test('a confirmation that shows another grant goes on, with another cause', () => {
  const other = known<Standing>(
    { kind: 'granted', association: association({ grant: grant('other') }) },
    at(20),
  );
  for (const open of [revocation(), SETTLING, confirmed()]) {
    const next = onwards(open, other);
    assert.equal(next.cause, 'superseded');
    assert.notEqual(next.stage, 'refuted');
    assert.equal(onwards(next, none(at(40))).cause, 'deleted');
  }
});

test('a grant that was never read can not be told from the one in force: refuted', () => {
  const unread = revocation({ grant: undefined });
  assert.equal(advance(unread, granted(at(20)), NO_HISTORY, policy()).stage, 'refuted');
});

test('the grant came back and ended again: the end that settled is refuted', () => {
  const [first] = endedHistory().spans;
  assert.ok(first !== undefined);
  const again = {
    ...first,
    id: associationId('a-again000000000000'),
    end: { notBefore: at(18), notAfter: at(20) },
  };
  const back = history({ spans: [first, again] });
  for (const open of [confirmed(), { ...SETTLING, end: first.end }]) {
    assert.equal(advance(open, none(at(20)), back, policy()).stage, 'refuted');
  }
  const other = history({ spans: [first, { ...again, grant: grant('other') }] });
  assert.equal(advance(confirmed(), none(at(20)), other, policy()).stage, 'confirmed');
  assert.equal(
    advance(confirmed({ end: { notBefore: undefined, notAfter: at(7) } }), none(at(20)), back, policy())
      .stage,
    'confirmed',
  );
});

test('a clock that was set back: the settle time begins anew', () => {
  const late = revocation({ stage: 'settling', settlingSince: at(100), suspectedAt: at(-1) });
  assert.equal(onwards(late, none(at(10))).settlingSince, at(10));
});

test('invariant 7: what is closed stays as it is', () => {
  for (const stage of ['contained', 'refuted'] as const) {
    const closed = revocation({ stage });
    assert.deepEqual(onwards(closed, none(at(100))), closed);
    assert.deepEqual(onwards(closed, granted(at(100))), closed);
  }
});

test('a settling revocation without a date does not advance', () => {
  assert.equal(onwards(revocation({ stage: 'settling' }), none(at(100))).stage, 'settling');
});

const CLEAR = { exposed: 0, expired: 0, isViewFresh: true };

test('exposed holders keep a revocation open', () => {
  const next = close(
    confirmed({ clearSince: at(16) }),
    { exposed: 1, expired: 0, isViewFresh: true },
    policy(),
    at(60),
  );
  assert.equal(next.stage, 'confirmed');
  assert.equal(next.clearSince, undefined);
});

test('an empty view that is not fresh proves no containment', () => {
  const next = close(confirmed(), { exposed: 0, expired: 0, isViewFresh: false }, policy(), at(60));
  assert.deepEqual(next, confirmed());
});

test('clear while the window is open: noted, not yet contained', () => {
  const next = close(confirmed(), CLEAR, policy(), at(20));
  assert.equal(next.stage, 'confirmed');
  assert.equal(next.clearSince, at(20));
});

test('clear and the window closed: contained, since the moment it was clear', () => {
  const next = close(confirmed({ clearSince: at(20) }), CLEAR, policy(), at(31));
  assert.equal(next.stage, 'contained');
  assert.equal(next.clearSince, at(20));
  assert.equal(next.closedAt, at(31));
});

test('a grant that was never seen leaves no window open', () => {
  const unseen = confirmed({ end: undefined });
  assert.equal(windowCloses(unseen, policy()), at(0));
  assert.equal(close(unseen, CLEAR, policy(), at(15)).stage, 'contained');
  assert.equal(windowCloses(confirmed({ end: undefined, settlingSince: undefined }), policy()), undefined);
});

test('only a confirmed revocation can be contained', () => {
  for (const open of [revocation(), SETTLING]) assert.deepEqual(close(open, CLEAR, policy(), at(99)), open);
});

function proof(standing: Reading<Standing>, of: Revocation, now: Instant): boolean {
  return isProof(standing, { revocation: of, history: NO_HISTORY }, { policy: policy(), now });
}

test('invariant 1: proof is a reading without the grant, after the suspicion, younger than ten seconds', () => {
  const suspected = revocation({ suspectedAt: at(0) });
  assert.equal(PROOF_LIFE, seconds(10));
  assert.equal(proof(none(at(0)), suspected, at(9.999)), true);
  assert.equal(proof(none(at(0)), suspected, at(10)), false);
  assert.equal(proof(none(at(-0.001)), suspected, at(1)), false);
  assert.equal(proof(granted(at(0)), suspected, at(1)), false);
  const other = known<Standing>(
    { kind: 'granted', association: association({ grant: grant('other') }) },
    at(0),
  );
  assert.equal(proof(other, suspected, at(1)), true);
  assert.equal(proof(other, revocation({ suspectedAt: at(0), grant: undefined }), at(1)), false);
  assert.equal(proof(unknown('throttled', '', at(0)), suspected, at(1)), false);
});

type ProofRow = readonly [
  name: string,
  of: Revocation,
  reading: Reading<Standing>,
  isEvictionDue: boolean,
  wants: boolean,
];

const PROOF_ROWS: readonly ProofRow[] = [
  ['suspected: always', revocation(), none(at(14)), false, true],
  [
    'settling, time not over: no',
    revocation({ stage: 'settling', settlingSince: at(1) }),
    none(at(1)),
    false,
    false,
  ],
  ['settling, time over: yes', SETTLING, none(at(0)), false, true],
  ['settling, undated: no', revocation({ stage: 'settling' }), none(at(0)), false, false],
  ['confirmed, nobody due: no', confirmed(), none(at(0)), false, false],
  ['confirmed, somebody due, proof young: no', confirmed(), none(at(14)), true, false],
  ['confirmed, somebody due, proof old: yes', confirmed(), none(at(5)), true, true],
  ['confirmed, reading unknown: yes', confirmed(), unknown('failed', '', at(15)), false, true],
  ['contained: no', revocation({ stage: 'contained' }), none(at(0)), true, false],
  ['refuted: no', revocation({ stage: 'refuted' }), none(at(0)), true, false],
];

for (const [name, of, reading, isEvictionDue, wants] of PROOF_ROWS) {
  test(`a confirmation is asked for: ${name}`, () => {
    assert.equal(
      wantsProof({ revocation: of, history: NO_HISTORY }, reading, isEvictionDue, {
        policy: policy(),
        now: at(15),
      }),
      wants,
    );
  });
}

test('open and closed stages', () => {
  const open: readonly Stage[] = STAGES.filter((stage) => isOpen(revocation({ stage })));
  assert.deepEqual(open, ['suspected', 'settling', 'confirmed']);
});

test('the time of a revocation is counted from the last moment with the grant, or not at all', () => {
  assert.equal(countedFrom(confirmed()), at(-10));
  const { evidence } = recordOf({ at: at(-4) });
  assert.equal(countedFrom(confirmed({ evidence })), at(-4));
  assert.equal(countedFrom(revocation()), undefined);
});
