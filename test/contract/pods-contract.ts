/** What every Pods port must do, held against the real view over HTTP and against a fake alike. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Identity } from '../../src/domain/identity.ts';
import type { PodUid } from '../../src/domain/holder.ts';
import type { Pods } from '../../src/ports/pods.ts';

export type ContractPod = {
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string;
  /** Whether it carries the token volume. Default: yes. */
  readonly holds?: boolean;
};

export type PodsHarness = {
  readonly pods: Pods;
  /** The uid that the cluster gave it. */
  readonly create: (pod: ContractPod) => Promise<PodUid>;
  readonly remove: (namespace: string, name: string) => Promise<void>;
  /** Gives it a deletionTimestamp. */
  readonly terminate: (namespace: string, name: string) => Promise<void>;
  readonly finish: (namespace: string, name: string) => Promise<void>;
  /** Breaks the connection in a way that forgets what happened meanwhile, where there is one. */
  readonly disturb: () => Promise<void>;
  /** Resolved when it is so; rejected when it does not come true. */
  readonly until: (isSo: () => boolean) => Promise<void>;
};

/** `namespace` is where it all happens. */
export function podsContract(
  subject: string,
  start: (t: TestContext) => Promise<PodsHarness>,
  namespace = 'team-a',
): void {
  const ETL = `${namespace}/etl` as Identity;
  const etl = (name: string): ContractPod => ({ namespace, name, serviceAccount: 'etl' });
  const contract = (what: string, body: (harness: PodsHarness & Run) => Promise<void>): void => {
    test(`${subject}: ${what}`, async (t) => {
      const harness = await start(t);
      const stopped = new AbortController();
      const changed: Identity[] = [];
      let running: Promise<void> | undefined;
      const run = async (): Promise<void> => {
        running = harness.pods.run(
          { changed: (identity) => changed.push(identity), unreadable: () => undefined },
          stopped.signal,
        );
        await harness.until(() => harness.pods.freshness().kind === 'synced');
      };
      const stop = async (): Promise<void> => {
        stopped.abort();
        await running;
      };
      t.after(stop);
      await body({ ...harness, run, stop, changed });
    });
  };

  contract('before it runs nothing may be concluded from it', async ({ pods, create }) => {
    await create(etl('a'));
    assert.equal(pods.freshness().kind, 'unsynced');
  });

  contract('it shows the holders that were there before, and no other pod', async (harness) => {
    const uid = await harness.create(etl('a'));
    await harness.create({ ...etl('plain'), holds: false });
    await harness.create({ ...etl('b'), serviceAccount: 'web' });
    await harness.run();
    const [holder] = harness.pods.holdersOf(ETL);
    assert.equal(harness.pods.holdersOf(ETL).length, 1);
    assert.equal(holder?.uid, uid);
    assert.equal(holder?.identity, ETL);
    assert.equal(holder?.finished, false);
    assert.equal(holder?.terminating, undefined);
    assert.deepEqual(harness.pods.holder(uid), holder);
    assert.deepEqual([...harness.pods.identities()].sort(), [ETL, `${namespace}/web`]);
    assert.deepEqual(harness.pods.unreadable(), []);
  });

  contract('it follows what appears, changes and goes, and tells each identity', async (harness) => {
    await harness.run();
    const { pods, changed } = harness;
    const uid = await harness.create(etl('a'));
    await harness.until(() => pods.holder(uid) !== undefined && changed.length >= 1);
    await harness.finish(namespace, 'a');
    await harness.until(() => pods.holder(uid)?.finished === true && changed.length >= 2);
    await harness.terminate(namespace, 'a');
    await harness.until(() => pods.holder(uid)?.terminating !== undefined && changed.length >= 3);
    await harness.remove(namespace, 'a');
    await harness.until(() => pods.holder(uid) === undefined && changed.length >= 4);
    assert.deepEqual(pods.holdersOf(ETL), []);
    assert.deepEqual([...pods.identities()], []);
    assert.deepEqual(new Set(changed), new Set([ETL]));
  });

  contract('holders are ordered by uid', async (harness) => {
    for (const name of ['c', 'a', 'b', 'd']) await harness.create(etl(name));
    await harness.run();
    const uids = harness.pods.holdersOf(ETL).map((holder) => holder.uid);
    assert.equal(uids.length, 4);
    assert.deepEqual(uids, [...uids].sort());
  });

  contract('a pod of the same name is another holder', async (harness) => {
    await harness.run();
    const first = await harness.create(etl('db-0'));
    await harness.until(() => harness.pods.holder(first) !== undefined);
    await harness.remove(namespace, 'db-0');
    const second = await harness.create(etl('db-0'));
    await harness.until(() => harness.pods.holder(second) !== undefined);
    assert.notEqual(first, second);
    assert.equal(harness.pods.holder(first), undefined);
    assert.equal(harness.pods.holdersOf(ETL).length, 1);
  });

  contract('whatever happens to the connection, it finds what came and what went', async (harness) => {
    const gone = await harness.create(etl('gone'));
    const stays = await harness.create(etl('stays'));
    await harness.run();
    await harness.disturb();
    await harness.remove(namespace, 'gone');
    const late = await harness.create(etl('late'));
    await harness.until(
      () => harness.pods.holder(gone) === undefined && harness.pods.holder(late) !== undefined,
    );
    assert.notEqual(harness.pods.holder(stays), undefined);
    assert.ok(harness.changed.length >= 3);
  });

  contract('it ends with its signal, and what it showed stands', async (harness) => {
    const uid = await harness.create(etl('a'));
    await harness.run();
    await harness.stop();
    assert.notEqual(harness.pods.holder(uid), undefined);
  });
}

type Run = {
  /** Resolved when the view is synced. */
  readonly run: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly changed: readonly Identity[];
};
