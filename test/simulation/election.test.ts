/** Leader election under faults: many seeded random histories, in none of which two terms overlap. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Campaign } from '../../src/adapters/kubernetes/lease-campaign.ts';
import { ELECTION_STEPS, playElections } from './election-row.ts';
import { electionRun } from './election-run.ts';

const SEEDS = 60;

test('leadership: in no random history two terms overlap, and afterwards somebody leads and hands over', async () => {
  const { elections, virtual, wrong } = await playElections(1, SEEDS);
  assert.deepEqual(wrong, new Map());
  assert.ok(elections > SEEDS * 3, `only ${elections} elections`);
  assert.ok(virtual > SEEDS * ELECTION_STEPS * 1000, `only ${virtual} ms`);
});

test('leadership: terms that last nearly as long as others wait do not overlap either', async () => {
  for (let seed = 1001; seed <= 1000 + SEEDS; seed += 1) {
    const { problems } = await electionRun({ make: Campaign, seed, steps: ELECTION_STEPS, isTight: true });
    assert.deepEqual(problems.slice(0, 3), [], `seed ${seed}`);
  }
});
