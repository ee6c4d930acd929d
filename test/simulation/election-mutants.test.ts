/** The simulation of the election can fail: each fault that is planted in the sources is found. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Campaign } from '../../src/adapters/kubernetes/lease-campaign.ts';
import type { Fault } from '../support/mutant.ts';
import { plant } from '../support/mutant.ts';
import { electionRun, lateAnswerRun } from './election-run.ts';
import type { CampaignMaker } from './election-world.ts';

const LEASE = 'src/adapters/kubernetes/lease-campaign.ts';
const TIMING = 'src/adapters/kubernetes/lease-timing.ts';
const SIGHT = 'src/adapters/kubernetes/lease-sight.ts';
const RECORD = 'src/adapters/kubernetes/lease-record.ts';
const TERM = 'src/adapters/kubernetes/lease-term.ts';

/** More than are ever needed. */
const SEEDS = 300;

const FAULTS: readonly (readonly [string, Fault])[] = [
  [
    "a standby believes the renewal time of another's clock",
    {
      file: LEASE,
      right: 'return this.#sight.isTakeable(record, now)',
      wrong: 'return (record.renewedAt ?? 0) + this.#timing.duration < this.#deps.clock.now()',
    },
  ],
  [
    'a standby counts on although the Lease was renewed',
    {
      file: SIGHT,
      right: 'if (this.#version?.text !== version)',
      wrong: 'if (this.#version === undefined)',
    },
  ],
  [
    'a Lease that was created anew is led by at once',
    {
      file: SIGHT,
      right: 'return this.#uid.isProven || now - this.#uid.since >= this.#duration;',
      wrong: 'return true;',
    },
  ],
  [
    'a Lease without a holder is taken for one that was given up',
    {
      file: RECORD,
      right: "return holder === '' && duration === GIVEN_UP;",
      wrong: "return holder === '';",
    },
  ],
  [
    'a term is counted by the wall clock alone',
    {
      file: TERM,
      right: 'return milliseconds(Math.max(byWall, clock.monotonic() - moment.monotonic));',
      wrong: 'return byWall;',
    },
  ],
  [
    'a term is longer than others wait',
    { file: TIMING, right: 'renewDeadline: seconds(10)', wrong: 'renewDeadline: seconds(25)' },
  ],
  [
    'a Lease that is given up is not written',
    {
      file: LEASE,
      right: 'if (signals.drained.aborted) await this.#giveUp();',
      wrong: '',
    },
  ],
];

const FROM_THE_ANSWER: Fault = {
  file: LEASE,
  right: 'return this.#written(answer, sent, false);',
  wrong: 'return this.#written(answer, momentOf(this.#deps.clock), false);',
};

/** The first seed whose history shows the fault; undefined where none does. */
async function caught(make: CampaignMaker, ignoresVersions = false): Promise<number | undefined> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { problems } = await electionRun({ make, seed, steps: 60, ignoresVersions });
    if (problems.length > 0) return seed;
  }
  return undefined;
}

for (const [what, fault] of FAULTS) {
  test(`leadership, planted: ${what}`, async (t) => {
    const mutant = (await import(plant(t, LEASE, fault))) as { readonly Campaign: CampaignMaker };
    assert.notEqual(await caught(mutant.Campaign), undefined);
  });
}

test('leadership, planted: writes go through whatever version they were made from', async () => {
  assert.notEqual(await caught(Campaign, true), undefined);
});

test('leadership, planted: the deadline is counted from the answer of a renewal', async (t) => {
  const mutant = (await import(plant(t, LEASE, FROM_THE_ANSWER))) as { readonly Campaign: CampaignMaker };
  assert.deepEqual(await lateAnswerRun(Campaign), []);
  assert.notDeepEqual(await lateAnswerRun(mutant.Campaign), []);
});
