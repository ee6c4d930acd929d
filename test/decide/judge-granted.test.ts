/** The decision table, row by row: what is decided while a grant is in force. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HolderFacts } from '../../src/decide/case.ts';
import { judge } from '../../src/decide/judge.ts';
import { associationId } from '../../src/domain/association.ts';
import type { History } from '../../src/domain/history.ts';
import { at, confirmed, grant, history, holder, policy, revocation, span } from '../support/builders.ts';
import type { Row } from './judging.ts';
import { granted, STALE } from './judging.ts';

const earlier = (more: Parameters<typeof span>[0] = {}) =>
  span({ id: associationId('a-earlier0000000000'), end: { notBefore: at(-10), notAfter: at(0) }, ...more });

const OTHER = grant('other');

/** The grant ended at 0 s and another one is in force since. */
function changedHistory(more: Partial<History> = {}): History {
  const spans = [earlier({ grant: OTHER }), span({ since: at(5) })];
  return history({ spans, completeFrom: at(-86_400), ...more });
}

const CHANGED: Partial<HolderFacts> = {
  standing: granted({ createdAt: at(5), modifiedAt: at(5) }),
  history: changedHistory(),
  revocation: confirmed({ cause: 'superseded' }),
};

const ROWS: readonly Row[] = [
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
    name: 'nobody looked for a while since the pod started: not known',
    facts: {
      holder: holder({ start: at(-20) }),
      standing: granted({ createdAt: at(5), modifiedAt: at(5) }),
      history: history({ spans: [span({ since: at(5) })], completeFrom: at(-100) }),
      gaps: [{ from: at(-10), until: at(3) }],
    },
    expected: { kind: 'undecided', reason: 'history-unknown' },
  },
  {
    name: 'nobody looked for a while after the grant had come: it does not matter',
    facts: {
      holder: holder({ start: at(-20) }),
      standing: granted({ createdAt: at(-25), modifiedAt: at(-25) }),
      history: history({ spans: [span({ since: at(-25) })], completeFrom: at(-100) }),
      gaps: [{ from: at(-10), until: at(3) }],
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
    name: 'another grant was in force since the pod started: evicted',
    facts: CHANGED,
    expected: { kind: 'evict', reason: 'superseded' },
  },
  {
    name: 'another grant was in force, and what was before that is not known: that one is enough',
    facts: { ...CHANGED, history: changedHistory({ completeFrom: undefined }) },
    expected: { kind: 'evict', reason: 'superseded' },
  },
  {
    name: 'another grant was in force, and the end of it settles: waits',
    facts: { ...CHANGED, revocation: revocation({ stage: 'settling', settlingSince: at(5) }) },
    expected: { kind: 'wait', reason: 'settling', until: at(20) },
  },
  {
    name: 'the pod started inside the window after the change: waits for the window, then goes',
    facts: { ...CHANGED, holder: holder({ start: at(10) }) },
    expected: { kind: 'wait', reason: 'window-open', until: at(31) },
  },
  {
    name: 'the pod started inside the window after the change, and the window has closed: evicted, once',
    facts: { ...CHANGED, holder: holder({ start: at(10) }) },
    now: at(31),
    expected: { kind: 'evict', reason: 'superseded' },
  },
  {
    name: 'a changed grant in a protected namespace: exempt',
    facts: { ...CHANGED, holder: holder({ namespace: 'kube-system' }) },
    expected: { kind: 'exempt', reason: 'protected-namespace' },
  },
  {
    name: 'a changed grant of a pod that is terminating: waits',
    facts: { ...CHANGED, holder: holder({ terminating: at(40) }) },
    expected: { kind: 'wait', reason: 'terminating', until: at(100) },
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
