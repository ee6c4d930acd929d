/** The total functions of the domain's words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unchangedSince } from '../../src/domain/association.ts';
import { BRAKES } from '../../src/domain/brake.ts';
import { EXPOSURE_STATES, exposureState } from '../../src/domain/exposure.ts';
import type { Grant } from '../../src/domain/grant.ts';
import { isSameGrant } from '../../src/domain/grant.ts';
import { currentSpan, lastSpan } from '../../src/domain/history.ts';
import { identityOf, namespaceOf, serviceAccountOf } from '../../src/domain/identity.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { isDone, OUTCOMES } from '../../src/domain/outcome.ts';
import {
  after,
  before,
  between,
  earliest,
  hours,
  instant,
  iso,
  latest,
  milliseconds,
  minutes,
} from '../../src/domain/time.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { association, at, endedHistory, grant, history, identity, span } from '../support/builders.ts';

test('an identity can be taken apart again, whatever the names', () => {
  const name = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'));
  fc.assert(
    fc.property(name, name, (namespace, serviceAccount) => {
      const made = identityOf(namespace, serviceAccount);
      assert.ok(made !== undefined);
      assert.equal(namespaceOf(made), namespace);
      assert.equal(serviceAccountOf(made), serviceAccount);
    }),
  );
});

test('what can not be an identity is none', () => {
  for (const [namespace, serviceAccount] of [
    ['', 'a'],
    ['a', ''],
    ['a/b', 'c'],
    ['a', 'b/c'],
  ] as const) {
    assert.equal(identityOf(namespace, serviceAccount), undefined);
  }
});

test('grants are values: each field counts', () => {
  const whole = grant('etl', { targetRoleArn: 'arn:t', policy: '{}' });
  assert.equal(isSameGrant(whole, { ...whole }), true);
  assert.equal(isSameGrant(grant(), grant()), true);
  for (const other of [
    { ...whole, roleArn: 'arn:other' },
    { ...whole, targetRoleArn: 'arn:other' },
    { ...whole, policy: '[]' },
    { ...whole, disableSessionTags: true },
    grant(),
  ]) {
    assert.equal(isSameGrant(whole, other), false);
  }
});

function saying(policy: string): Grant {
  return grant('etl', { policy });
}

test('session policies are compared by what they say', () => {
  const one = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a","b"],"Resource":null}]}';
  const spelt = `{ "Statement": [ {"Resource":null, "Action": ["a", "b"],\n "Effect": "Allow"} ], "Version": "2012-10-17" }`;
  assert.equal(isSameGrant(saying(one), saying(spelt)), true);
  assert.equal(isSameGrant(saying(one), saying(one.replace('["a","b"]', '["b","a"]'))), false);
  assert.equal(isSameGrant(saying('not JSON'), saying('not JSON')), true);
  assert.equal(isSameGrant(saying('not JSON'), saying('neither')), false);
  assert.equal(isSameGrant(saying('[1]'), saying('[1, 2]')), false);
  assert.equal(isSameGrant(saying('[1]'), grant('etl')), false);
  assert.equal(isSameGrant(grant('etl'), saying('[1]')), false);
  assert.equal(isSameGrant(saying('{"__proto__": 1}'), saying('{}')), false);
});

test('an association is unchanged since its creation or its last modification', () => {
  assert.equal(unchangedSince(association({ createdAt: at(1), modifiedAt: at(2) })), at(2));
  assert.equal(unchangedSince(association({ createdAt: at(2), modifiedAt: at(1) })), at(2));
});

test('the current span is the last one, unless it has ended', () => {
  assert.equal(currentSpan(history()), undefined);
  assert.equal(currentSpan(endedHistory()), undefined);
  assert.deepEqual(currentSpan(history({ spans: [span()] })), span());
  assert.equal(lastSpan(history()), undefined);
  assert.notEqual(lastSpan(endedHistory()), undefined);
});

test('times', () => {
  const start = instant(0);
  assert.equal(iso(after(start, minutes(1))), '1970-01-01T00:01:00.000Z');
  assert.equal(between(start, before(start, milliseconds(5))), -5);
  assert.equal(hours(2), 7_200_000);
  assert.equal(latest(at(1), at(3), at(2)), at(3));
  assert.equal(earliest(at(2), undefined, at(1), at(3)), at(1));
  assert.equal(earliest(undefined), undefined);
  assert.equal(earliest(), undefined);
  assert.equal(identity(), 'team-a/etl');
});

test('each verdict has its exposure state, or none', () => {
  const rows: readonly (readonly [Verdict, string | undefined])[] = [
    [{ kind: 'keep', reason: 'current' }, undefined],
    [{ kind: 'wait', reason: 'settling', until: undefined }, 'settling'],
    [{ kind: 'wait', reason: 'window-open', until: undefined }, 'settling'],
    [{ kind: 'wait', reason: 'terminating', until: undefined }, 'terminating'],
    [{ kind: 'wait', reason: 'backing-off', until: undefined }, 'blocked'],
    [{ kind: 'evict', reason: 'deleted' }, 'due'],
    [{ kind: 'undecided', reason: 'reading-unknown' }, 'undecided'],
    [{ kind: 'exempt', reason: 'own-pod' }, 'exempt'],
    [{ kind: 'keep', reason: 'expired' }, 'expired'],
    [{ kind: 'force', reason: 'deleted', grace: milliseconds(1000) }, 'due'],
    [{ kind: 'wait', reason: 'held-by-finalizer', until: undefined }, 'stuck'],
    [{ kind: 'wait', reason: 'outlives-grace', until: undefined }, 'stuck'],
    ...BRAKES.map((reason) => [{ kind: 'wait', reason, until: undefined }, 'braked'] as const),
  ];
  for (const [verdict, state] of rows) assert.equal(exposureState(verdict), state);
  const reached = new Set(rows.map(([, state]) => state));
  for (const state of EXPOSURE_STATES) assert.ok(reached.has(state), state);
});

test('three outcomes leave nothing to be asked for', () => {
  const detail = '';
  const outcomes: readonly Outcome[] = [
    { kind: 'evicted' },
    { kind: 'already-gone' },
    { kind: 'replaced' },
    { kind: 'blocked', by: [], detail, retryAfter: undefined },
    { kind: 'forbidden', detail },
    { kind: 'unreachable', detail },
  ];
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    [...OUTCOMES],
  );
  assert.deepEqual(
    outcomes.filter(isDone).map(({ kind }) => kind),
    ['evicted', 'already-gone', 'replaced'],
  );
});
