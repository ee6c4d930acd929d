/** What every Evictor port must do, held against the real one over HTTP and against a fake alike. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Holder } from '../../src/domain/holder.ts';
import { instant } from '../../src/domain/time.ts';
import type { EvictionOrder, Evictor } from '../../src/ports/evictor.ts';

export type EvictorHarness = {
  readonly evictor: Evictor;
  /** A running holder of team-a/etl. */
  readonly create: (name: string) => Promise<Holder>;
  readonly remove: (holder: Holder) => Promise<void>;
  readonly stateOf: (holder: Holder) => 'running' | 'terminating' | 'gone';
  /** A PodDisruptionBudget of this name that allows no disruption of any pod of team-a. */
  readonly protect: (budget: string) => Promise<void>;
  readonly forbid: () => Promise<void>;
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

export function evictorContract(subject: string, start: (t: TestContext) => Promise<EvictorHarness>): void {
  const contract = (what: string, body: (harness: EvictorHarness) => Promise<void>): void => {
    test(`${subject}: ${what}`, async (t) => {
      await body(await start(t));
    });
  };

  contract('the pod that is named is evicted, and no other', async ({ evictor, create, stateOf }) => {
    const [one, other] = [await create('one'), await create('other')];
    assert.deepEqual(await evictor.evict(order(one), never), { kind: 'evicted' });
    assert.notEqual(stateOf(one), 'running');
    assert.equal(stateOf(other), 'running');
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
    assert.equal(stateOf(second), 'running');
  });

  contract('a budget blocks it and is named', async ({ evictor, create, protect, stateOf }) => {
    const holder = await create('one');
    await protect('guard');
    const outcome = await evictor.evict(order(holder), never);
    assert.deepEqual(outcome.kind === 'blocked' && outcome.by, ['guard'], JSON.stringify(outcome));
    assert.equal(stateOf(holder), 'running');
  });

  contract('two budgets on one pod block it too', async ({ evictor, create, protect, stateOf }) => {
    const holder = await create('one');
    await protect('guard');
    await protect('second');
    assert.equal((await evictor.evict(order(holder), never)).kind, 'blocked');
    assert.equal(stateOf(holder), 'running');
  });

  contract('a missing permission is named', async ({ evictor, create, forbid, stateOf }) => {
    const holder = await create('one');
    await forbid();
    const outcome = await evictor.evict(order(holder), never);
    assert.match(outcome.kind === 'forbidden' ? outcome.detail : outcome.kind, /create.*pods\/eviction/);
    assert.equal(stateOf(holder), 'running');
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
    assert.equal(stateOf(holder), 'running');
  });
}
