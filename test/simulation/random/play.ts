/** Playing a story: its steps one after the other in a scene, checked after everything that happens, to the end. */

import { seconds } from '../../../src/domain/time.ts';
import { allChecks } from './checks/all.ts';
import { finale } from './finale.ts';
import type { Heard } from './happenings.ts';
import { isFault } from './operations.ts';
import { perform } from './perform.ts';
import { PRELUDE, Scene } from './scene.ts';
import type { Story } from './story.ts';

export type Played = {
  readonly complaints: readonly string[];
  readonly evicted: number;
  /** Pods that are `undecided` at the end, all of them for good reasons. */
  readonly undecided: number;
  readonly simulated: number;
  /** Daemons, the first one included. */
  readonly daemons: number;
  readonly faults: Readonly<Record<string, number>>;
};

/** `onHeard` is told everything that happens, and `complaints` as they arise. */
export async function play(
  story: Story,
  onHeard: (heard: Heard, complaints: readonly string[]) => void = () => {},
): Promise<Played> {
  const complaints: string[] = [];
  const early: Heard[] = [];
  let hear = (heard: Heard): void => void early.push(heard);
  const scene = new Scene(story, (heard) => hear(heard));
  const checks = allChecks(scene);
  hear = (heard) => {
    const found = checks.flatMap((check) => check(heard));
    complaints.push(...found);
    onHeard(heard, found);
  };
  for (const heard of early) hear(heard);
  const began = scene.clock.now();
  await scene.pass(PRELUDE);
  const faults: Record<string, number> = {};
  for (const { operation, pause } of story.steps) {
    if (isFault(operation)) faults[operation.kind] = (faults[operation.kind] ?? 0) + 1;
    await perform(operation, scene);
    await scene.pass(seconds(pause));
  }
  complaints.push(...(await finale(scene)));
  const undecided = undecidedIn(scene);
  const left = await scene.end();
  if (left > 0) complaints.push(`${left} timers are left when all has ended`);
  return {
    complaints,
    evicted: scene.cluster.evictions.filter(({ outcome }) => outcome.kind === 'evicted').length,
    undecided,
    simulated: scene.clock.now() - began,
    daemons: scene.mind.generation,
    faults,
  };
}

function undecidedIn({ host }: Scene): number {
  const entries = [...(host.deps?.ledger.entries() ?? [])];
  return entries
    .flatMap(([, { opinions }]) => [...opinions.values()])
    .filter(({ verdict }) => verdict.kind === 'undecided').length;
}
