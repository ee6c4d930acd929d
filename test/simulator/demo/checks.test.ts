/** The demo's checks: right facts pass, and each wrong fact is found by the check that is for it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksOf, endedCleanly } from '../../../simulator/demo/checks.ts';
import type { Facts } from '../../../simulator/demo/facts.ts';
import { checkLines, failureLines, verdictLine } from '../../../simulator/demo/program.ts';
import { parseSamples } from '../../../simulator/demo/samples.ts';
import { GOOD_METRICS, goodFacts, judged, ORIGIN, paper, pod } from './support.ts';

type Row = readonly [what: string, check: RegExp, problem: RegExp, wrong: (facts: Facts) => Partial<Facts>];

const other = pod('ledger-0', { identity: 'team-b/ledger' });

const metrics = (from: string, to: string): Partial<Facts> => {
  assert.ok(GOOD_METRICS.includes(from));
  return { metrics: parseSamples(GOOD_METRICS.replace(from, to)) };
};

const ROWS: readonly Row[] = [
  [
    'a holder was forgotten',
    /^evicted:/,
    /^not evicted: team-a\/api-1$/,
    (f) => ({ evictions: f.evictions.slice(0, 1) }),
  ],
  [
    'somebody else was evicted',
    /^evicted:/,
    /^evicted: team-a\/ledger-0$/,
    (f) => ({ evictions: [...f.evictions, { uid: other.uid, status: 201, at: ORIGIN + 6600 }] }),
  ],
  [
    'a holder was evicted twice',
    /^evicted:/,
    /^twice: team-a\/run-1$/,
    (f) => ({ evictions: [...f.evictions, ...f.evictions.slice(0, 1)] }),
  ],
  [
    'an eviction was refused',
    /^evicted:/,
    /^answered 429: team-a\/run-1$/,
    (f) => ({ evictions: f.evictions.map((one, index) => (index === 0 ? { ...one, status: 429 } : one)) }),
  ],
  [
    'an eviction named no uid',
    /^evicted:/,
    /^evicted: a pod with the uid ""$/,
    (f) => ({ evictions: f.evictions.map((one) => ({ ...one, uid: '' })) }),
  ],
  [
    'a poll noticed it first',
    /^heard by the queue/,
    /^noticed by list, heard by queue$/,
    (f) => ({ revocations: f.revocations.map((one) => ({ ...one, source: 'list' })) }),
  ],
  [
    'nothing was heard',
    /^heard by the queue/,
    /^noticed by queue, heard by $/,
    (f) => ({ revocations: f.revocations.map((one) => ({ ...one, heardBy: '' })) }),
  ],
  ['there is no revocation', /^heard by the queue/, /^there are 0 revocations$/, () => ({ revocations: [] })],
  [
    'there is one revocation more',
    /^heard by the queue/,
    /^there are 2 revocations$/,
    (f) => ({ revocations: [...f.revocations, ...f.revocations] }),
  ],
  [
    'somebody else is told to have done it',
    /^heard by the queue/,
    /^it names arn:other$/,
    (f) => ({ revocations: f.revocations.map((one) => ({ ...one, actor: 'arn:other' })) }),
  ],
  ['there was a poll', /^heard by the queue/, /^1 polls before/, () => ({ polls: 1 })],
  [
    'the evictions came late',
    /^the last eviction/,
    /^it took 9\.1 s$/,
    (f) => ({ evictions: f.evictions.map((one) => ({ ...one, at: ORIGIN + 9100 })) }),
  ],
  [
    'a pod was deleted',
    /^no other write/,
    /^delete pods/,
    () => ({ otherWrites: ['delete pods team-a/web-1'] }),
  ],
  [
    'the daemon changed something in EKS',
    /^no other write/,
    /^EKS: UpdatePodIdentityAssociation$/,
    (f) => ({ eksWrites: [...f.eksWrites, 'UpdatePodIdentityAssociation'] }),
  ],
  [
    'the daemon deleted an association too',
    /^no other write/,
    /^EKS: 2 deletes$/,
    (f) => ({ eksWrites: [...f.eksWrites, ...f.eksWrites] }),
  ],
  [
    'another pod is gone',
    /^the other 2 pods/,
    /^gone: team-a\/web-1$/,
    (f) => ({ now: f.now.filter(({ name }) => name !== 'web-1') }),
  ],
  [
    'another pod is on its way out',
    /^the other 2 pods/,
    /^gone: team-a\/web-1$/,
    (f) => ({ now: f.now.map((one) => (one.name === 'web-1' ? { ...one, isTerminating: true } : one)) }),
  ],
  [
    'another pod of the same name has taken its place',
    /^the other 2 pods/,
    /^gone: team-a\/web-1$/,
    (f) => ({ now: f.now.map((one) => (one.name === 'web-1' ? { ...one, uid: 'uid-new' } : one)) }),
  ],
  [
    'a replacement holds credentials',
    /replacements run without credentials/,
    /^with the token volume: team-a\/api-2$/,
    (f) => ({ now: f.now.map((one) => (one.name === 'api-2' ? { ...one, hasToken: true } : one)) }),
  ],
  [
    'a replacement is missing',
    /replacements run without credentials/,
    /^there are 0 new pods$/,
    (f) => ({ now: f.now.filter(({ name }) => name !== 'api-2') }),
  ],
  [
    'a replacement is being evicted',
    /replacements run without credentials/,
    /^going: team-a\/api-2$/,
    (f) => ({ now: f.now.map((one) => (one.name === 'api-2' ? { ...one, isTerminating: true } : one)) }),
  ],
  [
    'a holder is undecided',
    /verdict on all 1 holders/,
    /^not kept: team-a\/ledger-0$/,
    () => ({ judged: [judged(other, 'undecided', 'history-unknown')] }),
  ],
  [
    'a holder was not seen',
    /verdict on all 1 holders/,
    /^not kept: team-a\/ledger-0$/,
    () => ({ judged: [] }),
  ],
  [
    'a pod that has gone is still judged',
    /verdict on all 1 holders/,
    /^judged, but no holder: team-a\/reports uid-run-1$/,
    (f) => ({ judged: [...f.judged, judged(pod('run-1'))] }),
  ],
  [
    'something was written after the containment',
    /^it came to rest/,
    /^1\.0 s after it$/,
    (f) => ({ lastWriteAt: f.contained.at + 1000 }),
  ],
  [
    'no evictions were counted',
    /^metrics agree/,
    /evictions_total/,
    () => metrics('"evicted"} 2', '"evicted"} 0'),
  ],
  ['a block was counted', /^metrics agree/, /evictions_total/, () => metrics('"blocked"} 0', '"blocked"} 1')],
  ['somebody is exposed', /^metrics agree/, /exposed_pods/, () => metrics('"due"} 0', '"due"} 1')],
  ['there are no metrics', /^metrics agree/, /exposed_pods/, () => ({ metrics: [] })],
  [
    'no revocation was counted',
    /^metrics agree/,
    /revocations_total/,
    () => metrics('"deleted"} 1', '"deleted"} 0'),
  ],
  [
    'the containment time flatters',
    /^metrics agree/,
    /containment_seconds/,
    () => metrics('sum 9.1', 'sum 8.1'),
  ],
  [
    'the containment time is too long',
    /^metrics agree/,
    /containment_seconds/,
    () => metrics('sum 9.1', 'sum 13'),
  ],
  ['a bug was counted', /^metrics agree/, /bugs_total/, () => metrics('bugs_total 0', 'bugs_total 1')],
  [
    'an Event is missing',
    /Kubernetes Event/,
    /^none on team-a\/api-1$/,
    (f) => ({ announced: f.announced.slice(0, 1) }),
  ],
  [
    'an Event is on somebody else',
    /Kubernetes Event/,
    /^one on team-a\/ledger-0$/,
    (f) => ({ announced: [...f.announced, other.uid] }),
  ],
];

test('right facts pass every check', () => {
  assert.deepEqual(
    checksOf(goodFacts()).flatMap(({ problems }) => problems),
    [],
  );
});

for (const [what, check, problem, wrong] of ROWS) {
  test(`it is noticed that ${what}`, () => {
    const facts = goodFacts();
    const found = checksOf({ ...facts, ...wrong(facts) }).filter((one) => check.test(one.what));
    assert.equal(found.length, 1);
    assert.ok(
      found[0]?.problems.some((one) => problem.test(one)),
      JSON.stringify(found),
    );
  });
}

test('only exit code 0 is a clean end', () => {
  assert.deepEqual(endedCleanly('exit code 0').problems, []);
  assert.deepEqual(endedCleanly('exit code 1').problems, ['exit code 1']);
  assert.deepEqual(endedCleanly('SIGKILL').problems, ['SIGKILL']);
});

test('checks are printed with their mark, and what is wrong below', () => {
  const { screen } = paper();
  const good = { what: 'all is well', problems: [] };
  const bad = { what: 'nobody was hurt', problems: ['web-1 was'] };
  assert.deepEqual(checkLines([good, bad], screen), [
    '  ok      all is well',
    '  FAILED  nobody was hurt',
    '          - web-1 was',
  ]);
  assert.equal(verdictLine([good, bad], 8600, screen), '1 of 2 checks FAILED.');
  assert.equal(verdictLine([good], 8600, screen), 'All 1 checks passed. Containment time: 8.6 s.');
});

test('a failure shows what happened and what the daemon said last', () => {
  const { screen } = paper();
  const told = failureLines(new Error('it is gone'), { lastLines: () => ['{"msg":"last"}'] }, screen);
  assert.deepEqual(told, ['', 'FAILED: it is gone', 'The last lines of the daemon:', '  {"msg":"last"}']);
  const long = failureLines('odd', { lastLines: () => [`${'x'.repeat(5000)}end`] }, screen);
  assert.equal(long.at(-1), `  ${'x'.repeat(200)} … ${'x'.repeat(197)}end`);
  assert.match(failureLines('odd', { lastLines: () => [] }, screen).join('\n'), /FAILED: odd\n.*nothing/);
});
