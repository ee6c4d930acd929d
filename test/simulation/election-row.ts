/** A row of seeded elections, and what they come to. */

import { Campaign } from '../../src/adapters/kubernetes/lease-campaign.ts';
import type { Duration } from '../../src/domain/time.ts';
import { milliseconds } from '../../src/domain/time.ts';
import { electionRun } from './election-run.ts';

/** So many steps has a history of an election, if nobody asks for another number. */
export const ELECTION_STEPS = 60;

export type Elections = {
  readonly histories: number;
  readonly faults: number;
  readonly elections: number;
  readonly virtual: Duration;
  /** Those in which something is wrong, by their seeds. */
  readonly wrong: ReadonlyMap<number, readonly string[]>;
};

/** Plays the seeds from the first to the last. */
export async function playElections(from: number, to: number, steps = ELECTION_STEPS): Promise<Elections> {
  const wrong = new Map<number, readonly string[]>();
  let [elections, virtual] = [0, 0];
  for (let seed = from; seed <= to; seed += 1) {
    const result = await electionRun({ make: Campaign, seed, steps });
    if (result.problems.length > 0) wrong.set(seed, result.problems);
    elections += result.elections;
    virtual += result.virtual;
  }
  const histories = to - from + 1;
  return { histories, faults: histories * steps, elections, virtual: milliseconds(virtual), wrong };
}
