/** What is asked of the API server to keep the ledger: method, path and body, and where nothing is asked at all. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { kubernetesLedgerStore } from '../../../src/adapters/kubernetes/ledger-store.ts';
import { seconds } from '../../../src/domain/time.ts';
import type { LedgerStore } from '../../../src/ports/ledger-store.ts';
import { document } from '../../contract/ledger-contract.ts';
import type { Script } from '../../support/scripted-api-server.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import type { World } from './support.ts';
import { never, status, stepUntil, until, worldOn } from './support.ts';

const NAME = 'revoker-ledger';
const PATH = `/api/v1/namespaces/revoker/configmaps`;
const ABSENT = status(404, 'NotFound', `configmaps "${NAME}" not found`, { name: NAME, kind: 'configmaps' });

type Sent = {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly binaryData: Readonly<Record<string, string>>;
};

function configMap(version: string, more: object = {}): object {
  const metadata = { name: NAME, namespace: 'revoker', resourceVersion: version, uid: 'uid-1', ...more };
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata, binaryData: { ledger: '' } };
}

/** Answers as an API server that takes every write, from `before` on. */
function taking(before: object | undefined): Script {
  let version = 10;
  let kept = before;
  return (asked, response) => {
    if (asked.method !== 'GET') {
      version += 1;
      const given = JSON.parse(asked.body) as Sent;
      kept = { ...given, metadata: { ...given.metadata, resourceVersion: String(version) } };
    }
    if (kept === undefined) sendJson(response, 404, ABSENT);
    else sendJson(response, asked.method === 'POST' ? 201 : 200, kept);
  };
}

async function storeOn(t: TestContext, script: Script): Promise<World & { readonly store: LedgerStore }> {
  const world = await worldOn(t, script);
  const options = { namespace: 'revoker', name: NAME, clock: world.clock };
  return { ...world, store: kubernetesLedgerStore(world.client, options) };
}

function sent(world: World, index: number): Sent {
  return JSON.parse(world.server.asked[index]?.body ?? '') as Sent;
}

function unfolded(given: Sent): unknown {
  return JSON.parse(gunzipSync(Buffer.from(given.binaryData['ledger'] ?? '', 'base64')).toString('utf8'));
}

test('it is read, created with its labels, and replaced at its resourceVersion', async (t) => {
  const world = await storeOn(t, taking(undefined));
  assert.deepEqual(await world.store.load(never), {
    kind: 'known',
    value: undefined,
    at: world.clock.now(),
  });
  assert.deepEqual(await world.store.save(document(), never), { kind: 'saved' });
  assert.deepEqual(await world.store.save(document(1), never), { kind: 'saved' });
  assert.deepEqual(
    world.server.asked.map(({ method, path, query }) => [method, path, Object.keys(query).length]),
    [
      ['GET', `${PATH}/${NAME}`, 0],
      ['POST', PATH, 0],
      ['PUT', `${PATH}/${NAME}`, 0],
    ],
  );
  const [created, replaced] = [sent(world, 1), sent(world, 2)];
  const { annotations, ...metadata } = created.metadata;
  assert.deepEqual(
    { ...created, metadata, binaryData: Object.keys(created.binaryData) },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: NAME,
        namespace: 'revoker',
        labels: { 'app.kubernetes.io/managed-by': 'pod-identity-revoker' },
      },
      binaryData: ['ledger'],
    },
  );
  assert.match(JSON.stringify(annotations), /"pod-identity-revoker\.io\/description":"The ledger of /);
  assert.deepEqual(Object.keys(unfolded(created) as object), [
    'format',
    'listedAt',
    'listedSince',
    'gaps',
    'coverage',
    'records',
  ]);
  assert.equal(replaced.metadata['resourceVersion'], '11');
  assert.deepEqual(world.traffic, [
    { verb: 'get', resource: 'configmaps', code: '404' },
    { verb: 'create', resource: 'configmaps', code: '201' },
    { verb: 'update', resource: 'configmaps', code: '200' },
  ]);
});

