/** When a term begins and ends, to the moment, whatever the server does and whoever sets the clock. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { Campaign } from '../../../src/adapters/kubernetes/lease-campaign.ts';
import { elapsedSince, momentOf, TermOver } from '../../../src/adapters/kubernetes/lease-term.ts';
import { milliseconds, minutes, seconds } from '../../../src/domain/time.ts';
import type { Candidate } from '../../simulation/election-world.ts';
import { ElectionWorld } from '../../simulation/election-world.ts';
import { FakeLeaseServer } from '../../support/fake-lease-server.ts';
import { SteppedClock } from '../../support/stepped-clock.ts';

type Scene = { readonly world: ElectionWorld; readonly server: FakeLeaseServer; readonly leader: Candidate };

async function led(t: TestContext): Promise<Scene> {
  const [server, clock] = [new FakeLeaseServer(), new SteppedClock()];
  server.put({ holderIdentity: '', leaseDurationSeconds: 1 });
  const world = new ElectionWorld({
    server,
    clock,
    make: Campaign,
    chance: () => 0,
    rate: () => 1,
    timing: undefined,
  });
  t.after(async () => {
    await world.close();
    assert.deepEqual(world.violations, []);
    assert.equal(clock.pending, 0);
  });
  const leader = world.start();
  await world.pass(seconds(1));
  assert.equal(leader.elections, 1);
  return { world, server, leader };
}

test('a hung server ends the term ten seconds after its last renewal was sent, and no later', async (t) => {
  const { world, leader, server } = await led(t);
  const writes = server.writes;
  while (server.writes === writes) await world.pass(milliseconds(1), milliseconds(1));
  // It arrived one millisecond after it was sent.
  const sent = world.clock.monotonic() - 1;
  leader.weather.losesAnswers = false;
  await world.pass(milliseconds(2), milliseconds(1));
  leader.weather.losesRequests = true;
  await world.pass(milliseconds(sent + 9999 - world.clock.monotonic()));
  assert.notEqual(leader.campaign.term(), undefined);
  await world.pass(milliseconds(1));
  assert.equal(leader.campaign.term(), undefined);
  assert.deepEqual(
    leader.losses.map(({ kind }) => kind),
    ['expired'],
  );
  assert.equal(leader.readings.at(-1), 'unreachable');
});

test('the signal of a term is aborted with the reason, before anybody is told', async (t) => {
  const { world, leader } = await led(t);
  const term = leader.campaign.term();
  leader.weather.losesRequests = true;
  await world.pass(seconds(11));
  assert.ok(term?.reason instanceof TermOver);
  assert.match(term.reason.message, /no longer the leader: the Lease could not be renewed within 10 s/);
});

test('a wall clock that is set forward ends the term at once, and the next look wins it again', async (t) => {
  const { world, leader } = await led(t);
  leader.clock.setBy(minutes(1));
  assert.equal(leader.campaign.term(), undefined);
  await world.pass(seconds(3));
  assert.equal(leader.elections, 2);
});

test('a wall clock that is set back prolongs no term', async (t) => {
  const { world, leader } = await led(t);
  await world.pass(seconds(2));
  leader.weather.losesRequests = true;
  leader.clock.setBy(minutes(-60));
  await world.pass(seconds(10));
  assert.equal(leader.campaign.term(), undefined);
});

test('a process that stood still learns from its own term that it is over, before any timer tells', () => {
  const clock = new SteppedClock();
  const moment = momentOf(clock);
  clock.setBy(minutes(5));
  assert.equal(elapsedSince(moment, clock), minutes(5));
  clock.setBy(minutes(-10));
  assert.equal(elapsedSince(moment, clock), 0);
});

test('a Lease that is deleted under a leader is made again, and the term goes on', async (t) => {
  const { world, server, leader } = await led(t);
  const term = leader.campaign.term();
  server.delete();
  await world.pass(seconds(5));
  assert.equal(leader.campaign.term(), term);
  assert.equal(server.spec?.['holderIdentity'], leader.campaign.name);
});

test('a Lease that shows another holder ends the term with the next renewal', async (t) => {
  const { world, server, leader } = await led(t);
  server.put({ holderIdentity: 'other', leaseDurationSeconds: 15 });
  await world.pass(seconds(3));
  assert.deepEqual(
    leader.losses.map(({ kind, detail }) => [kind, detail]),
    [['taken', 'the Lease is held by other']],
  );
});

test('a leader that stops renews until its acts have ended, and hands over within two seconds of that', async (t) => {
  const { world, leader, server } = await led(t);
  const standby = world.start(minutes(-30));
  await world.pass(seconds(5));
  leader.stop(seconds(12));
  await world.pass(milliseconds(11_990), milliseconds(10));
  assert.notEqual(leader.campaign.term(), undefined);
  assert.equal(server.spec?.['holderIdentity'], leader.campaign.name);
  await world.pass(milliseconds(10), milliseconds(10));
  assert.equal(leader.campaign.term(), undefined);
  await world.pass(milliseconds(1500));
  assert.notEqual(standby.campaign.term(), undefined);
});

test('a Lease that was won by an answer that came too late begins no term', async (t) => {
  const { world, server, leader } = await led(t);
  leader.stop();
  await world.pass(seconds(1));
  assert.equal(server.spec?.['holderIdentity'], '');
  const late = world.start();
  late.weather.back = milliseconds(2500);
  await world.pass(milliseconds(1500));
  late.clock.setBy(minutes(1));
  await world.pass(seconds(2));
  assert.equal(server.spec?.['holderIdentity'], late.campaign.name);
  assert.equal(late.elections, 0);
  await world.pass(seconds(5));
  assert.equal(late.elections, 1);
});
