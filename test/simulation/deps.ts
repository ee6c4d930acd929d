/** The parts of a simulated daemon put together: what every fake world shares, and what each brings. */

import type { CapLimits } from '../../src/controller/caps.ts';
import { Caps } from '../../src/controller/caps.ts';
import type { Deps } from '../../src/controller/deps.ts';
import { durationOf } from '../../src/controller/estimate.ts';
import { Ledger } from '../../src/controller/ledger.ts';
import { Pace } from '../../src/controller/pace.ts';
import { Slots } from '../../src/controller/slots.ts';
import type { MassEndPolicy } from '../../src/decide/mass-end.ts';
import type { Identity } from '../../src/domain/identity.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Mode } from '../../src/domain/report.ts';
import type { Duration } from '../../src/domain/time.ts';
import { milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import { policy } from '../support/builders.ts';

export type Settings = {
  readonly policy?: Partial<Policy>;
  readonly mode?: Mode;
  readonly pollInterval?: Duration;
  readonly describeRate?: number;
  readonly rate?: number;
  readonly burst?: number;
  readonly caps?: CapLimits;
  readonly slots?: number;
  readonly massEnd?: MassEndPolicy;
  readonly ownIdentity?: Identity;
};

/** What a world brings. */
export type Ports = Pick<
  Deps,
  | 'clock'
  | 'random'
  | 'associations'
  | 'pods'
  | 'evictor'
  | 'rosters'
  | 'reporter'
  | 'channels'
  | 'ledgerStore'
  | 'brakes'
  | 'reign'
>;

export function pollIntervalOf({ pollInterval }: Settings): Duration {
  return pollInterval ?? seconds(30);
}

export function longestGapOf(settings: Settings): Duration {
  return milliseconds(Math.max(3 * pollIntervalOf(settings), minutes(2)));
}

const NO_CAPS: CapLimits = { perNamespace: undefined, perIdentity: undefined };

/** The deps of a daemon that knows nothing yet. */
export function depsOf(ports: Ports, settings: Settings): Deps {
  const { clock } = ports;
  const { rate = 10, burst = 20, caps = NO_CAPS } = settings;
  return {
    ...ports,
    ledger: new Ledger(),
    confirmPace: new Pace(clock, { rate: 20, burst: 40 }),
    lookPace: new Pace(clock, { rate: 5, burst: 40 }),
    pace: new Pace(clock, { rate, burst }),
    caps: new Caps(clock, caps),
    slots: new Slots(settings.slots ?? 100),
    estimate: (count) => durationOf(count, { rate, burst, perMinute: [caps.perNamespace, caps.perIdentity] }),
    ownIdentity: settings.ownIdentity,
    policy: policy(settings.policy),
    mode: settings.mode ?? 'enforce',
    longestGap: longestGapOf(settings),
  };
}
