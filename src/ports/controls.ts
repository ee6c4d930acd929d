/** What operators set and the daemon obeys: pauses, and releases of brakes. */

import type { ControlState, ReleasableBrake } from '../domain/controls.ts';
import type { Reading } from '../domain/reading.ts';

export type ControlOutcome =
  | { readonly kind: 'done' }
  /** `detail` names what must be allowed. */
  | { readonly kind: 'denied'; readonly detail: string }
  /** There is nowhere to set it: no daemon has kept a ledger there yet. */
  | { readonly kind: 'not-found'; readonly detail: string }
  /** It may or may not have been set. */
  | { readonly kind: 'unreachable'; readonly detail: string };

/**
 * None of these fails for what the world does; all are rejected only with the reason of `signal`. What is set is there
 * for every daemon at once, outlives them, and is gone when the ledger is deleted.
 */
export interface Controls {
  /** Unknown is never "not paused". Cheap enough to be asked every other second. */
  read(signal: AbortSignal): Promise<Reading<ControlState>>;

  /** Replaces an earlier pause. */
  pause(reason: string, signal: AbortSignal): Promise<ControlOutcome>;

  /** Done also where nothing was paused. */
  resume(signal: AbortSignal): Promise<ControlOutcome>;

  /** Releases what has been noticed until now, and nothing that is noticed later. */
  release(brake: ReleasableBrake, signal: AbortSignal): Promise<ControlOutcome>;
}
