/** A complete list takes the place of the old view without holding the event loop. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breath } from '../../../src/adapters/kubernetes/breath.ts';
import { HolderStore } from '../../../src/adapters/kubernetes/holder-store.ts';
import { HolderTable } from '../../../src/adapters/kubernetes/holder-table.ts';
import { rawPod } from './support.ts';

const HOLDERS = 2000;
const PORTION = 50;

type Told = { readonly changed: string[]; readonly unreadable: unknown[] };

function listenerOn({ changed, unreadable }: Told) {
  return {
    changed: (identity: string): void => void changed.push(identity),
    unreadable: (pod: unknown): void => void unreadable.push(pod),
  };
}

const pod = (n: number, version = 1): object =>
  rawPod({ name: `p-${n}`, uid: `uid-${n}`, version: String(version), serviceAccount: `tenant-${n % 100}` });

test('a new list of many holders is taken over in portions, shown at once, and told without a false word', async () => {
  const told: Told = { changed: [], unreadable: [] };
  const listener = listenerOn(told);
  const store = new HolderStore([]);
  for (let n = 0; n < HOLDERS; n += 1) store.present(pod(n), listener);
  told.changed.length = 0;
  const next = new HolderTable();
  for (let n = 1; n <= HOLDERS; n += 1) store.gather(next, pod(n));
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const replacing = store.replace(next, listener, new Breath(PORTION));
  assert.equal(store.table.get('uid-0'), undefined, 'shown at once');
  assert.equal(store.table.get(`uid-${HOLDERS}`)?.holder.name, `p-${HOLDERS}`);
  await replacing;
  isOver = true;
  assert.ok(turns >= (2 * HOLDERS) / PORTION - 2, `only ${turns} turns of the event loop`);
  assert.deepEqual(told.changed, ['team-a/tenant-0'], 'one went and one came, both of one identity');
  store.present(pod(0), listener);
  assert.equal(store.table.get('uid-0'), undefined, 'what is late does not bring it back');
});

test('what a list finds unchanged is not held twice, and what has changed is seen, with or without a version', () => {
  const told: Told = { changed: [], unreadable: [] };
  const store = new HolderStore([]);
  store.present(pod(1), listenerOn(told));
  store.present(pod(2), listenerOn(told));
  const next = new HolderTable();
  store.gather(next, pod(1));
  store.gather(next, rawPod({ name: 'p-2', uid: 'uid-2', version: '2', status: { phase: 'Failed' } }));
  assert.equal(next.get('uid-1'), store.table.get('uid-1'));
  assert.equal(next.get('uid-2')?.holder.finished, true);
  const nameless = rawPod({
    name: 'p-1',
    uid: 'uid-1',
    metadata: { resourceVersion: '' },
    status: { phase: 'Failed' },
  });
  store.gather(next, nameless);
  assert.equal(next.get('uid-1')?.holder.finished, true);
});

test('a change that changes no fact carries the version on and is not told', () => {
  const told: Told = { changed: [], unreadable: [] };
  const store = new HolderStore([]);
  store.present(pod(1, 5), listenerOn(told));
  const before = store.table.get('uid-1')?.holder;
  store.present(pod(1, 9), listenerOn(told));
  assert.equal(store.table.get('uid-1')?.version, '9');
  assert.equal(store.table.get('uid-1')?.holder, before);
  assert.equal(told.changed.length, 1);
  store.present(
    rawPod({ name: 'p-1', uid: 'uid-1', version: '7', status: { phase: 'Failed' } }),
    listenerOn(told),
  );
  assert.equal(store.table.get('uid-1')?.holder.finished, false, 'an older state is passed over');
});

test('the holders of an identity are put in order once, and again when one comes, changes or goes', () => {
  const table = new HolderTable();
  const store = new HolderStore([]);
  for (const n of [200, 100, 300]) store.gather(table, pod(n));
  const identity = table.get('uid-100')?.holder.identity;
  assert.ok(identity !== undefined);
  const uids = (): readonly string[] => table.holdersOf(identity).map(({ uid }) => uid);
  const first = table.holdersOf(identity);
  assert.deepEqual(uids(), ['uid-100', 'uid-200', 'uid-300']);
  store.gather(table, pod(1));
  table.renew('uid-200', '7');
  assert.equal(table.holdersOf(identity), first, 'what does not concern it costs it nothing');
  store.gather(table, pod(0));
  assert.deepEqual(uids(), ['uid-0', 'uid-100', 'uid-200', 'uid-300']);
  table.remove('uid-200');
  assert.deepEqual(uids(), ['uid-0', 'uid-100', 'uid-300']);
  store.gather(
    table,
    rawPod({
      name: 'p-300',
      uid: 'uid-300',
      version: '2',
      serviceAccount: 'tenant-0',
      status: { phase: 'Failed' },
    }),
  );
  assert.equal(table.holdersOf(identity).at(-1)?.finished, true);
  for (const uid of ['uid-0', 'uid-100', 'uid-300']) table.remove(uid);
  assert.deepEqual(uids(), []);
});