test('what others put on the ConfigMap is sent as it was read', async (t) => {
  const theirs = {
    labels: { team: 'platform', 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'pod-identity-revoker.io/release': 'mass-end' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Namespace', name: 'revoker', uid: 'uid-2' }],
    finalizers: ['example.com/keep'],
  };
  const before = {
    ...configMap('7', theirs),
    data: { note: 'do not delete' },
    binaryData: { other: 'AA==' },
  };
  const world = await storeOn(t, taking(before));
  const reading = await world.store.load(never);
  assert.equal(reading.kind === 'known' && reading.value, undefined, 'made in advance, it holds no ledger');
  await world.store.save(document(), never);
  await world.store.save(document(1), never);
  for (const index of [1, 2]) {
    const given = sent(world, index);
    const { annotations, ...metadata } = given.metadata;
    assert.deepEqual(metadata, {
      name: NAME,
      namespace: 'revoker',
      resourceVersion: index === 1 ? '7' : '11',
      uid: 'uid-1',
      labels: { team: 'platform', 'app.kubernetes.io/managed-by': 'pod-identity-revoker' },
      ownerReferences: theirs.ownerReferences,
      finalizers: theirs.finalizers,
    });
    assert.match(JSON.stringify(annotations), /"pod-identity-revoker\.io\/release":"mass-end"/);
    assert.deepEqual(Object.keys(given.binaryData), ['other', 'ledger']);
    assert.deepEqual('data' in given && given.data, { note: 'do not delete' });
  }
});

test('no call at all: before a load, after a conflict, over a newer version, for what can not be kept', async (t) => {
  const world = await storeOn(t, taking(undefined));
  assert.equal((await world.store.save(document(), never)).kind, 'conflict');
  assert.equal(world.server.asked.length, 0);
  await world.store.load(never);
  world.server.script = (_, response) =>
    sendJson(response, 409, status(409, 'AlreadyExists', 'already exists'));
  assert.equal((await world.store.save(document(), never)).kind, 'conflict');
  assert.equal((await world.store.save(document(), never)).kind, 'conflict');
  assert.equal(world.server.asked.length, 2);
  const ledger = gzipSync('{"format":9}').toString('base64');
  world.server.script = (_, response) =>
    sendJson(response, 200, { ...configMap('3'), binaryData: { ledger } });
  await world.store.load(never);
  assert.equal((await world.store.save(document(), never)).kind, 'refused');
  world.server.script = (_, response) => sendJson(response, 200, configMap('3'));
  await world.store.load(never);
  const [record] = document().records;
  assert.ok(record !== undefined);
  const twice = {
    listedAt: document().listedAt,
    listedSince: document().listedAt,
    gaps: [],
    coverage: undefined,
    records: [record, record],
  };
  assert.equal((await world.store.save(twice, never)).kind, 'refused');
  assert.equal(world.server.asked.length, 4);
});

test('an answer that is not the ConfigMap is malformed, and no ground for a save', async (t) => {
  const world = await storeOn(t, (_, response) => sendJson(response, 200, { login: 'please' }));
  const reading = await world.store.load(never);
  assert.match(reading.kind === 'unknown' ? reading.detail : '', /answer is not the ConfigMap revoker\//);
  assert.equal((await world.store.save(document(), never)).kind, 'conflict');
  assert.equal(world.server.asked.length, 1);
});

test('names are encoded, so that no name leads to another path', async (t) => {
  const { server, client, clock } = await worldOn(t, (_, response) => sendJson(response, 403, {}));
  await kubernetesLedgerStore(client, { namespace: 'a/../b', name: 'c?d#e', clock }).load(never);
  assert.equal(server.asked[0]?.path, '/api/v1/namespaces/a%2F..%2Fb/configmaps/c%3Fd%23e');
});

test('an abort during a save is passed on, and the save after it is a compare-and-swap like any other', async (t) => {
  const world = await storeOn(t, taking(configMap('5')));
  await world.store.load(never);
  world.server.script = () => undefined;
  const stop = new AbortController();
  const saving = world.store.save(document(), stop.signal);
  await until(() => world.server.asked.length === 2);
  const reason = new Error('over');
  stop.abort(reason);
  await assert.rejects(saving, reason);
  world.server.script = taking(configMap('5'));
  assert.equal((await world.store.save(document(1), never)).kind, 'saved');
  assert.equal(sent(world, 2).metadata['resourceVersion'], '5');
});

test('a save without an answer ends after fifteen seconds and is sent once', async (t) => {
  const world = await storeOn(t, taking(undefined));
  await world.store.load(never);
  world.server.script = () => undefined;
  const saving = world.store.save(document(), never);
  await until(() => world.server.asked.length === 2);
  await world.clock.advance(seconds(15));
  assert.deepEqual(await saving, { kind: 'unreachable', detail: 'timed-out: no answer within 15s' });
  assert.equal(world.server.asked.length, 2);
  assert.equal(world.clock.pending, 0);
});

test('a load without an answer is asked again, and then unreachable', async (t) => {
  const world = await storeOn(t, (_, response) => void response.destroy());
  let isOver = false;
  const loading = world.store.load(never).finally(() => {
    isOver = true;
  });
  const started = world.clock.now();
  await stepUntil(world.clock, () => isOver);
  const reading = await loading;
  assert.equal(reading.kind === 'unknown' && reading.why, 'unreachable');
  assert.equal(reading.at, started);
  assert.equal(world.server.asked.length, 4);
});
