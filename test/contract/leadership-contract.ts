/** What every Leadership must do, held against the real one over HTTP and against the fake alike. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Leader, Loss } from '../../src/domain/leadership.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { Leadership } from '../../src/ports/leadership.ts';

export type Contender = { readonly leadership: Leadership; readonly cutOff: () => () => void };

export type LeadershipHarness = {
  /** One more daemon's; it does not run yet. The Lease is one that was given up. */
  readonly open: (name: string) => Promise<Contender>;
  readonly deleteLease: () => void | Promise<void>;
  /** Nobody may read or write the Lease; the answer mends it. */
  readonly deny: () => () => void;
  /** Lets time pass until it happens; fails when that takes much longer than a Lease lasts. */
  readonly until: (happened: () => boolean, what: string) => Promise<void>;
  /** Lets as much time pass as a Lease lasts. */
  readonly passOneLease: () => Promise<void>;
};

type Running = Contender & {
  readonly terms: AbortSignal[];
  readonly losses: Loss[];
  readonly readings: Reading<Leader>[];
  readonly stopping: AbortController;
  readonly drained: AbortController;
  readonly ended: Promise<void>;
};

type Stage = {
  readonly harness: LeadershipHarness;
  readonly start: (name: string) => Promise<Running>;
  /** Every term that was told of, by whomever. */
  readonly live: () => number;
};

export function leadershipContract(
  subject: string,
  begin: (t: TestContext) => Promise<LeadershipHarness>,
): void {
  const contract = (what: string, body: (stage: Stage) => Promise<void>): void => {
    test(`${subject}: ${what}`, async (t) => {
      const stage = stageOf(await begin(t));
      await body(stage);
      await stage.stopAll();
      assert.deepEqual(stage.overlaps, []);
      assert.equal(stage.live(), 0);
    });
  };
  electing(contract);
  stopping(contract);
  failing(contract);
}

function stageOf(harness: LeadershipHarness): Stage & {
  readonly overlaps: readonly string[];
  readonly stopAll: () => Promise<void>;
} {
  const running: Running[] = [];
  const overlaps: string[] = [];
  const live = (): number => running.flatMap(({ terms }) => terms).filter(({ aborted }) => !aborted).length;
  const start = async (name: string): Promise<Running> => {
    const contender = await harness.open(name);
    const [stop, drained] = [new AbortController(), new AbortController()];
    const [terms, losses, readings]: [AbortSignal[], Loss[], Reading<Leader>[]] = [[], [], []];
    const listener = {
      elected: (term: AbortSignal): void => {
        if (live() > 0) overlaps.push(`${name} leads too`);
        terms.push(term);
      },
      lost: (loss: Loss) => void losses.push(loss),
      reading: (reading: Reading<Leader>) => void readings.push(reading),
    };
    const ended = contender.leadership.run(listener, { stopping: stop.signal, drained: drained.signal });
    const one: Running = { ...contender, terms, losses, readings, stopping: stop, drained, ended };
    running.push(one);
    return one;
  };
  const stopAll = async (): Promise<void> => {
    for (const { drained } of running) drained.abort();
    await Promise.all(running.map(({ ended }) => ended));
  };
  return { harness, start, live, overlaps, stopAll };
}

const isLeading = ({ leadership }: Running): boolean => leadership.term() !== undefined;

const told = ({ readings }: Running): Reading<Leader> | undefined => readings.at(-1);

function holderTold(one: Running): string | undefined {
  const reading = told(one);
  return reading?.kind === 'known' ? reading.value.holder : undefined;
}

type Contract = (what: string, body: (stage: Stage) => Promise<void>) => void;

