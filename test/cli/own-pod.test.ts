/** How the daemon learns what it runs as: at once, after a moment, or not at all. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knowingItself } from '../../src/cli/own-pod.ts';
import type { Deps } from '../../src/controller/deps.ts';
import type { UnknownReason } from '../../src/domain/reading.ts';
import { minutes, seconds } from '../../src/domain/time.ts';
import { identity } from '../support/builders.ts';
import { World } from '../simulation/world.ts';

const OWN = { namespace: 'revoker', name: 'revoker-7d9f8c-abcde' };
const { signal } = new AbortController();

/** What is known when the daemon starts, and how long it took. */
async function asked(failing: UnknownReason | undefined, mended = minutes(60)): Promise<Deps> {
  await using world = new World({ policy: { ownPod: OWN } });
  const owner = { kind: 'ReplicaSet', name: 'revoker-7d9f8c', uid: 'u' };
  world.rosters.start(identity('revoker/revoker'), { of: { ...OWN, owner }, revision: '7d9f8c' });
  world.rosters.failing = failing;
  const reports: unknown[] = [];
  const deps = world.depsFor({
    reporter: { report: (report) => void reports.push(report) },
    leadership: undefined,
    ledgerStore: undefined,
  });
  let known: Deps | undefined;
  const asking = knowingItself(deps, signal).then((found) => (known = found));
  await world.pass(mended);
  world.rosters.failing = undefined;
  await world.pass(minutes(1));
  await asking;
  assert.ok(known !== undefined);
  assert.equal(reports.length, 1);
  return known;
}

test('its identity and its Deployment are known', async () => {
  const known = await asked(undefined, seconds(1));
  assert.equal(known.ownIdentity, 'revoker/revoker');
  assert.deepEqual(known.policy.ownPod, { ...OWN, deployment: 'revoker' });
});

test('an API server that is away for some seconds: asked again', async () => {
  const known = await asked('unreachable', seconds(4));
  assert.deepEqual(known.policy.ownPod, { ...OWN, deployment: 'revoker' });
});

for (const why of ['denied', 'unreachable'] as const) {
  test(`what can not be told (${why}) is said, and the daemon starts all the same, known by its name`, async () => {
    const known = await asked(why);
    assert.equal(known.ownIdentity, undefined);
    assert.deepEqual(known.policy.ownPod, OWN);
  });
}
