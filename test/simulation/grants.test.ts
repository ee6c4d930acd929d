/** The whole controller, told as stories: a grant is changed, and exactly those go who may hold the old one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssociationId } from '../../src/domain/association.ts';
import type { Identity } from '../../src/domain/identity.ts';
import { between, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { busyWorld, ETL, LONG_AGO } from './busy.ts';
import { World } from './world.ts';

const ALL = ['etl-1', 'etl-2', 'etl-3'];

function idOf(world: World, of: Identity): AssociationId {
  const id = world.deps.ledger.find(of)?.history.spans.at(-1)?.id;
  assert.ok(id !== undefined);
  return id;
}

function causes(world: World): ReadonlySet<string> {
  return new Set(
    world.reports.flatMap((report) => (report.kind === 'stage' ? [report.revocation.cause] : [])),
  );
}

const CHANGES = [
  ['the role', grant('other')],
  ['a target role', grant('etl', { targetRoleArn: 'arn:aws:iam::444455556666:role/target' })],
  ['a session policy', grant('etl', { policy: '{"Statement":[]}', disableSessionTags: true })],
  ['session tags', grant('etl', { disableSessionTags: true })],
] as const;

for (const [what, changed] of CHANGES) {
  test(`changed in place (${what}): found by the rolling Describe, its holders evicted, nobody else`, async () => {
    await using world = await busyWorld();
    world.eks.update(idOf(world, ETL), changed);
    await world.rest();
    assert.deepEqual(world.evicted(), ALL);
    assert.deepEqual([...causes(world)], ['superseded']);
    assert.equal(world.stages().at(-1), 'team-a/etl contained');
  });
}

test('updated with the grant that it had: nobody is evicted', async () => {
  await using world = await busyWorld();
  world.eks.update(idOf(world, ETL), grant('etl'));
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
  assert.deepEqual(world.stages(), []);
});

test('deleted and recreated with another role: superseded', async () => {
  await using world = await busyWorld();
  world.eks.delete(ETL);
  world.eks.create(ETL, grant('other'));
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
  assert.deepEqual([...causes(world)], ['superseded']);
});

test('deleted, and recreated with another role while the end settles: the settle time goes on', async () => {
  await using world = await busyWorld();
  world.eks.delete(ETL);
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  const settlingSince = world.clock.now();
  world.eks.create(ETL, grant('other'));
  while (world.evicted().length === 0) await world.pass(seconds(1));
  assert.ok(between(settlingSince, world.clock.now()) <= seconds(17));
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
});

test('changed and changed back: the grant in between has ended as well, and anybody may have been given it', async () => {
  await using world = await busyWorld();
  const id = idOf(world, ETL);
  world.eks.update(id, grant('other'));
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  world.eks.update(id, grant('etl'));
  await world.pass(seconds(10));
  assert.deepEqual(world.evicted(), []);
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
  assert.ok(world.stages().includes('team-a/etl refuted'));
});

test('changed twice: who started under the grant in between goes too, who started later stays', async () => {
  await using world = await busyWorld({ policy: { settleTime: seconds(60) } });
  const id = idOf(world, ETL);
  world.eks.update(id, grant('second'));
  await world.pass(seconds(40));
  world.cluster.start(ETL, { name: 'between' });
  await world.pass(seconds(5));
  world.eks.update(id, grant('third'));
  await world.pass(seconds(45));
  world.cluster.start(ETL, { name: 'young' });
  await world.rest();
  assert.deepEqual([...world.evicted()].toSorted(), ['between', ...ALL]);
});

test('replacements start under the new grant and are left alone; one that is handed the old one goes once', async () => {
  await using world = await busyWorld();
  world.cluster.startReplaced(ETL, { name: 'owned', start: at(-3600) });
  world.eks.update(idOf(world, ETL), grant('other'));
  await world.rest();
  const owned = world.cluster.evictions.filter(({ order }) => !ALL.includes(order.holder.name));
  assert.ok(owned.length <= 2, `${owned.length} evictions`);
  const before = world.cluster.evictions.length;
  await world.rest();
  assert.equal(world.cluster.evictions.length, before);
});

test('deleted after it was changed: deleted is the cause, and everybody goes', async () => {
  await using world = await busyWorld({ policy: { settleTime: seconds(60) } });
  world.eks.update(idOf(world, ETL), grant('other'));
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  world.eks.delete(ETL);
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
  const last = world.reports.findLast((report) => report.kind === 'stage');
  assert.equal(last?.revocation.cause, 'deleted');
});

test('a replica that is behind shows the old grant again: it is not believed', async () => {
  await using world = await busyWorld();
  const id = idOf(world, ETL);
  world.eks.update(id, grant('other'));
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  world.eks.consistencyDelay = minutes(2);
  await world.pass(seconds(15));
  assert.deepEqual(world.evicted(), []);
  assert.ok(!world.stages().includes('team-a/etl refuted'));
  world.eks.consistencyDelay = seconds(0);
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
});

test('every grant is read again within its turn, the oldest first, and not more often than the budget allows', async () => {
  await using world = new World({ pollInterval: seconds(30), describeRate: 2 });
  for (let n = 0; n < 200; n += 1) world.eks.create(identity(`many/sa-${n}`), grant(), LONG_AGO);
  world.startDaemon();
  await world.pass(seconds(110));
  const from = world.clock.now();
  const described = (): readonly string[] =>
    world.eks.calls
      .filter(({ operation, at: when }) => operation === 'describe' && when >= from)
      .map(({ subject }) => subject);
  await world.pass(seconds(101));
  assert.equal(new Set(described()).size, 200);
  assert.ok(described().length <= 2 * 101 + 1);
  const oldest = world.daemon.describer.oldestReadAt();
  assert.ok(oldest !== undefined && between(oldest, world.clock.now()) <= seconds(102));
});

test('few grants are not read more often than they are listed', async () => {
  await using world = await busyWorld();
  const before = world.eks.calls.length;
  await world.pass(minutes(5));
  const described = world.eks.calls.slice(before).filter(({ operation }) => operation === 'describe');
  assert.ok(described.length <= 2 * 11, `${described.length}`);
});

test('an association that is gone is not described any more', async () => {
  await using world = await busyWorld();
  const id = idOf(world, ETL);
  world.eks.delete(ETL);
  await world.pass(minutes(2));
  const before = world.eks.calls.length;
  await world.pass(minutes(3));
  assert.ok(!world.eks.calls.slice(before).some(({ subject }) => subject === id));
});

test('an association whose grant a confirmation read first is read again in turn like all others', async () => {
  await using world = await busyWorld({}, (made) => {
    made.channels = [made.queue];
  });
  world.eks.delete(ETL);
  const { id } = world.eks.create(ETL, grant('etl'));
  world.queue.tell({ action: 'created', identity: ETL, association: id });
  await world.pass(minutes(3));
  world.eks.update(id, grant('other'));
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
});

for (const gap of [1, 2, 5, 20]) {
  test(`deleted, recreated with a wrong role and corrected ${gap} s later, before it was read: the holders of the old one go`, async () => {
    await using world = await busyWorld({}, (made) => {
      made.channels = [made.queue];
    });
    world.eks.delete(ETL);
    await world.pass(seconds(1));
    const { id } = world.eks.create(ETL, grant('wrong'));
    await world.pass(seconds(gap));
    world.eks.update(id, grant('right'));
    world.queue.tell({ action: 'updated', identity: ETL, association: id });
    await world.rest();
    assert.deepEqual(world.evicted(), ALL);
    assert.equal(world.stages().at(-1), 'team-a/etl contained');
  });
}

test('recreated with another role while EKS could not be read, and touched later: a pod of the new grant only stays', async () => {
  await using world = await busyWorld();
  for (const operation of ['list', 'describe', 'confirm'] as const)
    world.eks.failing.set(operation, 'failed');
  await world.pass(seconds(10));
  world.eks.delete(ETL);
  const { id } = world.eks.create(ETL, grant('other'));
  await world.pass(seconds(60));
  world.cluster.start(ETL, { name: 'new' });
  await world.pass(seconds(60));
  world.eks.update(id, grant('other'));
  world.eks.failing.clear();
  await world.rest();
  assert.deepEqual(world.evicted(), ALL);
});

for (const [what, policyOf] of [
  ['without a change', () => grant('other')],
  ['each with another policy', (n: number) => grant('other', { policy: `[${n}]`, disableSessionTags: true })],
] as const) {
  test(`a blocked holder of a changed grant and many updates more (${what}): it is not forgotten`, async () => {
    await using world = await busyWorld();
    const blocked = { kind: 'blocked', by: ['budget'], detail: '', retryAfter: undefined } as const;
    world.cluster.answer = blocked;
    const id = idOf(world, ETL);
    world.eks.update(id, grant('other'));
    while (world.cluster.evictions.length === 0) await world.pass(seconds(1));
    for (let n = 0; n < 30; n += 1) {
      world.eks.update(id, policyOf(n));
      await world.pass(minutes(1));
    }
    assert.ok(!world.stages().includes('team-a/etl contained'));
    world.cluster.answer = undefined;
    await world.rest();
    assert.deepEqual([...world.evicted()].toSorted(), ALL);
  });
}

test('an association that is updated every day without a change: its holders are kept', async () => {
  await using world = await busyWorld();
  const id = idOf(world, ETL);
  for (let n = 0; n < 40; n += 1) {
    world.eks.update(id, grant('etl'));
    await world.pass(minutes(1));
  }
  const opinions = [...(world.deps.ledger.find(ETL)?.opinions.values() ?? [])];
  assert.deepEqual([...new Set(opinions.map(({ verdict }) => verdict.kind))], ['keep']);
  assert.deepEqual(world.cluster.evictions, []);
});
