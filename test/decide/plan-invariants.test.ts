/** Properties of the plan that hold for any facts whatever. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IdentityFacts } from '../../src/decide/plan.ts';
import { plan } from '../../src/decide/plan.ts';
import { isProof } from '../../src/decide/proof.ts';
import type { Standing } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { History } from '../../src/domain/history.ts';
import type { Holder } from '../../src/domain/holder.ts';
import { podUid } from '../../src/domain/holder.ts';
import type { Attempt } from '../../src/domain/outcome.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { known, UNKNOWN_REASONS, unknown } from '../../src/domain/reading.ts';
import type { Revocation } from '../../src/domain/revocation.ts';
import { isOpen, STAGES } from '../../src/domain/revocation.ts';
import type { Instant } from '../../src/domain/time.ts';
import { association, at, grant, holder, policy, revocation, span } from '../support/builders.ts';

import { facts } from './facts.ts';

const instants = fc.integer({ min: -200, max: 200 }).map(at);
const ends = fc.record({ notBefore: fc.option(instants, { nil: undefined }), notAfter: instants });
const grants = fc.constantFrom(grant(), grant('other'));
const ids = fc.constantFrom('a-1', 'a-2', 'a-3').map(associationId);

const spans = fc.record({
  id: ids,
  grant: fc.option(grants, { nil: undefined }),
  since: fc.option(instants, { nil: undefined }),
  seenAt: instants,
  end: fc.option(ends, { nil: undefined }),
});

const histories: fc.Arbitrary<History> = fc.record({
  spans: fc.array(
    spans.map((made) => span(made)),
    { maxLength: 3 },
  ),
  absentSince: fc.option(instants, { nil: undefined }),
  completeFrom: fc.option(instants, { nil: undefined }),
});

const standings: fc.Arbitrary<Reading<Standing>> = fc.oneof(
  instants.map((when) => known<Standing>({ kind: 'none' }, when)),
  fc
    .record({ when: instants, id: ids, given: grants, changed: instants })
    .map(({ when, id, given, changed }) =>
      known<Standing>(
        {
          kind: 'granted',
          association: association({ id, grant: given, createdAt: changed, modifiedAt: changed }),
        },
        when,
      ),
    ),
  fc
    .record({ why: fc.constantFrom(...UNKNOWN_REASONS), when: instants })
    .map(({ why, when }) => unknown(why, '', when)),
);

const holders: fc.Arbitrary<Holder> = fc
  .record({
    uid: fc.integer({ min: 0, max: 50 }).map((n) => podUid(`u-${n}`)),
    start: instants,
    finished: fc.boolean(),
    namespace: fc.constantFrom('team-a', 'kube-system'),
    terminating: fc.option(instants, { nil: undefined }),
  })
  .map(({ terminating, ...rest }) => holder(terminating === undefined ? rest : { ...rest, terminating }));

const revocations: fc.Arbitrary<Revocation> = fc
  .record({
    stage: fc.constantFrom(...STAGES),
    suspectedAt: instants,
    settlingSince: fc.option(instants, { nil: undefined }),
    end: fc.option(ends, { nil: undefined }),
  })
  .map((made) => revocation(made));

const attempts: fc.Arbitrary<Attempt> = fc.oneof(
  instants.map((when): Attempt => ({ kind: 'accepted', isForced: false, at: when })),
  instants.map(
    (notBefore): Attempt => ({
      kind: 'refused',
      isForced: false,
      outcome: { kind: 'unreachable', detail: '' },
      tries: 1,
      notBefore,
    }),
  ),
);

const anyFacts: fc.Arbitrary<IdentityFacts> = fc
  .record({
    holders: fc.uniqueArray(holders, { maxLength: 6, selector: ({ uid }) => uid }),
    isViewFresh: fc.boolean(),
    standing: standings,
    history: histories,
    revocation: fc.option(revocations, { nil: undefined }),
    tried: fc.array(attempts, { maxLength: 6 }),
  })
  .map(({ tried, ...made }) =>
    facts({
      ...made,
      attempts: new Map(
        tried.flatMap((attempt, n) => {
          const of = made.holders[n];
          return of === undefined ? [] : [[of.uid, attempt] as const];
        }),
      ),
    }),
  );

const RUNS = { numRuns: 3000 };

function property(check: (given: IdentityFacts, now: Instant) => void): void {
  fc.assert(fc.property(anyFacts, instants, check), RUNS);
}

test('invariant 2: an unknown reading evicts nobody', () => {
  property((given, now) => {
    const reading = unknown('throttled', '', now);
    assert.deepEqual(plan({ ...given, standing: reading }, policy(), now).acts, []);
  });
});

test('invariant 3: while a grant is in force nobody is evicted', () => {
  property((given, now) => {
    const standing = known<Standing>({ kind: 'granted', association: association() }, now);
    assert.deepEqual(plan({ ...given, standing }, policy(), now).acts, []);
  });
});

test('invariant 3: under another grant only a holder of one that has ended is evicted', () => {
  property((given, now) => {
    const { standing } = given;
    if (standing.kind === 'unknown' || standing.value.kind !== 'granted') return;
    const current = standing.value.association.grant;
    for (const { holder: evicted, verdict } of plan(given, policy(), now).acts) {
      assert.equal(verdict.reason, 'superseded');
      const held = given.history.spans.filter(
        ({ end }) => end !== undefined && end.notAfter + 30_000 > evicted.start,
      );
      const { revocation: followed } = given;
      const isFollowed = followed?.end !== undefined && followed.end.notAfter + 30_000 > evicted.start;
      const possible = [...held, ...(isFollowed ? [followed] : [])].map((each) => each.grant);
      assert.ok(possible.some((each) => each !== undefined && each.roleArn !== current.roleArn));
    }
  });
});

test('invariant 3: without a grant a pod that started after the end and the window is never evicted', () => {
  property((given, now) => {
    for (const { holder: evicted, verdict } of plan(given, policy(), now).acts) {
      if (verdict.reason === 'superseded') continue;
      const end = given.history.spans.at(-1)?.end;
      const bound = end === undefined ? given.history.absentSince : end.notAfter + 30_000;
      assert.ok(bound !== undefined && evicted.start < bound);
    }
  });
});

test('invariant 1: an eviction comes only from a confirmed revocation, after the whole settle time', () => {
  property((given, now) => {
    const made = plan(given, policy(), now);
    if (made.acts.length === 0) return;
    assert.equal(made.revocation?.stage, 'confirmed');
    if (given.revocation?.stage === 'confirmed') return;
    assert.ok(given.standing.at - (given.revocation?.settlingSince ?? 0) >= 15_000);
    assert.ok(made.revocation !== undefined && given.standing.at >= made.revocation.suspectedAt);
    const ended = { revocation: made.revocation, history: given.history };
    assert.equal(isProof(given.standing, ended, { policy: policy(), now: given.standing.at }), true);
  });
});

/** A closed revocation is never opened again: what is seen later opens another one, of another end or suspicion. */
function isAnother(before: Revocation, next: Revocation): boolean {
  return next.suspectedAt !== before.suspectedAt || (!isOpen(before) && next.end !== before.end);
}

