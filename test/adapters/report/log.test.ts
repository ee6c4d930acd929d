/** Log lines: one JSON object for each report, a static message, facts in domain words, the right level, no secrets. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, logReporter } from '../../../src/adapters/report/log.ts';
import { podUid } from '../../../src/domain/holder.ts';
import { type Outcome, OUTCOMES } from '../../../src/domain/outcome.ts';
import { known, UNKNOWN_REASONS, unknown } from '../../../src/domain/reading.ts';
import type { Report } from '../../../src/domain/report.ts';
import { STAGES } from '../../../src/domain/revocation.ts';
import { milliseconds, seconds } from '../../../src/domain/time.ts';
import type { Verdict } from '../../../src/domain/verdict.ts';
import { NOW, sampleHolder, sampleRevocation } from './samples.ts';

type Written = Readonly<Record<string, unknown>>;

function start(level = 'debug'): { lines: Written[]; say: (report: Report) => Written } {
  const lines: Written[] = [];
  const destination = {
    write: (text: string) => {
      assert.match(text, /^\{[^\n]*\}\n$/, 'one line of JSON');
      lines.push(JSON.parse(text) as Written);
    },
  };
  const clock = {
    now: () => NOW,
    monotonic: () => milliseconds(0),
    turn: () => Promise.resolve(),
    sleep: () => Promise.resolve(),
  };
  const reporter = logReporter(createLogger({ level, clock, destination }));
  return {
    lines,
    say: (report) => {
      const before = lines.length;
      reporter.report(report);
      assert.equal(lines.length, before + 1, 'one line for one report');
      return lines.at(-1) ?? {};
    },
  };
}

const BLOCKED: Outcome = { kind: 'blocked', by: ['web-pdb'], detail: 'budget', retryAfter: seconds(10) };

function eviction(outcome: Outcome, tries = 1, uid = 'uid-1'): Report {
  return {
    kind: 'eviction',
    holder: sampleHolder({ uid: podUid(uid), node: 'node-1', labels: { team: 'blue' } }),
    verdict: { kind: 'evict', reason: 'deleted' },
    revocation: sampleRevocation(),
    outcome,
    isForced: false,
    tries,
    sinceEnd: seconds(29.5),
  };
}

function sampleOutcome(kind: Outcome['kind']): Outcome {
  if (kind === 'blocked') return BLOCKED;
  if (kind === 'forbidden' || kind === 'unreachable') return { kind, detail: 'why' };
  return { kind };
}

test('an eviction can be replayed from its line', () => {
  assert.deepEqual(start().say(eviction(BLOCKED, 3)), {
    level: 'warn',
    time: '2026-03-01T12:00:00.000Z',
    msg: 'eviction blocked',
    identity: 'compute/runner',
    namespace: 'compute',
    pod: 'run-1',
    uid: 'uid-1',
    start: '2026-03-01T11:00:00.000Z',
    node: 'node-1',
    labels: { team: 'blue' },
    verdict: 'evict',
    reason: 'deleted',
    story:
      'association a-aaaaaaaaaaaaaaaaa of compute/runner (role arn:aws:iam::111122223333:role/runner) deleted between 2026-03-01T12:00:00.000Z and 2026-03-01T12:00:10.000Z; noticed by list at 2026-03-01T12:00:12.000Z',
    cause: 'deleted',
    stage: 'confirmed',
    source: 'list',
    association: 'a-aaaaaaaaaaaaaaaaa',
    role: 'arn:aws:iam::111122223333:role/runner',
    endNotBefore: '2026-03-01T12:00:00.000Z',
    endNotAfter: '2026-03-01T12:00:10.000Z',
    suspectedAt: '2026-03-01T12:00:12.000Z',
    settlingSince: '2026-03-01T12:00:13.000Z',
    confirmedAt: '2026-03-01T12:00:28.000Z',
    found: 0,
    evicted: 0,
    outcome: 'blocked',
    blockedBy: ['web-pdb'],
    detail: 'budget',
    retryAfterSeconds: 10,
    tries: 3,
    sinceEndSeconds: 29.5,
  });
});

test('outcomes: what is done is info, what is refused asks for attention', () => {
  const levels = OUTCOMES.map((kind) => [kind, start().say(eviction(sampleOutcome(kind)))['level']]);
  assert.deepEqual(Object.fromEntries(levels), {
    evicted: 'info',
    'already-gone': 'info',
    replaced: 'info',
    blocked: 'warn',
    forbidden: 'error',
    unreachable: 'warn',
  });
});

test('the same refusal again is debug; another refusal, another pod, or one after success is not', () => {
  const { say } = start();
  assert.equal(say(eviction(BLOCKED, 1))['level'], 'warn');
  assert.equal(say(eviction({ ...BLOCKED, detail: 'budget, other text' }, 2))['level'], 'debug');
  assert.equal(say(eviction(BLOCKED, 1, 'uid-2'))['level'], 'warn');
  assert.equal(say(eviction({ ...BLOCKED, by: ['another'] }, 3))['level'], 'warn');
  assert.equal(say(eviction(sampleOutcome('forbidden'), 4))['level'], 'error');
  assert.equal(say(eviction(sampleOutcome('forbidden'), 5))['level'], 'debug');
  assert.equal(say(eviction({ kind: 'evicted' }, 6))['level'], 'info');
  assert.equal(say(eviction(BLOCKED, 7))['level'], 'warn');
});

test('readings: denied, missing and malformed are errors; a lone unknown association is not', () => {
  const { say } = start('trace');
  const level = (why: (typeof UNKNOWN_REASONS)[number], of: 'list' | 'describe' = 'list'): unknown =>
    say({ kind: 'reading', of, subject: 'demo', reading: unknown(why, 'detail', NOW) })['level'];
  assert.deepEqual(Object.fromEntries(UNKNOWN_REASONS.map((why) => [why, level(why)])), {
    'not-read': 'debug',
    throttled: 'warn',
    denied: 'error',
    unreachable: 'warn',
    failed: 'warn',
    'not-found': 'error',
    malformed: 'error',
    inconsistent: 'info',
  });
  assert.equal(level('not-found', 'describe'), 'info');
  const line = say({ kind: 'reading', of: 'list', subject: 'demo', reading: known(['huge'], NOW) });
  assert.deepEqual([line['level'], line['msg'], line['value']], ['info', 'reading known', undefined]);
});

test('stages and verdicts: each has a message of its own, in lower case', () => {
  const { say, lines } = start();
  for (const stage of STAGES) {
    say({
      kind: 'stage',
      revocation: sampleRevocation({ stage }),
      exposed: 4,
      takes: undefined,
      mode: 'dry-run',
    });
  }
  assert.equal(new Set(lines.map(({ msg }) => msg)).size, STAGES.length);
  for (const { msg, exposed, mode } of lines) {
    assert.match(String(msg), /^[a-z ]+$/);
    assert.deepEqual([exposed, mode], [4, 'dry-run']);
  }
});

const VERDICT_ROWS: readonly (readonly [Verdict, boolean, string])[] = [
  [{ kind: 'keep', reason: 'current' }, false, 'debug'],
  [{ kind: 'keep', reason: 'no-grant-since-start' }, true, 'info'],
  [{ kind: 'wait', reason: 'settling', until: NOW }, true, 'info'],
  [{ kind: 'evict', reason: 'deleted' }, true, 'info'],
  [{ kind: 'undecided', reason: 'reading-unknown' }, true, 'info'],
  [{ kind: 'undecided', reason: 'history-unknown' }, true, 'warn'],
  [{ kind: 'exempt', reason: 'protected-namespace' }, true, 'info'],
];

for (const [verdict, isRevoked, level] of VERDICT_ROWS) {
  test(`verdict ${verdict.kind} ${verdict.reason}${isRevoked ? ' in a revocation' : ''}: ${level}`, () => {
    const revocation = isRevoked ? sampleRevocation() : undefined;
    const line = start().say({
      kind: 'verdict',
      holder: sampleHolder(),
      verdict,
      revocation,
      mode: 'enforce',
    });
    assert.deepEqual([line['level'], line['verdict'], line['reason']], [level, verdict.kind, verdict.reason]);
    assert.equal(line['until'], verdict.kind === 'wait' ? '2026-03-01T12:00:00.000Z' : undefined);
  });
}

test('a dry run says so', () => {
  const line = start().say({
    kind: 'would-evict',
    holder: sampleHolder(),
    verdict: { kind: 'evict', reason: 'deleted' },
    revocation: sampleRevocation(),
  });
  assert.deepEqual(
    [line['msg'], line['mode'], line['uid']],
    ['dry run: holder would be evicted', 'dry-run', 'uid-1'],
  );
});

test('an unreadable pod is named as far as it can be', () => {
  const line = start().say({ kind: 'unreadable-pod', pod: { namespace: 'a', name: 'b', why: 'no start' } });
  assert.deepEqual(
    [line['level'], line['namespace'], line['pod'], line['why']],
    ['warn', 'a', 'b', 'no start'],
  );
});

test('a bug is an error with its stack, and without what hangs on it', () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
  const cause = Object.assign(new Error(`Bearer ${token}`), {
    request: { headers: { authorization: token } },
  });
  const error = Object.assign(new Error(`saw ${token} and ASIAQWERTYUIOPASDFGH`, { cause }), {
    headers: { token },
  });
  const line = start().say({ kind: 'bug', where: 'visit', error });
  assert.deepEqual([line['level'], line['msg'], line['where']], ['error', 'bug', 'visit']);
  assert.match(String(line['stack']), /log\.test\.ts/);
  assert.equal(line['cause'], 'Error: Bearer (left out)');
  assert.doesNotMatch(JSON.stringify(line), /eyJ|ASIA/);
});

function bugOf(error: unknown): unknown {
  return start().say({ kind: 'bug', where: 'x', error })['error'];
}

test('what is thrown and is no error is a bug as well', () => {
  assert.equal(bugOf('text'), 'text');
  assert.equal(bugOf(undefined), 'a thrown undefined');
  assert.equal(bugOf({ token: 1 }), 'a thrown object');
});

test('level info leaves out the repetitions', () => {
  const { lines, say } = start('info');
  say(eviction(BLOCKED));
  assert.throws(() => say(eviction(BLOCKED, 2)), /one line for one report/);
  assert.equal(lines.length, 1);
});
