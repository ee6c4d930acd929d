/** How long a Lease, a term by it and the pauses in between last. */

import type { Duration } from '../../domain/time.ts';
import { seconds } from '../../domain/time.ts';

export type LeaseTiming = {
  /** How long others leave the Lease alone after they have seen it renewed. More than `renewDeadline`. */
  readonly duration: Duration;
  /** How long a term lasts from the sending of its last successful renewal. */
  readonly renewDeadline: Duration;
  readonly renewInterval: Duration;
  /** Between two looks of a standby. */
  readonly lookInterval: Duration;
  readonly requestTimeout: Duration;
};

/** A third of the duration is left for clocks that run at different rates. A hand-over takes a look and two requests. */
export const LEASE_TIMING: LeaseTiming = {
  duration: seconds(15),
  renewDeadline: seconds(10),
  renewInterval: seconds(2),
  lookInterval: seconds(1),
  requestTimeout: seconds(3),
};
