/** The fake cluster of the simulation tests keeps the contracts of its ports. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { PodUid } from '../../src/domain/holder.ts';
import { between, milliseconds, minutes } from '../../src/domain/time.ts';
import { at, identity } from '../support/builders.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import type { EvictorHarness } from './evictor-contract.ts';
import { evictorContract } from './evictor-contract.ts';
import type { PodsHarness } from './pods-contract.ts';
import { podsContract } from './pods-contract.ts';

const ETL = identity('team-a/etl');

function fake(t: TestContext): { readonly cluster: FakeCluster; readonly clock: SteppedClock } {
  const clock = new SteppedClock(at(0));
  const ending = new AbortController();
  t.after(() => ending.abort(new Error('the test is over')));
  const cluster = new FakeCluster(clock, ending.signal);
  cluster.grace = minutes(1);
  return { cluster, clock };
}

function uidOf(cluster: FakeCluster, namespace: string, name: string): PodUid {
  const found = cluster.running().find((pod) => pod.namespace === namespace && pod.name === name);
  assert.ok(found !== undefined);
  return found.uid;
}

podsContract('fake cluster', async (t): Promise<PodsHarness> => {
  const { cluster, clock } = fake(t);
  return {
    pods: cluster,
    // A pod without the token volume is no holder: the fake has only holders.
    create: async ({ namespace, name, serviceAccount, holds = true }) =>
      holds ? cluster.start(identity(`${namespace}/${serviceAccount}`), { name }).uid : cluster.nobody(),
    remove: async (namespace, name) => cluster.remove(uidOf(cluster, namespace, name)),
    terminate: async (namespace, name) => cluster.terminate(uidOf(cluster, namespace, name)),
    finish: async (_namespace, name) => cluster.finish(name),
    disturb: async () => {
      cluster.watchLag = milliseconds(500);
    },
    until: async (isSo) => {
      for (let n = 0; n < 20 && !isSo(); n += 1) await clock.advance(milliseconds(100));
      assert.ok(isSo());
    },
  };
});

evictorContract('fake cluster', async (t): Promise<EvictorHarness> => {
  const { cluster, clock } = fake(t);
  const budgets: string[] = [];
  return {
    evictor: cluster,
    create: async (name) => cluster.start(ETL, { name }),
    remove: async ({ uid }) => cluster.remove(uid),
    stateOf: ({ uid }) => {
      const found = cluster.running().find((pod) => pod.uid === uid);
      if (found === undefined) return 'gone';
      return found.terminating === undefined ? 'running' : 'terminating';
    },
    graceOf: ({ uid }) => {
      const due = cluster.holder(uid)?.terminating;
      return due === undefined ? undefined : between(clock.now(), due) / 1000;
    },
    protect: async (budget) => {
      budgets.push(budget);
      cluster.answer = { kind: 'blocked', by: [...budgets], detail: '', retryAfter: undefined };
    },
    forbid: async () => {
      cluster.answer = { kind: 'forbidden', detail: 'grant the verb create on pods/eviction' };
    },
    forbidForce: async () => {
      cluster.forcedAnswer = { kind: 'forbidden', detail: 'grant the verb delete on pods' };
    },
    disconnect: async () => {
      cluster.forcedAnswer = { kind: 'unreachable', detail: 'no answer' };
      cluster.answer = { kind: 'unreachable', detail: 'no answer' };
    },
  };
});
