/** Controls: what an operator has told the daemon to do or to leave. */

import type { Instant } from './time.ts';

/** The brakes that an operator may release; all others end when their cause does. */
export const RELEASABLE_BRAKES = ['mass-end'] as const;

export type ReleasableBrake = (typeof RELEASABLE_BRAKES)[number];

export type Pause = {
  /** In the operator's words. */
  readonly reason: string;
  /** Undefined where it is not told. */
  readonly at: Instant | undefined;
  /** Who set it, as far as the cluster remembers it; said by the client, so a hint and no proof. */
  readonly by: string | undefined;
};

export type Release = {
  /** What was noticed before it is released. */
  readonly at: Instant;
  readonly by: string | undefined;
};

export type ControlState = {
  /** Undefined: nobody has paused the daemon. */
  readonly pause: Pause | undefined;
  readonly releases: Readonly<Record<ReleasableBrake, Release | undefined>>;
  /** What was set and can't be understood, for a person; it releases nothing. */
  readonly problems: readonly string[];
};

export const NO_CONTROLS: ControlState = {
  pause: undefined,
  releases: { 'mass-end': undefined },
  problems: [],
};
