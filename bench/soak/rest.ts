/** What is left when the churn and the faults have ceased: it must come to nothing. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';
import { isStale } from './oracle.ts';

export type Rest = {
  /** Pods that may hold a grant that ended. */
  readonly stale: number;
  /** Revocations that the leader has open; and holders that it cannot judge. */
  readonly open: number;
  readonly undecided: number;
  readonly messages: number;
};

/** A deadline, its grace, a poll and a hand-over, twice over. */
const LIMIT_MS = 240_000;
const LOOK_EVERY_MS = 1000;
const PATIENCE_MS = 5000;

/** Waits until nothing is left, or for the limit. Also tells how long that took, in milliseconds. */
export async function comeToRest(
  world: World,
  replicas: readonly Replica[],
): Promise<Rest & { readonly tookMs: number }> {
  const { clock } = world.simulator;
  const begun = clock.now();
  for (;;) {
    const rest = await look(world, replicas);
    const tookMs = clock.now() - begun;
    if (tookMs > LIMIT_MS || Object.values(rest).every((left) => left === 0)) return { ...rest, tookMs };
    await pause(LOOK_EVERY_MS);
  }
}

/** Both are asked: the standby has the same view, and follows the same revocations. */
async function look({ simulator, history }: World, replicas: readonly Replica[]): Promise<Rest> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const now = simulator.clock.now();
  const stale = [...history.lives.values()].filter((life) =>
    isStale(life, history.grants.get(life.identity) ?? [], now),
  );
  const told = await Promise.all(replicas.map((replica) => ask(replica, signal)));
  const { ready, inFlight } = await simulator.queue.stats();
  return {
    stale: stale.length,
    open: Math.max(...told.map(({ open }) => open)),
    undecided: Math.max(...told.map(({ undecided }) => undecided)),
    messages: ready + inFlight + simulator.rule.waiting,
  };
}

/** Who does not answer counts as one that has something left. */
async function ask(replica: Replica, signal: AbortSignal): Promise<Pick<Rest, 'open' | 'undecided'>> {
  try {
    const holders = (await replica.answers?.holders(signal)) ?? [];
    const open = await replica.openRevocations(signal);
    return { open: open ?? 1, undecided: holders.filter(({ verdict }) => verdict === 'undecided').length };
  } catch {
    return { open: 1, undecided: 0 };
  }
}
