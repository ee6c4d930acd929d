/** Stories that once went wrong. Each was red before its fix. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WorkQueue } from '../../src/controller/work-queue.ts';
import { isProof } from '../../src/decide/proof.ts';
import { NO_HISTORY } from '../../src/domain/history.ts';
import { known } from '../../src/domain/reading.ts';
import { between, hours, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity, revocation, policy } from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';
import { busyWorld, ETL, LONG_AGO, WEB } from './busy.ts';
import { World } from './world.ts';

/** How often an identity was deliberated on while something happened. */
async function visitsDuring(world: World, happens: () => Promise<void>): Promise<number> {
  const holdersOf = world.cluster.holdersOf.bind(world.cluster);
  let visits = 0;
  world.cluster.holdersOf = (asked) => {
    visits += 1;
    return holdersOf(asked);
  };
  await happens();
  return visits;
}

test('an unknown confirmation, then the grant is read by another way: nobody is visited without end', async () => {
  await using world = await busyWorld({ pollInterval: seconds(5) });
  world.eks.delete(ETL);
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  world.eks.failing.set('confirm', 'inconsistent');
  await world.pass(seconds(16));
  world.eks.create(ETL, grant('etl'));
  world.eks.failing.clear();
  const visits = await visitsDuring(world, () => world.pass(minutes(1)));
  assert.ok(visits < 500, `${visits} looks at holders`);
});

test('a hint that can not be looked for while EKS throttles is not looked for without end', async () => {
  await using world = await busyWorld({ pollInterval: minutes(10) }, (made) => {
    made.channels = [made.queue];
  });
  world.eks.failing.set('confirm', 'throttled');
  world.queue.tell({ identity: ETL });
  const visits = await visitsDuring(world, () => world.pass(minutes(8)));
  assert.ok(visits < 500, `${visits} looks at holders`);
});

test('a CronJob that spells the volume out, whose identity never had an association: none of its later pods is evicted', async () => {
  await using world = new World();
  world.startDaemon();
  await world.pass(minutes(2));
  const cron = identity('team-c/cron');
  for (let run = 0; run < 6; run += 1) {
    const pod = world.cluster.start(cron);
    await world.pass(minutes(3));
    world.cluster.remove(pod.uid);
    await world.pass(minutes(2));
  }
  assert.deepEqual(world.cluster.evictions, []);
});

test('an answer that was asked for before a newer reading does not replace it', async () => {
  await using world = await busyWorld({ pollInterval: seconds(2) });
  world.eks.delete(ETL);
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  const confirm = world.eks.confirm.bind(world.eks);
  const asked: number[] = [];
  world.eks.confirm = async (of, lastKnown, signal) => {
    const answer = await confirm(of, lastKnown, signal);
    asked.push(world.clock.now());
    await world.clock.sleep(seconds(7), signal);
    return answer;
  };
  while (asked.length === 0) await world.pass(seconds(1));
  world.eks.create(ETL, grant('etl'));
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
});

test('recreated, seen, and deleted again: the second end has a settle time of its own', async () => {
  await using world = await busyWorld({ pollInterval: seconds(5) });
  world.eks.delete(ETL);
  while (!world.stages().includes('team-a/etl settling')) await world.pass(seconds(1));
  await world.pass(seconds(8));
  world.eks.create(ETL, grant('etl'));
  await world.pass(seconds(6));
  const deletedAgainAt = world.clock.now();
  world.eks.delete(ETL);
  await world.rest();
  assert.equal(world.evicted().length, 3);
  for (const { at: evictedAt } of world.cluster.evictions) {
    assert.ok(between(deletedAgainAt, evictedAt) >= seconds(15));
  }
});

test('nobody could look for an hour: a pod that started in it is undecided, not kept', async () => {
  await using world = await busyWorld();
  world.eks.delete(ETL);
  await world.rest();
  for (const operation of ['list', 'describe', 'confirm'] as const)
    world.eks.failing.set(operation, 'denied');
  await world.pass(minutes(30), seconds(5));
  world.eks.create(ETL, grant('etl'));
  const pod = world.cluster.start(ETL);
  await world.pass(minutes(5), seconds(5));
  world.eks.delete(ETL);
  await world.pass(minutes(30), seconds(5));
  world.eks.failing.clear();
  await world.rest();
  const verdict = world.deps.ledger.find(ETL)?.opinions.get(pod.uid)?.verdict;
  assert.deepEqual(verdict, { kind: 'undecided', reason: 'history-unknown' });
});

