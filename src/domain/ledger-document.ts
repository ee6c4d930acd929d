/** What of the ledger outlives the process: enough to take up revocations and to know the past of each identity. */

import type { Coverage } from './chronicle.ts';
import type { Gap, History } from './history.ts';
import type { Identity } from './identity.ts';
import type { Revocation } from './revocation.ts';
import type { Instant } from './time.ts';

export type LedgerRecord = {
  readonly identity: Identity;
  readonly history: History;
  /** Only while it is open. */
  readonly revocation: Revocation | undefined;
};

export type LedgerDocument = {
  /** The last List that was read: what came and went since then is not known. */
  readonly listedAt: Instant;
  /** The first List of all: who was in no List since then has had no association, but for the gaps. */
  readonly listedSince: Instant;
  /** Earlier times in which nobody looked. */
  readonly gaps: readonly Gap[];
  /** The trail checkpoint: the time of which CloudTrail has told all, as the histories hold it. */
  readonly coverage: Coverage | undefined;
  /** Ordered by identity. */
  readonly records: readonly LedgerRecord[];
};