function electing(contract: Contract): void {
  contract('before it runs and after, it does not lead', async ({ start, harness }) => {
    const one = await start('one');
    await harness.until(() => isLeading(one), 'an election');
    one.drained.abort();
    await one.ended;
    assert.equal(one.leadership.term(), undefined);
    const other = await harness.open('other');
    assert.equal(other.leadership.term(), undefined);
  });

  contract('of two, one leads, and both say who', async ({ start, harness }) => {
    const one = await start('one');
    await harness.until(() => isLeading(one), 'an election');
    const other = await start('other');
    await harness.passOneLease();
    assert.equal(isLeading(other), false);
    assert.equal(one.leadership.term(), one.terms[0]);
    assert.deepEqual([one.terms.length, other.terms.length], [1, 0]);
    assert.equal(holderTold(one), one.leadership.name);
    assert.equal(holderTold(other), one.leadership.name);
    assert.notEqual(one.leadership.name, other.leadership.name);
    const [own, others] = [told(one), told(other)];
    assert.equal(own?.kind === 'known' && own.value.isOurs, true);
    assert.equal(others?.kind === 'known' && others.value.isOurs, false);
  });

  contract('where there is no Lease yet, one is made and led by', async ({ start, harness }) => {
    await harness.deleteLease();
    const one = await start('one');
    assert.equal(isLeading(one), false);
    await harness.until(() => isLeading(one), 'an election');
  });
}

function stopping(contract: Contract): void {
  contract('a leader leads on until its acts have ended; then another does at once', async (stage) => {
    const { start, harness } = stage;
    const one = await start('one');
    await harness.until(() => isLeading(one), 'an election');
    const other = await start('other');
    one.stopping.abort();
    await harness.passOneLease();
    assert.ok(isLeading(one));
    assert.equal(isLeading(other), false);
    one.drained.abort();
    await one.ended;
    assert.deepEqual(
      one.losses.map(({ kind }) => kind),
      ['released'],
    );
    assert.equal(one.terms[0]?.aborted, true);
    await harness.until(() => isLeading(other), 'a hand-over');
  });

  contract('a standby that stops is gone at once, and never led', async ({ start, harness }) => {
    const one = await start('one');
    await harness.until(() => isLeading(one), 'an election');
    const other = await start('other');
    await harness.until(() => other.readings.length > 0, 'a look');
    other.stopping.abort();
    await other.ended;
    assert.deepEqual([other.terms.length, other.losses.length], [0, 0]);
    assert.ok(isLeading(one));
  });
}

function failing(contract: Contract): void {
  contract('cut off: its term ends before the next begins, and back again it stands by', async (stage) => {
    const { start, harness } = stage;
    const one = await start('one');
    await harness.until(() => isLeading(one), 'an election');
    const other = await start('other');
    const mend = one.cutOff();
    await harness.until(() => isLeading(other), 'a take-over');
    assert.equal(one.terms[0]?.aborted, true);
    assert.match(String(one.terms[0]?.reason), /no longer the leader/);
    assert.deepEqual(
      one.losses.map(({ kind }) => kind),
      ['expired'],
    );
    const reading = told(one);
    assert.equal(reading?.kind === 'unknown' && reading.why, 'unreachable', JSON.stringify(reading));
    mend();
    await harness.until(() => holderTold(one) === other.leadership.name, 'a look');
    assert.equal(isLeading(one), false);
  });

  contract('denied: nobody leads, and the verb is named; allowed again, one does', async (stage) => {
    const { start, harness } = stage;
    const mend = harness.deny();
    const one = await start('one');
    await harness.until(() => one.readings.length > 0, 'a reading');
    const reading = told(one);
    assert.equal(reading?.kind === 'unknown' && reading.why, 'denied', JSON.stringify(reading));
    assert.match(reading?.kind === 'unknown' ? reading.detail : '', /get.*leases/);
    await harness.passOneLease();
    assert.deepEqual([one.terms.length, one.readings.length], [0, 1]);
    mend();
    await harness.until(() => isLeading(one), 'an election');
  });

  contract('the Lease is deleted under a leader: somebody leads, never two', async (stage) => {
    const { start, harness, live } = stage;
    const one = await start('one');
    await harness.until(() => isLeading(one), 'an election');
    await start('other');
    await harness.deleteLease();
    await harness.passOneLease();
    await harness.until(() => live() === 1, 'a leader');
  });
}
