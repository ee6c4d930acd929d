/** The reign: what is done in a term, what before it, and what becomes of work that ends early or fails. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reign } from '../../src/controller/reign.ts';
import { aborted } from '../../src/controller/signals.ts';
import type { Report } from '../../src/domain/report.ts';
import { seconds } from '../../src/domain/time.ts';
import { FakeElection, FakeLeadership } from '../support/fake-leadership.ts';
import { settle, SteppedClock } from '../support/stepped-clock.ts';

function scene(prepare: (term: AbortSignal) => Promise<void> = () => Promise.resolve()) {
  const clock = new SteppedClock();
  const election = new FakeElection();
  const leadership = new FakeLeadership(clock, election, 'one');
  const reports: Report[] = [];
  const reign = new Reign({ leadership, reporter: { report: (report) => void reports.push(report) } });
  const stopping = new AbortController();
  const drained = new AbortController();
  const run = (): Promise<void> => reign.run(prepare, { stopping: stopping.signal, drained: drained.signal });
  const end = async (running: Promise<void>): Promise<void> => {
    stopping.abort();
    drained.abort();
    await clock.advance(seconds(1));
    await running;
    assert.equal(clock.pending, 0);
  };
  return { clock, election, leadership, reports, reign, stopping: stopping.signal, run, end };
}

test('without other replicas there is one term without end, and nothing to prepare', async () => {
  const reign = new Reign({ leadership: undefined, reporter: { report: () => {} } });
  const { signal } = new AbortController();
  assert.equal(reign.term()?.aborted, false);
  await reign.run(() => Promise.reject(new Error('not asked for')), { stopping: signal, drained: signal });
});

test('a term counts only when everything is prepared for it', async () => {
  const prepared = Promise.withResolvers<void>();
  const { clock, leadership, reign, run, end } = scene(() => prepared.promise);
  const running = run();
  await clock.advance(seconds(1));
  assert.notEqual(leadership.term(), undefined);
  assert.equal(reign.term(), undefined);
  prepared.resolve();
  await settle();
  assert.equal(reign.term(), leadership.term());
  await end(running);
});

test('a preparation of a term that is over prepares nothing for the next one', async () => {
  const prepared: PromiseWithResolvers<void>[] = [];
  const { clock, leadership, reign, run, end } = scene(() => {
    const next = Promise.withResolvers<void>();
    prepared.push(next);
    return next.promise;
  });
  const running = run();
  await clock.advance(seconds(1));
  leadership.isCutOff = true;
  await clock.advance(seconds(20));
  leadership.isCutOff = false;
  await clock.advance(seconds(20));
  assert.equal(prepared.length, 2);
  prepared[0]?.resolve();
  await settle();
  assert.equal(reign.term(), undefined);
  prepared[1]?.resolve();
  await settle();
  assert.notEqual(reign.term(), undefined);
  await end(running);
});

test('a preparation that fails is a bug that is told, and the term counts all the same', async () => {
  const { clock, reports, reign, run, end } = scene(() => Promise.reject(new TypeError('planted')));
  const running = run();
  await clock.advance(seconds(1));
  assert.equal(reports.filter(({ kind }) => kind === 'bug').length, 1);
  assert.notEqual(reign.term(), undefined);
  await end(running);
});

test('work is done from the beginning of each term to its end', async () => {
  const { clock, leadership, reign, stopping, run, end } = scene();
  const log: string[] = [];
  const working = reign.during(async (term) => {
    log.push('begins');
    await aborted(term);
    log.push('ends');
  }, stopping);
  const running = run();
  await clock.advance(seconds(1));
  leadership.isCutOff = true;
  await clock.advance(seconds(20));
  leadership.isCutOff = false;
  await clock.advance(seconds(20));
  assert.deepEqual(log, ['begins', 'ends', 'begins']);
  await end(running);
  await working;
  assert.equal(log.length, 4);
});

test('work that ends at once is begun once a term, and keeps nobody from having a turn', async () => {
  const { clock, reign, stopping, run, end } = scene();
  let begun = 0;
  const working = reign.during(() => {
    begun += 1;
    if (begun > 100) throw new Error('begun without end');
    return Promise.resolve();
  }, stopping);
  const running = run();
  await clock.advance(seconds(5));
  assert.equal(begun, 1);
  await end(running);
  await working;
});

test('work that fails ends the waiting with its error', async () => {
  const { clock, reign, stopping, run, end } = scene();
  const working = reign.during(() => Promise.reject(new Error('planted')), stopping);
  const failed = assert.rejects(working, { message: 'planted' });
  const running = run();
  await clock.advance(seconds(1));
  await failed;
  await end(running);
});

test('told to stop before there was any term: nothing is begun', async () => {
  const { reign, stopping, run, end, election } = scene();
  election.failing = 'denied';
  const working = reign.during(() => Promise.reject(new Error('not asked for')), stopping);
  await end(run());
  await working;
});
