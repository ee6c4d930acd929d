/** Deadlines, force, graces, and pods that outlive what they were given: the decision table, row by row. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Past } from '../../src/decide/deadline.ts';
import { deadlineOf, evictionGrace, forceGrace, isSameEnd, withDeadline } from '../../src/decide/deadline.ts';
import type { End, Span } from '../../src/domain/history.ts';
import type { Holder } from '../../src/domain/holder.ts';
import type { Attempt } from '../../src/domain/outcome.ts';
import type { Revocation } from '../../src/domain/revocation.ts';
import { hours, milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import { at, confirmed, endedHistory, grant, holder, policy, revocation, span } from '../support/builders.ts';
import type { Row } from './judging.ts';
import { testRows } from './judging.ts';

const FORCE = { force: true } as const;
/** The end is at 0 s and the deadline after 15 minutes. */
const DUE = confirmed({ deadline: at(900) });

function past(followed: Revocation): Past {
  return { revocation: followed, history: endedHistory() };
}

function until(end: number): End {
  return { notBefore: at(end - 5), notAfter: at(end) };
}

function refused(more: Partial<Extract<Attempt, { kind: 'refused' }>> = {}): Attempt {
  const outcome = { kind: 'blocked', by: ['budget'], detail: '', retryAfter: undefined } as const;
  return { kind: 'refused', outcome, tries: 3, isForced: false, notBefore: at(0), ...more };
}

const forced = (graceSeconds: number) =>
  ({ kind: 'force', reason: 'deleted', grace: seconds(graceSeconds) }) as const;

const ROWS: readonly Row[] = [
  {
    name: 'blocked, one grace before the deadline: forced, with that grace',
    facts: { revocation: DUE, attempt: refused() },
    policy: FORCE,
    now: at(870),
    expected: forced(30),
  },
  {
    name: 'blocked, a moment sooner: evicted as before',
    facts: { revocation: DUE, attempt: refused() },
    policy: FORCE,
    now: at(869.999),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'blocked, and force is not allowed: evicted as before, for ever',
    facts: { revocation: DUE, attempt: refused() },
    now: at(9000),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'past the deadline one second is left, and never none',
    facts: { revocation: DUE, attempt: refused() },
    policy: FORCE,
    now: at(5000),
    expected: forced(1),
  },
  {
    name: 'the grace is what is left until the deadline, where the pod asks for more',
    facts: { revocation: DUE, attempt: refused(), holder: holder({ grace: hours(168) }) },
    policy: FORCE,
    now: at(300),
    expected: forced(600),
  },
  {
    name: 'the longest grace that is given counts for force too, and so from when on force is used',
    facts: { revocation: DUE, attempt: refused(), holder: holder({ grace: hours(168) }) },
    policy: { force: true, maxGracePeriod: minutes(2) },
    now: at(780),
    expected: forced(120),
  },
  {
    name: 'who was not asked yet is asked first, however late it is',
    facts: { revocation: DUE },
    policy: FORCE,
    now: at(5000),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'backing off ends early when the time for force comes',
    facts: { revocation: DUE, attempt: refused({ notBefore: at(890) }) },
    policy: FORCE,
    now: at(860),
    expected: { kind: 'wait', reason: 'backing-off', until: at(870) },
  },
  {
    name: 'force that was refused is tried again after its pause',
    facts: { revocation: DUE, attempt: refused({ isForced: true, notBefore: at(910) }) },
    policy: FORCE,
    now: at(900),
    expected: { kind: 'wait', reason: 'backing-off', until: at(910) },
  },
  {
    name: 'and then it is tried again',
    facts: { revocation: DUE, attempt: refused({ isForced: true, notBefore: at(910) }) },
    policy: FORCE,
    now: at(910),
    expected: forced(1),
  },
  {
    name: 'without a revocation that is confirmed there is no force',
    facts: {
      revocation: revocation({ stage: 'settling', settlingSince: at(0), deadline: at(900) }),
      attempt: refused(),
    },
    policy: FORCE,
    now: at(900),
    expected: { kind: 'wait', reason: 'settling', until: at(15) },
  },
  {
    name: 'without a deadline there is no force',
    facts: { revocation: confirmed(), attempt: refused() },
    policy: FORCE,
    now: at(900),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'terminating beyond the deadline: shortened so that it is gone by then',
    facts: { revocation: DUE, holder: holder({ terminating: at(7200), grace: hours(2) }) },
    policy: FORCE,
    now: at(20),
    expected: forced(880),
  },
  {
    name: 'terminating beyond the deadline, and force is not allowed: waits',
    facts: { revocation: DUE, holder: holder({ terminating: at(7200) }) },
    now: at(20),
    expected: { kind: 'wait', reason: 'terminating', until: at(7260) },
  },
  {
    name: 'terminating in time: left to itself',
    facts: { revocation: DUE, holder: holder({ terminating: at(899) }) },
    policy: FORCE,
    now: at(20),
    expected: { kind: 'wait', reason: 'terminating', until: at(870) },
  },
  {
    name: 'shortened a moment ago: the view does not show it yet',
    facts: {
      revocation: DUE,
      holder: holder({ terminating: at(7200), grace: hours(2) }),
      attempt: { kind: 'accepted', at: at(20), isForced: true },
    },
    policy: FORCE,
    now: at(30),
    expected: { kind: 'wait', reason: 'terminating', until: at(7260) },
  },
  {
    name: 'terminating beyond the deadline, but its revocation is not confirmed: waits',
    facts: {
      revocation: revocation({ stage: 'settling', settlingSince: at(0), deadline: at(900) }),
      holder: holder({ terminating: at(7200), grace: hours(2) }),
    },
    policy: FORCE,
    now: at(20),
    expected: { kind: 'wait', reason: 'terminating', until: at(7260) },
  },
  {
    name: 'still there a minute after its grace: it outlives it',
    facts: { holder: holder({ terminating: at(40) }) },
    now: at(100),
    expected: { kind: 'wait', reason: 'outlives-grace', until: undefined },
  },
  {
    name: 'still there, and finalizers hold it',
    facts: { holder: holder({ terminating: at(40), finalizers: ['example.com/wait'] }) },
    now: at(100),
    expected: { kind: 'wait', reason: 'held-by-finalizer', until: undefined },
  },
  {
    name: 'a mirror of a static pod: exempt',
    facts: { holder: holder({ isMirror: true }) },
    expected: { kind: 'exempt', reason: 'mirror-pod' },
  },
];

