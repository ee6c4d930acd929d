/** Gives a Lease up, so that another daemon can take it at once. */

import { seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LeaseApi } from './lease-api.ts';
import type { LeaseRecord } from './lease-record.ts';
import { givenUpLease } from './lease-record.ts';
import type { Sight } from './lease-sight.ts';

const TRIES = 3;
const TIMEOUT = seconds(1);

export type Giver = {
  readonly api: LeaseApi;
  readonly clock: Clock;
  readonly name: string;
  readonly sight: Sight;
};

/**
 * To be called when every act has ended. `own` is the Lease as our last write left it, where that is known. A Lease
 * that we could not lead by is left alone: others would take it at once, while a term by an earlier one may still
 * last. What fails is left to run out by itself.
 */
export async function giveUp(own: LeaseRecord | undefined, giver: Giver): Promise<void> {
  const { signal } = new AbortController();
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const record = tries === 1 && own !== undefined ? own : await look(giver, signal);
    if (record === undefined) continue;
    if (record.holder !== giver.name || !giver.sight.isProven(record.uid, giver.clock.monotonic())) return;
    const answer = await giver.api.replace(givenUpLease(record, giver.clock.now()), TIMEOUT, signal);
    if (answer.kind === 'found') return;
  }
}

async function look({ api, clock, sight }: Giver, signal: AbortSignal): Promise<LeaseRecord | undefined> {
  const answer = await api.look(TIMEOUT, signal);
  if (answer.kind !== 'found') return undefined;
  sight.note(answer.record, clock.monotonic());
  return answer.record;
}
