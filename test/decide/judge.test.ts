/** The decision table, row by row. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../src/decide/judge.ts';
import { associationId } from '../../src/domain/association.ts';
import { unknown } from '../../src/domain/reading.ts';
import { seconds } from '../../src/domain/time.ts';
import { at, endedHistory, history, holder, policy, revocation } from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';
import type { Row } from './judging.ts';
import { granted, STALE, testRows } from './judging.ts';

const UNREACHABLE = unknown('unreachable', 'no answer', at(15));

const UNSEEN = recordOf({ action: 'created', association: associationId('a-unseen00000000000'), at: at(90) });

const ROWS: readonly Row[] = [
  {
    name: 'the association can not be read: nothing is decided',
    facts: { standing: UNREACHABLE },
    expected: { kind: 'undecided', reason: 'reading-unknown' },
  },
  {
    name: 'there is no association and not even the absence is dated: nothing is decided',
    facts: { history: history() },
    expected: { kind: 'undecided', reason: 'reading-unknown' },
  },
  {
    name: 'the containers of the pod have ended: it is left alone, whatever its grant',
    facts: { holder: holder({ finished: true }) },
    expected: { kind: 'keep', reason: 'finished' },
  },
  {
    name: 'the grant ended and the pod started before: evicted',
    facts: {},
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'nobody follows the revocation yet: the settle time has not even begun',
    facts: { revocation: undefined },
    expected: { kind: 'wait', reason: 'settling', until: undefined },
  },
  {
    name: 'the end is only suspected: waits for a confirmation',
    facts: { revocation: revocation() },
    expected: { kind: 'wait', reason: 'settling', until: undefined },
  },
  {
    name: 'the settle time runs: waits for its end',
    facts: { revocation: revocation({ stage: 'settling', settlingSince: at(0) }) },
    expected: { kind: 'wait', reason: 'settling', until: at(15) },
  },
  {
    name: 'the settle time has passed but no confirmation came after it: still settling',
    facts: { revocation: revocation({ stage: 'settling', settlingSince: at(0) }) },
    now: at(60),
    expected: { kind: 'wait', reason: 'settling', until: at(15) },
  },
  {
    name: 'the pod started well after the end and the window: its token is good for nothing, it is kept',
    facts: { holder: holder({ start: at(30) }) },
    now: at(60),
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
  {
    name: 'the pod started while nobody looked: what it was given is not known',
    facts: { holder: holder({ start: at(100) }), gaps: [{ from: at(80), until: at(120) }] },
    now: at(200),
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'the pod started within the window after nobody looked: not known either',
    facts: { holder: holder({ start: at(149) }), gaps: [{ from: at(80), until: at(120) }] },
    now: at(200),
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'the pod started before and after somebody looked again: kept',
    facts: { holder: holder({ start: at(150) }), gaps: [{ from: at(80), until: at(120) }] },
    now: at(200),
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
  {
    name: 'a record tells of an association that was never seen, from before the pod started: not known',
    facts: { holder: holder({ start: at(100) }), records: [UNSEEN] },
    now: at(200),
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'a record tells that an association which was never seen was changed before the pod started: not known',
    facts: { holder: holder({ start: at(100) }), records: [{ ...UNSEEN, action: 'updated' }] },
    now: at(200),
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'a record tells that an association which was never seen was deleted after the pod started: not known',
    facts: { holder: holder({ start: at(80) }), records: [{ ...UNSEEN, action: 'deleted' }] },
    now: at(200),
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'it was deleted long before the pod started: it does not concern it',
    facts: { holder: holder({ start: at(121) }), records: [{ ...UNSEEN, action: 'deleted' }] },
    now: at(200),
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
  {
    name: 'the record is of a time before the absence was seen: that covers it',
    facts: {
      holder: holder({ start: at(100) }),
      records: [recordOf({ association: associationId('a-unseen00000000000'), at: at(-1) })],
    },
    now: at(200),
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
  {
    name: 'the record is of a time long after the pod started: it does not concern it',
    facts: { holder: holder({ start: at(40) }), records: [UNSEEN] },
    now: at(200),
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
  {
    name: 'the record is of the association that was seen: nothing new',
    facts: {
      holder: holder({ start: at(100) }),
      records: [
        recordOf({ action: 'created', association: associationId('a-0123456789abcdefg'), at: at(90) }),
      ],
    },
    now: at(200),
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
  {
    name: 'a record of a creation and no date of the absence: the record does not matter',
    facts: {
      history: history({ spans: endedHistory().spans }),
      holder: holder({ start: at(100) }),
      records: [UNSEEN],
    },
    now: at(200),
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
  {
    name: 'the pod started inside the window: waits until no successor could be taken for stale',
    facts: { holder: holder({ start: at(29) }) },
    expected: { kind: 'wait', reason: 'window-open', until: at(31) },
  },
  {
    name: 'the pod started inside the window and the window has closed: evicted, once',
    facts: { holder: holder({ start: at(29) }) },
    now: at(31),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'the pod started in the second before the end, so perhaps after it: waits for the window',
    facts: { holder: holder({ start: at(-0.5) }) },
    expected: { kind: 'wait', reason: 'window-open', until: at(31) },
  },
  {
    name: 'the pod started a whole second before the end: evicted without waiting for the window',
    facts: { holder: holder({ start: at(-1) }) },
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'the grant was never seen, the pod started before its absence was first seen: evicted',
    facts: { history: history({ absentSince: at(0), completeFrom: at(0) }) },
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'the grant was never seen, the pod started when its absence was first seen: kept',
    facts: { history: history({ absentSince: at(0) }), holder: holder({ start: at(0) }) },
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
  {
    name: 'the grant was never seen and its absence was seen in this second: waits it out',
    facts: { history: history({ absentSince: at(14.5) }), holder: holder({ start: at(14) }) },
    now: at(15),
    expected: { kind: 'wait', reason: 'window-open', until: at(15.5) },
  },
  {
    name: 'the stale pod is terminating: never evicted again',
    facts: { holder: holder({ terminating: at(40) }) },
    expected: { kind: 'wait', reason: 'terminating', until: at(100) },
  },
  {
    name: 'the eviction was accepted and the view does not show it yet: waits',
    facts: { attempt: { kind: 'accepted', isForced: false, at: at(14) } },
    expected: { kind: 'wait', reason: 'terminating', until: at(134) },
  },
  {
    name: 'the eviction was accepted long ago and the pod still runs: evicted again',
    facts: { attempt: { kind: 'accepted', isForced: false, at: at(14) } },
    now: at(134),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'the eviction was refused: waits for its next turn',
    facts: {
      attempt: {
        kind: 'refused',
        isForced: false,
        outcome: { kind: 'blocked', by: ['etl'], detail: '', retryAfter: undefined },
        tries: 2,
        notBefore: at(20),
      },
    },
    expected: { kind: 'wait', reason: 'backing-off', until: at(20) },
  },
  {
    name: 'the eviction was refused and its next turn has come: evicted',
    facts: {
      attempt: {
        kind: 'refused',
        isForced: false,
        outcome: { kind: 'forbidden', detail: '' },
        tries: 2,
        notBefore: at(15),
      },
    },
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'the eviction was withheld by dry-run: due as before',
    facts: { attempt: { kind: 'withheld', at: at(14) } },
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'invariant 10: the stale pod is the daemon itself',
    facts: { holder: holder({ namespace: 'pod-identity-revoker', name: 'pod-identity-revoker-0' }) },
    expected: { kind: 'exempt', reason: 'own-pod' },
  },
  {
    name: 'invariant 10: the stale pod is in a protected namespace',
    facts: { holder: holder({ namespace: 'kube-system' }) },
    expected: { kind: 'exempt', reason: 'protected-namespace' },
  },
  {
    name: 'a pod in a protected namespace whose grant is in force is simply kept',
    facts: { holder: holder({ namespace: 'kube-system' }), standing: granted() },
    expected: { kind: 'keep', reason: 'current' },
  },
];

testRows(ROWS);

test('a window of nothing: a pod that started after the end is kept', () => {
  const facts = { ...STALE, holder: holder({ start: at(0) }) };
  const verdict = judge(facts, policy({ consistencyWindow: seconds(0) }), at(15));
  assert.deepEqual(verdict, { kind: 'keep', reason: 'no-grant-since-start' });
});

test('outside a pod there is no own pod', () => {
  const own = holder({ namespace: 'pod-identity-revoker', name: 'pod-identity-revoker-0' });
  const verdict = judge({ ...STALE, holder: own }, policy({ ownPod: undefined }), at(15));
  assert.equal(verdict.kind, 'evict');
});
