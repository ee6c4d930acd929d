/** The daemon on a cluster: a revocation, a budget in the way, a pod of the same name, a watch that is cut. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWhile, until } from '../../e2e/scene.ts';
import { eventually } from '../cluster.ts';
import { asks } from '../harness.ts';
import { placeOf } from '../names.ts';
import { createPod, podsOf, protectPods, uidOf } from '../pods.ts';
import { isEviction, setStage } from '../stage.ts';

const NAMESPACE = placeOf('daemon');
const BUDGETS = `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`;
const PATIENCE = 60_000;

test('the daemon on a cluster: revocation: the holders of the ended grant are evicted by uid, nobody else', async (t) => {
  const stage = await setStage(t, NAMESPACE);
  const etl = await stage.associate('etl');
  await stage.associate('web');
  const [first, second] = [await stage.holder('etl', 'etl-0'), await stage.holder('etl', 'etl-1')];
  const other = await stage.holder('web', 'web-0');
  const plain = { namespace: NAMESPACE, name: 'plain', serviceAccount: 'etl', holds: false } as const;
  const without = uidOf(await createPod(stage.cluster, { ...plain, manner: 'running' }));
  const daemon = await stage.settledDaemon();
  await aWhile();
  assert.deepEqual(stage.evictions(), []);
  await stage.endAssociation(etl);
  await until('contained', () => daemon.said('a revocation is contained').length === 1, PATIENCE);
  await aWhile();
  assert.deepEqual([...stage.evictions()].toSorted(), ['etl-0 201', 'etl-1 201']);
  const asked = stage.front.passed.filter(isEviction).map(({ body }) => JSON.parse(body) as Eviction);
  assert.deepEqual(
    asked.map(({ deleteOptions }) => deleteOptions.preconditions.uid).toSorted(),
    [first, second].toSorted(),
  );
  assert.equal(await stage.stateOf('etl-0', first), 'gone');
  assert.equal(await stage.stateOf('etl-1', second), 'gone');
  assert.equal(await stage.stateOf('web-0', other), 'running');
  assert.equal(await stage.stateOf('plain', without), 'running');
  await eventually('an Event for each', async () => {
    const events = await stage.cluster.list(`/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`);
    return [first, second].every((uid) => events.some((event) => isOf(event, uid)));
  });
  assert.equal(await daemon.stop(), 0);
});

test('the daemon on a cluster: PDB: a budget blocks the eviction and is named; it goes on when that is gone', async (t) => {
  const stage = await setStage(t, NAMESPACE);
  const etl = await stage.associate('etl');
  const uid = await stage.holder('etl', 'etl-0');
  await protectPods(stage.cluster, { namespace: NAMESPACE, name: 'guard', app: 'etl' });
  const daemon = await stage.settledDaemon();
  await stage.endAssociation(etl);
  await until('blocked', () => daemon.lines.some(({ outcome }) => outcome === 'blocked'), PATIENCE);
  assert.match(JSON.stringify(daemon.lines.find(({ outcome }) => outcome === 'blocked')), /guard/);
  assert.equal(await stage.stateOf('etl-0', uid), 'running');
  await stage.cluster.remove(`${BUDGETS}/guard`);
  await until('contained', () => daemon.said('a revocation is contained').length === 1, PATIENCE);
  assert.equal(stage.evictions().at(-1), 'etl-0 201');
  assert.equal(await stage.stateOf('etl-0', uid), 'gone');
});

test('the daemon on a cluster: uid: a pod that takes the name between verdict and eviction survives', async (t) => {
  const stage = await setStage(t, NAMESPACE);
  const etl = await stage.associate('etl');
  const first = await stage.holder('etl', 'db-0');
  const daemon = await stage.settledDaemon();
  const release = stage.front.rule('hold', isEviction);
  await stage.endAssociation(etl);
  await until('an eviction under way', () => stage.evictions().length === 1, PATIENCE);
  // After the consistency window: a pod that started in it could hold the ended grant.
  await aWhile(2500);
  await stage.cluster.remove(`${podsOf(NAMESPACE)}/db-0`);
  const second = await stage.holder('etl', 'db-0');
  release();
  await until('an answer', () => stage.evictions()[0] === 'db-0 409', PATIENCE);
  await aWhile();
  assert.notEqual(first, second);
  assert.deepEqual(stage.evictions(), ['db-0 409']);
  assert.equal(await stage.stateOf('db-0', second), 'running');
  assert.equal(await daemon.stop(), 0);
});

test('the daemon on a cluster: watch restart: what came and went while it was blind is known again', async (t) => {
  const stage = await setStage(t, NAMESPACE);
  const etl = await stage.associate('etl');
  const stays = await stage.holder('etl', 'stays');
  await stage.holder('etl', 'gone');
  const daemon = await stage.settledDaemon();
  await until('a watch', () => stage.front.watches() > 0);
  const mend = stage.front.rule('cut', asks(['GET'], /\/pods$/));
  stage.front.cutWatches();
  await stage.cluster.remove(`${podsOf(NAMESPACE)}/gone`);
  const late = await stage.holder('etl', 'late');
  await aWhile();
  mend();
  await until('it sees again', async () => (await holderNames(daemon)).join() === 'late,stays', PATIENCE);
  await stage.endAssociation(etl);
  await until('contained', () => daemon.said('a revocation is contained').length === 1, PATIENCE);
  assert.deepEqual([...stage.evictions()].toSorted(), ['late 201', 'stays 201']);
  assert.equal(await stage.stateOf('late', late), 'gone');
  assert.equal(await stage.stateOf('stays', stays), 'gone');
});

type Eviction = { readonly deleteOptions: { readonly preconditions: { readonly uid: string } } };

function isOf(event: { readonly [field: string]: unknown }, uid: string): boolean {
  return JSON.stringify(event['regarding'] ?? {}).includes(uid);
}

async function holderNames(daemon: { get: (listener: 'statusListen', path: string) => Promise<Response> }) {
  const answer = await daemon.get('statusListen', '/api/v1/holders');
  const { holders } = (await answer.json()) as { readonly holders: readonly { readonly pod: string }[] };
  return holders.map(({ pod }) => pod).toSorted();
}
