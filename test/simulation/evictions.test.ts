/** The whole controller, told as stories: evictions that are refused, lost, withheld, in flight, or very many. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, minutes, seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import { busyWorld, ETL, LONG_AGO, WEB } from './busy.ts';
import { World } from './world.ts';

test('blocked evictions are tried again, slower and slower, and the others do not wait for them', async () => {
  await using world = await busyWorld();
  const blocked = {
    kind: 'blocked',
    by: ['etl-budget'],
    detail: 'no disruptions',
    retryAfter: undefined,
  } as const;
  world.cluster.answers.set(
    'etl-1',
    Array.from({ length: 6 }, () => blocked),
  );
  world.eks.delete(ETL);
  await world.rest();
  assert.deepEqual(world.evicted(), ['etl-2', 'etl-3', 'etl-1']);
  const tries = world.cluster.evictions
    .filter(({ order }) => order.holder.name === 'etl-1')
    .map((each) => each.at);
  const pauses = tries.slice(1).map((when, n) => between(tries[n] ?? when, when));
  assert.equal(tries.length, 7);
  assert.ok(
    pauses.every((pause, n) => n === 0 || pause >= (pauses[n - 1] ?? 0)),
    String(pauses),
  );
});

test('a Retry-After is honoured', async () => {
  await using world = await busyWorld();
  const busy = { kind: 'blocked', by: ['etl-budget'], detail: '', retryAfter: seconds(25) } as const;
  world.cluster.answers.set('etl-1', [busy]);
  world.eks.delete(ETL);
  await world.rest();
  const [first, second] = world.cluster.evictions.filter(({ order }) => order.holder.name === 'etl-1');
  assert.ok(first !== undefined && second !== undefined);
  assert.ok(between(first.at, second.at) >= seconds(25));
});

test('an eviction whose answer was lost is asked for again', async () => {
  await using world = await busyWorld();
  world.cluster.answers.set('etl-1', [{ kind: 'unreachable', detail: 'time-out' }]);
  world.eks.delete(ETL);
  await world.rest();
  assert.equal(world.evicted().length, 3);
});

test('dry-run: everything is reported and nothing is written', async () => {
  await using world = await busyWorld({ mode: 'dry-run' });
  world.eks.delete(ETL);
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
  const would = world.reports.filter(({ kind }) => kind === 'would-evict');
  assert.equal(would.length, 3);
});

test('invariant 10: the daemon and protected namespaces are reported and left alone', async () => {
  await using world = new World();
  const system = identity('kube-system/cni');
  const own = identity('pod-identity-revoker/revoker');
  world.eks.create(system, grant(), LONG_AGO);
  world.eks.create(own, grant(), LONG_AGO);
  world.cluster.start(system, { start: at(-60) });
  world.cluster.start(own, { name: 'pod-identity-revoker-0', start: at(-60) });
  world.startDaemon();
  await world.pass(seconds(60));
  world.eks.delete(system);
  world.eks.delete(own);
  await world.rest();
  assert.deepEqual(world.cluster.evictions, []);
  const verdicts = world.reports.flatMap((report) =>
    report.kind === 'verdict' ? [report.verdict.reason] : [],
  );
  assert.ok(verdicts.includes('protected-namespace'));
  assert.ok(verdicts.includes('own-pod'));
});

test('invariant 12: "evicted" is reported after the API accepted it, never before', async () => {
  await using world = await busyWorld();
  world.cluster.latency = seconds(2);
  world.eks.delete(ETL);
  let asked = 0;
  while (asked === 0) {
    await world.pass(seconds(0.5));
    asked = world.cluster.evictions.length;
  }
  assert.equal(world.reports.filter(({ kind }) => kind === 'eviction').length, 0);
  await world.pass(seconds(3));
  assert.equal(world.reports.filter(({ kind }) => kind === 'eviction').length, 3);
});

test('invariant 11: a visit that fails is reported, tried again, and stops nobody else', async () => {
  const world = await busyWorld();
  const confirm = world.eks.confirm.bind(world.eks);
  let isBroken = true;
  world.eks.confirm = async (asked, ...rest) => {
    if (isBroken && asked === ETL) throw new TypeError('a planted bug');
    return confirm(asked, ...rest);
  };
  world.eks.delete(ETL);
  world.eks.delete(WEB);
  await world.pass(minutes(2));
  assert.deepEqual(world.evicted(), ['web-1']);
  assert.ok(world.bugs().length > 2);
  isBroken = false;
  await world.rest();
  assert.equal(world.evicted().length, 4);
  world.reports.length = 0;
  await world[Symbol.asyncDispose]();
});

test('told to stop while an eviction is in flight: its answer is heard out', async () => {
  await using world = await busyWorld();
  world.cluster.latency = seconds(5);
  world.eks.delete(ETL);
  while (world.cluster.evictions.length === 0) await world.pass(seconds(0.5));
  await world.stopDaemon();
  assert.equal(world.reports.filter(({ kind }) => kind === 'eviction').length, 3);
});

test('a thousand holders go at the pace, with a confirmation for each ten seconds and not for each pod', async () => {
  await using world = new World();
  world.eks.create(ETL, grant(), LONG_AGO);
  for (let n = 0; n < 1000; n += 1) world.cluster.start(ETL, { start: at(-3600) });
  world.startDaemon();
  await world.pass(seconds(60));
  world.eks.delete(ETL);
  const from = world.clock.now();
  while (world.evicted().length < 1000) await world.pass(seconds(1));
  assert.ok(between(from, world.clock.now()) < seconds(30 + 15 + 105));
  assert.equal(world.cluster.evictions.length, 1000);
  const confirmations = world.eks.calls.filter(({ operation }) => operation === 'confirm').length;
  assert.ok(confirmations <= 30, `${confirmations} confirmations`);
});

test('a renewed confirmation that shows a grant stops everybody who waits, whatever a later one says', async () => {
  await using world = await busyWorld({ rate: 0.08, burst: 1 });
  world.eks.delete(ETL);
  while (world.evicted().length === 0) await world.pass(seconds(1));
  world.eks.create(ETL, grant('etl'));
  while (
    !world.eks.calls.some(
      ({ operation, at: when }) => operation === 'confirm' && when > (world.cluster.evictions[0]?.at ?? 0),
    )
  ) {
    await world.pass(seconds(0.5));
  }
  world.eks.delete(ETL);
  await world.pass(seconds(14));
  assert.deepEqual(world.evicted(), ['etl-1']);
  assert.ok(world.stages().includes('team-a/etl refuted'));
});

test('a pod that comes to its own end while it waits for its turn is left alone', async () => {
  await using world = await busyWorld({ rate: 0.2, burst: 1 });
  world.eks.delete(ETL);
  while (world.evicted().length === 0) await world.pass(seconds(1));
  world.cluster.finish('etl-3');
  await world.rest();
  assert.deepEqual(world.evicted(), ['etl-1', 'etl-2']);
});
