/** What every Evictor port must do, held against the real one over HTTP and against a fake alike. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Holder } from '../../src/domain/holder.ts';
import type { Duration } from '../../src/domain/time.ts';
import { instant, milliseconds, seconds } from '../../src/domain/time.ts';
import type { EvictionOrder, Evictor } from '../../src/ports/evictor.ts';

type Soon<T> = T | Promise<T>;

export type EvictorHarness = {
  readonly evictor: Evictor;
  /** A running holder. */
  readonly create: (name: string) => Promise<Holder>;
  readonly remove: (holder: Holder) => Promise<void>;
  readonly stateOf: (holder: Holder) => Soon<'running' | 'terminating' | 'gone'>;
  /** A PodDisruptionBudget of this name that allows no disruption of any of these pods. */
  readonly protect: (budget: string) => Promise<void>;
  /** How many seconds a terminating pod was given. */
  readonly graceOf: (holder: Holder) => Soon<number | undefined>;
  readonly forbid: () => Promise<void>;
  readonly forbidForce: () => Promise<void>;
  /** From now on nothing answers any more. */
  readonly disconnect: () => Promise<void>;
};

function order(holder: Holder): EvictionOrder {
  return {
    holder,
    reason: 'deleted',
    revocation: {
      identity: holder.identity,
      cause: 'deleted',
      stage: 'confirmed',
      association: undefined,
      grant: undefined,
      isPresumed: false,
      deadline: undefined,
      end: undefined,
      source: 'list',
      evidence: undefined,
      suspectedAt: instant(0),
      settlingSince: undefined,
      confirmedAt: undefined,
      clearSince: undefined,
      closedAt: undefined,
      found: 0,
      evicted: 0,
    },
  };
}

const never = new AbortController().signal;

type Forced = EvictionOrder & { readonly grace: Duration };

function forced(holder: Holder, grace: Duration): Forced {
  return { ...order(holder), grace };
}

type Contract = (what: string, body: (harness: EvictorHarness) => Promise<void>) => void;

export function evictorContract(subject: string, start: (t: TestContext) => Promise<EvictorHarness>): void {
  const contract: Contract = (what, body) => {
    test(`${subject}: ${what}`, async (t) => {
      await body(await start(t));
    });
  };

  evicting(contract);
  forcing(contract);
}

function evicting(contract: Contract): void {
  contract('the pod that is named is evicted, and no other', async ({ evictor, create, stateOf }) => {
    const [one, other] = [await create('one'), await create('other')];
    assert.deepEqual(await evictor.evict(order(one), never), { kind: 'evicted' });
    assert.notEqual(await stateOf(one), 'running');
    assert.equal(await stateOf(other), 'running');
  });

  contract('a pod that is gone is already gone', async ({ evictor, create, remove }) => {
    const holder = await create('one');
    await remove(holder);
    assert.deepEqual(await evictor.evict(order(holder), never), { kind: 'already-gone' });
  });

  contract('another pod of the same name is left alone', async ({ evictor, create, remove, stateOf }) => {
    const first = await create('db-0');
    await remove(first);
    const second = await create('db-0');
    assert.deepEqual(await evictor.evict(order(first), never), { kind: 'replaced' });
    assert.equal(await stateOf(second), 'running');
  });

  contract('a budget blocks it and is named', async ({ evictor, create, protect, stateOf }) => {
    const holder = await create('one');
    await protect('guard');
    const outcome = await evictor.evict(order(holder), never);
    assert.deepEqual(outcome.kind === 'blocked' && outcome.by, ['guard'], JSON.stringify(outcome));
    assert.equal(await stateOf(holder), 'running');
  });

  contract(
    'two budgets on one pod block it too, and both are named',
    async ({ evictor, create, protect, stateOf }) => {
      const holder = await create('one');
      await protect('guard');
      await protect('second');
      const outcome = await evictor.evict(order(holder), never);
      assert.deepEqual(
        outcome.kind === 'blocked' && outcome.by,
        ['guard', 'second'],
        JSON.stringify(outcome),
      );
      assert.equal(await stateOf(holder), 'running');
    },
  );

  contract('a missing permission is named', async ({ evictor, create, forbid, stateOf }) => {
    const holder = await create('one');
    await forbid();
    const outcome = await evictor.evict(order(holder), never);
    assert.match(outcome.kind === 'forbidden' ? outcome.detail : outcome.kind, /create.*pods\/eviction/);
    assert.equal(await stateOf(holder), 'running');
  });

  contract('no answer is unreachable', async ({ evictor, create, disconnect }) => {
    const holder = await create('one');
    await disconnect();
    assert.equal((await evictor.evict(order(holder), never)).kind, 'unreachable');
  });

  contract('an aborted signal rejects with its reason', async ({ evictor, create, stateOf }) => {
    const holder = await create('one');
    const stop = new AbortController();
    const reason = new Error('over');
    stop.abort(reason);
    await assert.rejects(evictor.evict(order(holder), stop.signal), reason);
    assert.equal(await stateOf(holder), 'running');
  });

  contract('a pod is given no longer than the order says', async ({ evictor, create, graceOf }) => {
    const [one, other] = [await create('one'), await create('other')];
    assert.deepEqual(await evictor.evict(forced(one, seconds(5)), never), { kind: 'evicted' });
    assert.deepEqual(await evictor.evict(order(other), never), { kind: 'evicted' });
    assert.equal(await graceOf(one), 5);
    assert.ok(((await graceOf(other)) ?? 0) > 5);
  });
}