function mayRefute({ standing, history: past }: IdentityFacts, before: Revocation): boolean {
  if (standing.kind === 'unknown') return false;
  return standing.value.kind === 'granted' || (past.spans.length > 1 && before.stage !== 'suspected');
}

test('invariant 7: a stage only advances, or is refuted by a reading with a grant, now or since', () => {
  property((given, now) => {
    const before = given.revocation;
    const next = plan(given, policy(), now).revocation;
    if (before === undefined || next === undefined || now <= before.suspectedAt) return;
    if (isAnother(before, next)) return;
    if (next.stage === 'refuted' && before.stage !== 'refuted') {
      assert.ok(mayRefute(given, before));
    } else {
      assert.ok(STAGES.indexOf(next.stage) >= STAGES.indexOf(before.stage));
    }
  });
});

test('invariant 8: the same facts in any order give the same plan in the same order', () => {
  fc.assert(
    fc.property(
      anyFacts.chain((given) =>
        fc.tuple(
          fc.constant(given),
          fc.shuffledSubarray([...given.holders], { minLength: given.holders.length }),
        ),
      ),
      instants,
      ([given, shuffled], now) => {
        assert.deepEqual(plan({ ...given, holders: shuffled }, policy(), now), plan(given, policy(), now));
      },
    ),
    RUNS,
  );
});

test('invariant 10: the daemon and protected namespaces are never evicted', () => {
  property((given, now) => {
    for (const { holder: evicted } of plan(given, policy(), now).acts) {
      assert.notEqual(evicted.namespace, 'kube-system');
    }
  });
});

test('every holder has one verdict, and terminating or finished ones are never evicted', () => {
  property((given, now) => {
    const made = plan(given, policy(), now);
    assert.equal(made.judged.length, given.holders.length);
    for (const { holder: evicted } of made.acts) {
      assert.equal(evicted.terminating, undefined);
      assert.equal(evicted.finished, false);
    }
  });
});

test('the daemon comes to rest: the plan asks to be looked at only in the future', () => {
  property((given, now) => {
    const { lookAgainAt } = plan(given, policy(), now);
    assert.ok(lookAgainAt === undefined || lookAgainAt > now);
  });
});