test('a record tells of an association that no List has shown: a pod that started under it is undecided', async () => {
  await using world = await busyWorld({ pollInterval: minutes(2) }, (made) => {
    made.channels = [made.queue];
  });
  const short = identity('team-a/short');
  world.cluster.start(short, { name: 'by-hand' });
  await world.pass(minutes(3));
  const { id } = world.eks.create(short, grant());
  world.eks.delete(short);
  const pod = world.cluster.start(short);
  world.queue.tell({ action: 'created', identity: short, association: id });
  world.queue.tell({ identity: short, association: id });
  await world.rest();
  const verdict = world.deps.ledger.find(short)?.opinions.get(pod.uid)?.verdict;
  assert.deepEqual(verdict, { kind: 'undecided', reason: 'history-unknown' });
});

test('many large identities at a low pace: the confirmation of another does not wait for them', async () => {
  await using world = new World({ rate: 1, burst: 1, pollInterval: minutes(10) });
  world.channels = [world.queue];
  const large = Array.from({ length: 20 }, (_, n) => identity(`large/sa-${n}`));
  for (const each of [...large, ETL]) world.eks.create(each, grant(), LONG_AGO);
  for (const each of large) for (let n = 0; n < 60; n += 1) world.cluster.start(each, { start: at(-3600) });
  world.cluster.start(ETL, { start: at(-3600) });
  world.startDaemon();
  await world.pass(seconds(40));
  for (const each of large) world.eks.delete(each);
  for (const each of large) world.queue.tell({ identity: each });
  await world.pass(seconds(40));
  world.eks.delete(ETL);
  world.queue.tell({ identity: ETL });
  await world.pass(seconds(17));
  assert.ok(world.stages().includes('team-a/etl confirmed'));
});

test('a late record of an older change does not take the place of a newer one', async () => {
  await using world = await busyWorld({ pollInterval: minutes(10) }, (made) => {
    made.channels = [made.queue];
  });
  world.eks.consistencyDelay = seconds(6);
  const updatedAt = world.clock.now();
  await world.pass(seconds(3));
  world.eks.delete(ETL);
  world.queue.tell({ identity: ETL });
  world.queue.hear(recordOf({ action: 'updated', identity: ETL, at: updatedAt }));
  await world.pass(seconds(35));
  assert.equal(world.evicted().length, 3);
});

test('dry-run comes to rest: what it withheld is no reason to ask again', async () => {
  await using world = await busyWorld({ mode: 'dry-run' });
  world.eks.delete(ETL);
  await world.rest();
  const before = world.eks.calls.length;
  await world.rest();
  const asked = world.eks.calls.slice(before).filter(({ operation }) => operation === 'confirm');
  assert.deepEqual(asked, []);
});

test('of identities in namespaces that are not watched nothing is said', async () => {
  await using world = await busyWorld({ policy: { namespaces: new Set(['team-a']) } }, (made) => {
    made.channels = [made.queue];
  });
  world.eks.delete(WEB);
  world.queue.tell({ identity: identity('team-c/unseen') });
  await world.rest();
  assert.deepEqual(world.stages(), []);
});

test('EKS that answers too late to prove anything: said, and asked again with pauses', async () => {
  await using world = await busyWorld();
  world.eks.latency = seconds(11);
  world.eks.delete(ETL);
  await world.pass(minutes(5));
  assert.deepEqual(world.cluster.evictions, []);
  const told = world.reports.filter((report) => report.kind === 'reading' && report.of === 'confirmation');
  assert.ok(told.length >= 1);
  world.eks.latency = seconds(0);
  await world.rest();
  assert.equal(world.evicted().length, 3);
});

test('a reading from the future, by a clock that was set back, is no proof', () => {
  const ended = { revocation: revocation({ suspectedAt: at(0) }), history: NO_HISTORY };
  assert.equal(isProof(known({ kind: 'none' }, at(5)), ended, { policy: policy(), now: at(4) }), false);
});

test('the queue keeps nothing of the wakes that are over', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const clock = {
    now: () => at(0),
    monotonic: () => seconds(0),
    turn: () => Promise.resolve(),
    sleep: () => new Promise<void>(() => {}),
  };
  const queue = new WorkQueue<string>(clock);
  const stopping = new AbortController();
  const run = queue.run(() => Promise.resolve(undefined), 2, stopping.signal);
  const turn = async (adds: number): Promise<number> => {
    for (let n = 0; n < adds; n += 1) {
      queue.add('a');
      await Promise.resolve();
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await turn(2000);
  const growth = (await turn(30_000)) - before;
  stopping.abort();
  await run;
  assert.ok(growth < 3_000_000, `${growth} bytes`);
});

test('what is over is forgotten, and what comes after it is not taken for older', async () => {
  await using world = await busyWorld({ pollInterval: minutes(30) });
  world.eks.delete(ETL);
  await world.pass(minutes(35), seconds(5));
  for (const { uid, identity: of } of world.cluster.running()) if (of === ETL) world.cluster.remove(uid);
  await world.pass(hours(26), minutes(5));
  const before = world.cluster.evictions.length;
  world.cluster.start(ETL);
  await world.pass(hours(2), minutes(1));
  assert.equal(world.cluster.evictions.length, before);
});
