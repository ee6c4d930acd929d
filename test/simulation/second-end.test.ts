/** A second grant of an identity ends while the revocation of the first is still held open by a pod that is blocked. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../src/domain/outcome.ts';
import { after, between, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant } from '../support/builders.ts';
import { ETL, LONG_AGO } from './busy.ts';
import type { Settings } from './world.ts';
import { twoReplicas } from './two-replicas.ts';
import { World } from './world.ts';

const BLOCKED: Outcome = { kind: 'blocked', by: ['mallory-budget'], detail: 'no', retryAfter: undefined };

/** `old` holds the first grant, is blocked, and its revocation is confirmed; `young` began long after, under the second. */
async function blockedOld(settings: Settings): Promise<World> {
  const world = new World({ pollInterval: seconds(1), ...settings });
  world.cluster.answer = BLOCKED;
  const first = world.eks.create(ETL, grant('first'), LONG_AGO);
  world.cluster.start(ETL, { name: 'old', start: at(-3600) });
  world.startDaemon();
  await world.pass(minutes(1));
  world.eks.update(first.id, grant('second'));
  await world.pass(minutes(3));
  assert.ok(
    world.cluster.evictions.some(({ order }) => order.holder.name === 'old'),
    'old is asked to go',
  );
  world.cluster.start(ETL, { name: 'young' });
  await world.pass(minutes(2));
  assert.deepEqual(asked(world, 'young'), []);
  return world;
}

function asked(world: World, name: string): readonly unknown[] {
  return world.cluster.evictions.filter(({ order }) => order.holder.name === name);
}

test('deleted and recreated within the settle time: it costs nobody a restart, whoever else is blocked', async () => {
  await using world = await blockedOld({});
  world.eks.delete(ETL);
  await world.pass(seconds(10));
  world.eks.create(ETL, grant('second'));
  await world.pass(minutes(5));
  assert.deepEqual(asked(world, 'young'), []);
  assert.ok(asked(world, 'old').length > 2, 'old is still asked to go');
});

test('the second end has a settle time of its own', async () => {
  await using world = await blockedOld({});
  world.eks.delete(ETL);
  const ended = world.clock.now();
  while (asked(world, 'young').length === 0) await world.pass(seconds(1));
  assert.ok(between(ended, world.clock.now()) >= seconds(15), `${between(ended, world.clock.now())} ms`);
});

test('force comes at the deadline of the end that concerns the pod', async () => {
  await using world = await blockedOld({ policy: { force: true } });
  world.eks.delete(ETL);
  const ended = world.clock.now();
  const due = after(ended, minutes(14.5));
  while (world.clock.now() < after(ended, minutes(20))) await world.pass(seconds(1));
  const [young, ...others] = world.cluster.forced.filter(({ order }) => order.holder.name === 'young');
  assert.ok(young !== undefined && others.length === 0);
  assert.ok(young.at >= due, `forced ${between(young.at, due)} ms too early`);
});

test('whoever takes over the lead does not take the deadline of an earlier end for that of a later one', async () => {
  const scene = await twoReplicas({ policy: { force: true } }, 1);
  await using world = scene.world;
  const { shelf } = scene.replicas;
  const id = scene.one.deps.ledger.find(ETL)?.history.spans.at(-1)?.id;
  assert.ok(id !== undefined);
  world.cluster.answer = BLOCKED;
  world.eks.update(id, grant('second'));
  await world.pass(minutes(2));
  // The ledger knows of the first end only: what the leader learns from now on it can't write.
  shelf.failingSave = 'unreachable';
  for (const { uid, identity } of world.cluster.running()) if (identity === ETL) world.cluster.remove(uid);
  await world.pass(minutes(2));
  world.cluster.start(ETL, { name: 'young' });
  await world.pass(minutes(5));
  world.eks.update(id, grant('third'));
  const ended = world.clock.now();
  await world.pass(minutes(1));
  assert.equal(scene.two.deps.ledger.find(ETL)?.revocation?.stage, 'confirmed', 'the standby follows it too');
  shelf.failingSave = undefined;
  scene.one.leadership.isCutOff = true;
  while (world.clock.now() < after(ended, minutes(20))) await world.pass(seconds(1));
  assert.ok(scene.replicas.actors().includes('two'));
  const due = after(ended, minutes(14.5));
  const [young] = world.cluster.forced;
  assert.ok(young !== undefined);
  assert.ok(young.at >= due, `forced ${between(young.at, due)} ms too early`);
});