testRows(ROWS);

const OWN = { namespace: 'revoker', name: 'revoker-7d9f8c-abcde', deployment: 'revoker' };
const of = (more: Partial<Holder>) => ({ holder: holder({ namespace: 'revoker', ...more }) });
const replicaSet = (name: string) => ({ owner: { kind: 'ReplicaSet', name, uid: 'u' } });
const EVICTED = { kind: 'evict', reason: 'deleted' } as const;

testRows(
  [
    {
      name: "the daemon's own pod",
      facts: of({ name: OWN.name }),
      expected: { kind: 'exempt', reason: 'own-pod' },
    },
    {
      name: 'another pod of its Deployment, of another revision',
      facts: of(replicaSet('revoker-55c4b9')),
      expected: { kind: 'exempt', reason: 'own-deployment' },
    },
    {
      name: 'a Deployment whose name begins like it',
      facts: of(replicaSet('revoker-web-55c4b9')),
      expected: EVICTED,
    },
    { name: 'a bare pod beside it', facts: of({}), expected: EVICTED },
    {
      name: 'another kind of owner of that name',
      facts: of({ owner: { kind: 'Job', name: 'revoker-1', uid: 'u' } }),
      expected: EVICTED,
    },
    {
      name: 'the same in another namespace',
      facts: { holder: holder({ namespace: 'team-a', name: OWN.name, ...replicaSet('revoker-55c4b9') }) },
      expected: EVICTED,
    },
  ].map((row) => ({ ...row, policy: { ownPod: OWN } })) as readonly Row[],
);

test('a deadline counts from the first reading without the grant, and only comes nearer', () => {
  const settling = revocation({ stage: 'settling', end: { notBefore: at(-3600), notAfter: at(0) } });
  assert.equal(withDeadline(settling, policy()).deadline, at(900));
  assert.equal(withDeadline({ ...settling, deadline: at(500) }, policy()).deadline, at(500));
  assert.equal(withDeadline({ ...settling, deadline: at(2000) }, policy()).deadline, at(900));
  const unseen = { ...settling, end: undefined, suspectedAt: at(7) };
  assert.equal(withDeadline({ ...unseen, settlingSince: at(10) }, policy()).deadline, at(910));
  assert.equal(withDeadline({ ...unseen, settlingSince: undefined }, policy()).deadline, at(907));
  assert.equal(withDeadline(revocation(), policy()).deadline, undefined, 'what is only suspected has none');
  const same = { ...settling, deadline: at(900) };
  assert.equal(withDeadline(same, policy()), same);
});