function forcing(contract: Contract): void {
  contract('forced: the pod that is named goes within the grace, and no other', async (harness) => {
    const { evictor, create, stateOf, graceOf } = harness;
    const [one, other] = [await create('one'), await create('other')];
    assert.deepEqual(await evictor.force(forced(one, seconds(3)), never), { kind: 'evicted' });
    assert.equal(await stateOf(one), 'terminating');
    assert.equal(await graceOf(one), 3);
    assert.equal(await stateOf(other), 'running');
  });

  contract('forced: no budget stands in the way', async ({ evictor, create, protect, stateOf }) => {
    const holder = await create('one');
    await protect('guard');
    assert.equal((await evictor.evict(order(holder), never)).kind, 'blocked');
    assert.deepEqual(await evictor.force(forced(holder, seconds(3)), never), { kind: 'evicted' });
    assert.notEqual(await stateOf(holder), 'running');
  });

  contract('forced: a pod that is terminating is shortened, never lengthened', async (harness) => {
    const { evictor, create, graceOf } = harness;
    const holder = await create('one');
    await evictor.evict(forced(holder, seconds(20)), never);
    assert.equal(await graceOf(holder), 20);
    assert.deepEqual(await evictor.force(forced(holder, seconds(2)), never), { kind: 'evicted' });
    assert.equal(await graceOf(holder), 2);
    assert.deepEqual(await evictor.force(forced(holder, seconds(9)), never), { kind: 'evicted' });
    assert.equal(await graceOf(holder), 2);
  });

  contract('forced: the object is never removed at once, whatever the grace', async (harness) => {
    const { evictor, create, stateOf, graceOf } = harness;
    for (const grace of [0, -5000, 400, Number.NaN]) {
      const holder = await create(`pod-${String(grace).toLowerCase()}`);
      await evictor.force(forced(holder, milliseconds(grace)), never);
      assert.equal(await stateOf(holder), 'terminating', String(grace));
      assert.equal(await graceOf(holder), 1, String(grace));
    }
  });

  contract('forced: a pod that is gone is already gone', async ({ evictor, create, remove }) => {
    const holder = await create('one');
    await remove(holder);
    assert.deepEqual(await evictor.force(forced(holder, seconds(3)), never), { kind: 'already-gone' });
  });

  contract('forced: another pod of the same name is left alone', async (harness) => {
    const { evictor, create, remove, stateOf } = harness;
    const first = await create('db-0');
    await remove(first);
    const second = await create('db-0');
    assert.deepEqual(await evictor.force(forced(first, seconds(3)), never), { kind: 'replaced' });
    assert.equal(await stateOf(second), 'running');
  });

  contract('forced: a missing permission is named', async ({ evictor, create, forbidForce, stateOf }) => {
    const holder = await create('one');
    await forbidForce();
    const outcome = await evictor.force(forced(holder, seconds(3)), never);
    assert.match(outcome.kind === 'forbidden' ? outcome.detail : outcome.kind, /delete.*pods/);
    assert.equal(await stateOf(holder), 'running');
  });

  contract('forced: no answer is unreachable', async ({ evictor, create, disconnect }) => {
    const holder = await create('one');
    await disconnect();
    assert.equal((await evictor.force(forced(holder, seconds(3)), never)).kind, 'unreachable');
  });

  contract('forced: an aborted signal rejects with its reason', async ({ evictor, create, stateOf }) => {
    const holder = await create('one');
    const reason = new Error('over');
    await assert.rejects(evictor.force(forced(holder, seconds(3)), AbortSignal.abort(reason)), reason);
    assert.equal(await stateOf(holder), 'running');
  });
}
