/** What of the ledger outlives the process: enough to take up revocations and to know the past of each identity. */

import type { History } from './history.ts';
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
  readonly savedAt: Instant;
  /** Ordered by identity. */
  readonly records: readonly LedgerRecord[];
};
