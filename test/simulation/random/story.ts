/** A story: one random history, told by a seed and a profile; the settings, the beginning, and the steps. */

import { seconds } from '../../../src/domain/time.ts';
import type { Settings } from '../deps.ts';
import type { Chance } from './chance.ts';
import { chanceOf } from './chance.ts';
import type { GrantName } from './grants.ts';
import { GRANT_NAMES } from './grants.ts';
import { operationOf } from './invent.ts';
import type { Operation, Step } from './operations.ts';
import type { Profile } from './profiles.ts';
import { PROFILES } from './profiles.ts';

export type ProfileName = keyof typeof PROFILES;

/** The daemon's own. */
export const OWN = 'pod-identity-revoker/pod-identity-revoker';

const IDENTITIES = ['team-a/etl', 'team-a/web', 'team-b/job', 'kube-system/dns', OWN];

/** Others, where there is a crowd: they are touched only by what concerns all. */
const CROWD = Array.from({ length: 12 }, (_, n) => `crowd/sa-${n}`);

export type Beginning = {
  /** What each identity has had for a day. */
  readonly grants: readonly (GrantName | undefined)[];
  /** Pods of each identity that have run for an hour. */
  readonly pods: readonly number[];
};

export type Story = {
  readonly seed: number;
  readonly profile: ProfileName;
  readonly settings: Settings;
  readonly hasLedger: boolean;
  readonly identities: readonly string[];
  /** By how many seconds the clock of the host may be wrong, either way. */
  readonly skew: number;
  readonly beginning: Beginning;
  readonly steps: readonly Step[];
  /** The step before which one more end of the daemon was put in. */
  readonly interruption?: number;
};

export function storyOf(seed: number, profileName: ProfileName, length?: number): Story {
  const profile: Profile = PROFILES[profileName];
  const chance = chanceOf(seed);
  const settings = settingsOf(chance);
  const hasLedger = chance.is(profile.ledger);
  const identities = [...IDENTITIES, ...(profile.hasCrowd === true ? CROWD : [])];
  const beginning = beginningOf(chance, identities);
  const steps = stepsOf(chance, profile).slice(0, length);
  const { skew } = profile;
  return { seed, profile: profileName, settings, hasLedger, identities, skew, beginning, steps };
}

/** The same history, with one more end of the daemon before a step: stopped, or crashed at one of the next calls. */
export function interrupted(story: Story, before: number): Story {
  const step = { operation: before % 3 === 0 ? STOP : crashAt(before), pause: 0 };
  return { ...story, interruption: before, steps: story.steps.toSpliced(before, 0, step) };
}

const STOP: Operation = { kind: 'stop', away: 0 };

function crashAt(step: number): Operation {
  const when = step % 2 === 0 ? 'before' : 'after';
  return { kind: 'crash', ambush: { calls: 1 + (step % 7), when }, within: 20, away: 0 };
}

function settingsOf(chance: Chance): Settings {
  return {
    pollInterval: seconds(chance.pick([10, 30, 30])),
    describeRate: chance.pick([1, 2, 10]),
    rate: chance.pick([0.2, 1, 10]),
    burst: chance.pick([1, 5, 20]),
    mode: chance.is(0.05) ? 'dry-run' : 'enforce',
  };
}

function beginningOf(chance: Chance, identities: readonly string[]): Beginning {
  return {
    grants: identities.map(() => (chance.is(0.8) ? chance.pick(GRANT_NAMES) : undefined)),
    pods: identities.map(() => chance.between(0, 4)),
  };
}

function stepsOf(chance: Chance, profile: Profile): readonly Step[] {
  return Array.from({ length: profile.length }, () => ({
    operation: operationOf(chance, profile),
    pause: pauseOf(chance, profile),
  }));
}

/** Mostly short, so that operations fall into one another; now and then long enough for all to settle. */
function pauseOf(chance: Chance, { pause }: Profile): number {
  const most = chance.is(0.15) ? pause * 5 : pause;
  return Math.round(chance.next() * most * 1000) / 1000;
}
