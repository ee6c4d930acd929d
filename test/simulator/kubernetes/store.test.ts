/** Tests of the simulated cluster's state: revisions, conflicts, order of events, history. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../simulator/clock.ts';
import { Store, StoreError, type StoreEvent } from '../../../simulator/kubernetes/store.ts';
import { podDraft, START } from './support.ts';

function newStore(historyLength = 100): Store {
  return new Store(new ManualClock(START), historyLength);
}

test('the server gives uid, revision and a creation time cut to whole seconds', () => {
  const store = newStore();
  const pod = store.create('pods', podDraft('a'));
  assert.match(pod.metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(pod.metadata.creationTimestamp, '2026-11-24T12:00:00Z');
  assert.equal(Number(pod.metadata.resourceVersion), store.revision);
});

test('one counter goes up over all resources', () => {
  const store = newStore();
  const first = store.create('pods', podDraft('a'));
  const second = store.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } });
  assert.equal(Number(second.metadata.resourceVersion), Number(first.metadata.resourceVersion) + 1);
});

test('a recreated object has another uid', () => {
  const store = newStore();
  const first = store.create('pods', podDraft('a'));
  store.remove('pods', 'default', 'a');
  assert.notEqual(store.create('pods', podDraft('a')).metadata.uid, first.metadata.uid);
});

test('replace refuses an old revision, keeps what the server owns, and does nothing where nothing differs', () => {
  const store = newStore();
  const pod = store.create('pods', podDraft('a'));
  const changed = store.replace('pods', {
    ...pod,
    metadata: { ...pod.metadata, uid: 'forged', labels: { x: 'y' } },
  });
  assert.equal(changed.metadata.uid, pod.metadata.uid);
  assert.throws(
    () => store.replace('pods', pod),
    (error) => error instanceof StoreError && error.code === 'conflict',
  );
  const revision = store.revision;
  assert.equal(store.replace('pods', changed), changed);
  assert.equal(store.revision, revision);
});

test('what is stored can not be changed from outside', () => {
  const store = newStore();
  const draft = { ...podDraft('a'), data: { key: 'before' } };
  const pod = store.create('pods', draft);
  draft.data.key = 'after';
  assert.deepEqual(pod['data'], { key: 'before' });
  assert.throws(() => Object.assign(pod.metadata, { name: 'b' }), TypeError);
});

test('a listener that changes the store does not put later events before earlier ones', () => {
  const store = newStore();
  const seen: string[] = [];
  store.subscribe('pods', ({ object, type }) => {
    if (type === 'ADDED') store.replace('pods', { ...object, status: { phase: 'Running' } });
  });
  store.subscribe('pods', ({ revision, type }) => seen.push(`${type} ${revision}`));
  store.create('pods', { ...podDraft('a'), status: {} });
  assert.deepEqual(seen, [`ADDED ${store.revision - 1}`, `MODIFIED ${store.revision}`]);
});

test('a deleted object carries the revision of its deletion', () => {
  const store = newStore();
  const events: StoreEvent[] = [];
  const unsubscribe = store.subscribe('pods', (event) => events.push(event));
  store.create('pods', podDraft('a'));
  store.remove('pods', 'default', 'a');
  unsubscribe();
  store.create('pods', podDraft('b'));
  assert.deepEqual(
    events.map(({ object, type }) => [type, object.metadata.resourceVersion]),
    [
      ['ADDED', String(store.revision - 2)],
      ['DELETED', String(store.revision - 1)],
    ],
  );
});

test('the history is bounded; within it any past state can be told', () => {
  const store = newStore(3);
  const first = store.create('pods', podDraft('a'));
  const atFirst = store.revision;
  store.create('pods', podDraft('b'));
  store.replace('pods', { ...first, status: { phase: 'Failed' } });
  store.remove('pods', 'default', 'a');
  assert.deepEqual(store.objectsAt('pods', atFirst), [first]);
  assert.equal(store.eventsAfter('pods', atFirst)?.length, 3);
  store.create('pods', podDraft('c'));
  assert.equal(store.eventsAfter('pods', atFirst), undefined);
  assert.equal(store.objectsAt('pods', atFirst), undefined);
  store.forgetHistory();
  assert.equal(store.eventsAfter('pods', store.revision - 1), undefined);
  assert.deepEqual(store.eventsAfter('pods', store.revision), []);
});

test('lists are in the order of namespace and name', () => {
  const store = newStore();
  for (const name of ['b', 'a', 'c']) store.create('pods', podDraft(name));
  store.create('pods', { ...podDraft('z'), metadata: { name: 'z', namespace: 'aaa' } });
  assert.deepEqual(
    store.list('pods').map(({ metadata }) => metadata.name),
    ['z', 'a', 'b', 'c'],
  );
});
