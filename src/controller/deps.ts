/** What the parts of the controller share: the ports, the operator's choices, the ledger, the pace. */

import type { Identity } from '../domain/identity.ts';
import type { Policy } from '../domain/policy.ts';
import type { Duration } from '../domain/time.ts';
import type { Mode } from '../domain/report.ts';
import type { Associations } from '../ports/associations.ts';
import type { RecordChannel } from '../ports/channel.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Evictor } from '../ports/evictor.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { Pods } from '../ports/pods.ts';
import type { Rosters } from '../ports/rosters.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { Brakes } from './brakes.ts';
import type { Caps } from './caps.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import type { Reign } from './reign.ts';
import type { Slots } from './slots.ts';

export type Deps = {
  readonly clock: Clock;
  readonly random: Random;
  readonly associations: Associations;
  readonly pods: Pods;
  readonly evictor: Evictor;
  readonly rosters: Rosters;
  readonly reporter: Reporter;
  readonly ledger: Ledger;
  /** Of evictions. */
  readonly pace: Pace;
  readonly caps: Caps;
  readonly slots: Slots;
  /** How long so many evictions take. */
  readonly estimate: (count: number) => Duration | undefined;
  readonly brakes: Brakes;
  readonly reign: Reign;
  /** What the daemon itself runs as; undefined where it is not known. */
  readonly ownIdentity: Identity | undefined;
  /** Of confirmations, whatever asks for them: the request budget of EKS. */
  readonly confirmPace: Pace;
  /** Of looks that hints ask for, so that a flood of hints leaves the confirmations to those who need them. */
  readonly lookPace: Pace;
  readonly channels: readonly RecordChannel[];
  /** Undefined: nothing outlives the process. */
  readonly ledgerStore: LedgerStore | undefined;
  readonly policy: Policy;
  /** Between two Lists, at the most, for nothing to have been missed in between. */
  readonly longestGap: Duration;
  readonly mode: Mode;
};

/**
 * `stopping`: take up nothing new. `lifetime`: let go of what is in flight; comes some time after `stopping`,
 * so that an eviction that was sent is also heard out.
 */
export type Signals = { readonly stopping: AbortSignal; readonly lifetime: AbortSignal };
