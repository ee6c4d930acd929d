/** Clusters with a past: associations, pods and CloudTrail records from before whoever looks at them. */

import { realClock } from '../clock.ts';
import { PastClock } from '../past-clock.ts';
import type { Simulator, SimulatorOptions } from '../simulator.ts';
import { startSimulator } from '../simulator.ts';

export type PastOptions = SimulatorOptions & {
  /** Milliseconds before now. */
  readonly since: number;
};

/** Lets so many milliseconds of the past pass. */
export type Pass = (ms: number) => void;

/**
 * A simulator that has lived through `live` when this answers: what was done has the times at which it was done,
 * and from now on time is the present's. In the past the queue gets no messages: nobody kept it.
 */
export async function startWithPast(
  { since, clock = realClock(), ...options }: PastOptions,
  live: (simulator: Simulator, pass: Pass) => void,
): Promise<Simulator> {
  const past = new PastClock(clock, since);
  const simulator = await startSimulator({ ...options, clock: past });
  const { rule } = simulator;
  try {
    if (rule !== undefined) rule.enabled = false;
    live(simulator, (ms) => past.pass(ms));
    past.arrive();
    if (rule !== undefined) rule.enabled = true;
    return simulator;
  } catch (error) {
    await simulator.close();
    throw error;
  }
}
