/** How the controller asks for all pods of one identity. */

import type { Identity } from '../domain/identity.ts';
import type { Reading } from '../domain/reading.ts';
import type { RosterPod } from '../domain/roster.ts';

export interface Rosters {
  /**
   * One filtered list, ordered by uid; the view of the holders knows nothing of pods without the token volume, and need
   * not. Pods that can't be understood are left out. A list that broke off is unknown as a whole. Rejected only with
   * the reason of `signal`.
   */
  of(identity: Identity, signal: AbortSignal): Promise<Reading<readonly RosterPod[]>>;

  /** One pod by its name; known(undefined) where there is none. Else as above. */
  find(namespace: string, name: string, signal: AbortSignal): Promise<Reading<RosterPod | undefined>>;
}
