/** A row of histories: those of some seeds, each as it is or with one more end of the daemon, and what came of them. */

import { chanceOf } from './chance.ts';
import type { Heard } from './happenings.ts';
import { play } from './play.ts';
import type { ProfileName, Story } from './story.ts';
import { interrupted, storyOf } from './story.ts';
import type { Total } from './summary.ts';
import { added, NOTHING_PLAYED } from './summary.ts';

export type Row = {
  readonly profile: ProfileName;
  readonly from: number;
  readonly to: number;
  /** Only the first so many steps. */
  readonly length: number | undefined;
  /** One more end of the daemon: before this step, before one that the seed tells, or before each in turn. */
  readonly restart: number | 'some' | 'each' | undefined;
  /** What is known to be wrong is complained of too. */
  /** Ends with the first complaint of this kind. */
  readonly until: RegExp | undefined;
};

export type Wrong = { readonly story: Story; readonly complaints: readonly string[] };

/** Plays the row; `onWrong` is told of each history that goes wrong, and `onHeard` of all that happens. */
export async function playRow(
  row: Row,
  onWrong: (wrong: Wrong) => void,
  onHeard?: (heard: Heard, complaints: readonly string[]) => void,
): Promise<Total> {
  let total = NOTHING_PLAYED;
  for (const story of storiesOf(row)) {
    const played = await play(story, onHeard);
    total = added(total, played);
    const { complaints } = played;
    if (complaints.length === 0) continue;
    onWrong({ story, complaints });
    if (complaints.some((complaint) => row.until?.test(complaint))) break;
  }
  return total;
}

function* storiesOf({ profile, from, to, length, restart }: Row): Iterable<Story> {
  for (let seed = from; seed <= to; seed += 1) {
    const story = storyOf(seed, profile, length);
    for (const step of interruptions(story, restart))
      yield step === undefined ? story : interrupted(story, step);
  }
}

function interruptions({ seed, steps }: Story, restart: Row['restart']): readonly (number | undefined)[] {
  if (restart === 'some') return [chanceOf(seed).between(0, steps.length - 1)];
  return restart === 'each' ? steps.keys().toArray() : [restart];
}

/** The command that plays this very history again, with a trace. */
export function replayOf({ profile, seed, steps, interruption }: Story): string {
  const length = interruption === undefined ? steps.length : steps.length - 1;
  const restart = interruption === undefined ? '' : ` --restart ${interruption}`;
  return `npm run simulate -- --profile ${profile} --seed ${seed} --steps ${length}${restart}`;
}
