/** The decision table, row by row. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HolderFacts } from '../../src/decide/judge.ts';
import { judge } from '../../src/decide/judge.ts';
import type { Standing } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { Known } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import { seconds } from '../../src/domain/time.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import {
  association,
  at,
  confirmed,
  endedHistory,
  grant,
  history,
  holder,
  policy,
  revocation,
  span,
} from '../support/builders.ts';

const NONE: Known<Standing> = known({ kind: 'none' }, at(15));

function granted(more: Parameters<typeof association>[0] = {}): Known<Standing> {
  return known({ kind: 'granted', association: association(more) }, at(15));
}

const UNREACHABLE = unknown('unreachable', 'no answer', at(15));

/** The holder started long ago, its grant ended at 0 s, the settle time has passed, and nothing was tried. */
const STALE: HolderFacts = {
  holder: holder(),
  standing: NONE,
  history: endedHistory(),
  revocation: confirmed(),
  attempt: undefined,
};

type Row = {
  readonly name: string;
  readonly facts: Partial<HolderFacts>;
  readonly now?: Instant;
  readonly expected: Verdict;
};

const earlier = (more: Parameters<typeof span>[0] = {}) =>
  span({ id: associationId('a-earlier0000000000'), end: { notBefore: at(-10), notAfter: at(0) }, ...more });

const OTHER = grant('other');

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
    expected: { kind: 'wait', reason: 'terminating', until: undefined },
  },
  {
    name: 'the eviction was accepted and the view does not show it yet: waits',
    facts: { attempt: { kind: 'accepted', at: at(14) } },
    expected: { kind: 'wait', reason: 'terminating', until: at(134) },
  },
  {
    name: 'the eviction was accepted long ago and the pod still runs: evicted again',
    facts: { attempt: { kind: 'accepted', at: at(14) } },
    now: at(134),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'the eviction was refused: waits for its next turn',
    facts: {
      attempt: {
        kind: 'refused',
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
      attempt: { kind: 'refused', outcome: { kind: 'forbidden', detail: '' }, tries: 2, notBefore: at(15) },
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
  {
    name: 'the grant has been in force unchanged since before the pod started: kept',
    facts: { standing: granted(), history: history() },
    expected: { kind: 'keep', reason: 'current' },
  },
  {
    name: 'the grant has been in force since exactly one window before the start: kept',
    facts: { standing: granted({ createdAt: at(-3630), modifiedAt: at(-3630) }) },
    expected: { kind: 'keep', reason: 'current' },
  },
  {
    name: 'the association is younger than the pod and what was before is not known',
    facts: { standing: granted({ createdAt: at(-60), modifiedAt: at(-60) }), history: history() },
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'the association was modified after the pod started and what was before is not known',
    facts: {
      standing: granted({ modifiedAt: at(-60) }),
      history: history({ completeFrom: at(-3600) }),
    },
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'deleted and recreated with the same grant: kept',
    facts: {
      standing: granted({ createdAt: at(5), modifiedAt: at(5) }),
      history: history({ spans: [earlier(), span({ since: at(5) })], completeFrom: at(-86_400) }),
    },
    expected: { kind: 'keep', reason: 'same-grant' },
  },
  {
    name: 'the identity is known to have had no grant before this one: kept',
    facts: {
      holder: holder({ start: at(-20) }),
      standing: granted({ createdAt: at(-25), modifiedAt: at(-25) }),
      history: history({ spans: [span({ since: at(-25) })], completeFrom: at(-100) }),
    },
    expected: { kind: 'keep', reason: 'current' },
  },
  {
    name: 'an earlier association was listed but its grant never read: not known',
    facts: {
      standing: granted({ createdAt: at(5), modifiedAt: at(5) }),
      history: history({ spans: [earlier({ grant: undefined }), span()], completeFrom: at(-86_400) }),
    },
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'the same-grant past does not reach back to the start of the pod: not known',
    facts: {
      standing: granted({ createdAt: at(5), modifiedAt: at(5) }),
      history: history({ spans: [earlier(), span()], completeFrom: at(-3600) }),
    },
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'another grant was in force since the pod started: undecided, the daemon does not act on it yet',
    facts: {
      standing: granted({ createdAt: at(5), modifiedAt: at(5) }),
      history: history({ spans: [earlier({ grant: OTHER }), span()], completeFrom: at(-86_400) }),
    },
    expected: { kind: 'undecided', reason: 'grant-changed' },
  },
  {
    name: 'another grant ended before the pod started, window included: it does not matter',
    facts: {
      holder: holder({ start: at(31) }),
      standing: granted({ createdAt: at(5), modifiedAt: at(5) }),
      history: history({ spans: [earlier({ grant: OTHER }), span()], completeFrom: at(0) }),
    },
    now: at(60),
    expected: { kind: 'keep', reason: 'current' },
  },
];

for (const { name, facts, now, expected } of ROWS) {
  test(name, () => {
    assert.deepEqual(judge({ ...STALE, ...facts }, policy(), now ?? at(15)), expected);
  });
}

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