test('an evicted pod is given its own grace, or the longest that is given', () => {
  const longest = policy({ maxGracePeriod: minutes(1) });
  assert.equal(evictionGrace(holder({ grace: hours(2) }), policy()), undefined);
  assert.equal(evictionGrace(holder({ grace: hours(2) }), longest), minutes(1));
  assert.equal(evictionGrace(holder({ grace: minutes(1) }), longest), undefined);
  assert.equal(evictionGrace(holder(), longest), undefined);
  assert.equal(evictionGrace(holder(), policy({ maxGracePeriod: milliseconds(5) })), seconds(1));
});

test('force never gives less than a second', () => {
  const due = past(DUE);
  for (const now of [at(899.5), at(900), at(9000)]) {
    assert.equal(forceGrace(due, holder(), policy(), now), seconds(1));
  }
  assert.equal(forceGrace(past(confirmed()), holder(), policy(), at(0)), seconds(1));
  assert.equal(forceGrace(due, holder({ grace: seconds(0) }), policy(), at(0)), seconds(1));
});

test('a holder that started too late for the end that is followed has a deadline of its own', () => {
  const [first, second, third] = ['first', 'second', 'third'].map((role) => grant(role));
  const followed = confirmed({ grant: first, deadline: at(900) });
  const dueOf = (start: number, spans: readonly Partial<Span>[], open = followed) => {
    const history = { ...endedHistory(), spans: spans.map((each) => span(each)) };
    return deadlineOf({ revocation: open, history }, holder({ start: at(start) }), policy());
  };
  const began = { grant: first, end: until(0) };
  const later = { grant: second, end: until(500) };
  assert.equal(dueOf(-100, [began, later]), at(900), 'it holds the first one too');
  assert.equal(dueOf(29, [began, later]), at(900), 'it may hold the first one too');
  assert.equal(dueOf(30, [began, later]), at(1400));
  assert.equal(
    dueOf(30, [began, later, { grant: third, end: until(600) }]),
    at(1400),
    'the first of its own',
  );
  assert.equal(
    dueOf(30, [began, later, { ...later, end: until(700) }]),
    at(1600),
    'it came back and ended again',
  );
  assert.equal(dueOf(30, [began, later, { grant: second }]), at(900), 'it came back: no end is its own');
  const unread = { grant: undefined, end: until(400) };
  assert.equal(dueOf(30, [began, unread, later]), at(1300), 'nobody knows what that was');
  assert.equal(dueOf(30, [began, later], { ...followed, end: undefined }), at(900), 'no end was seen');
  assert.equal(dueOf(30, [began, later], { ...followed, deadline: undefined }), undefined);
});

test('two replicas share the deadline of an end that both mean, and of no other', () => {
  const own = confirmed({ end: { notBefore: at(-20), notAfter: at(10) } });
  const cases: readonly (readonly [string, Partial<Revocation>, boolean])[] = [
    ['read at other times', { end: { notBefore: at(-5), notAfter: at(3) } }, true],
    ['read much later', { end: { notBefore: at(-5), notAfter: at(3000) } }, true],
    ['when it was in force last is not known', { end: { notBefore: undefined, notAfter: at(3000) } }, true],
    ['no end was seen', { end: undefined }, true],
    ['its grant was not read', { grant: undefined }, true],
    ['another grant', { grant: grant('other') }, false],
    ['another association', { association: undefined }, false],
    ['in force again after it', { end: { notBefore: at(10), notAfter: at(40) } }, false],
    ['ended before it was in force last', { end: { notBefore: at(-60), notAfter: at(-20) } }, false],
  ];
  for (const [name, more, wanted] of cases) {
    assert.equal(isSameEnd(own, { ...own, ...more }), wanted, name);
    assert.equal(isSameEnd({ ...own, ...more }, own), wanted, name);
  }
});
