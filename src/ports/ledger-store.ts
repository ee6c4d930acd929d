/** Where the ledger is kept while no daemon runs. */

import type { LedgerDocument } from '../domain/ledger-document.ts';
import type { Reading } from '../domain/reading.ts';

export type SaveOutcome =
  | { readonly kind: 'saved' }
  /** Somebody else has written since it was loaded or saved: nothing was written. */
  | { readonly kind: 'conflict' }
  /** Nothing was written, and the same document will not be taken next time either. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** It may or may not have been written. */
  | { readonly kind: 'unreachable'; readonly detail: string };

export interface LedgerStore {
  /**
   * The document as it was last saved, by whatever daemon; `known(undefined)` where there is none. What can't be
   * understood (corrupt, cut off, of another version) is `unknown('malformed')`, and its detail says what it is;
   * a document of a newer version is never overwritten by `save`. Rejected only with the reason of `signal`.
   */
  load(signal: AbortSignal): Promise<Reading<LedgerDocument | undefined>>;

  /**
   * Replaces what was last loaded or saved here; whoever wrote in between makes it a conflict. Never retried
   * inside. Rejected only with the reason of `signal`.
   */
  save(document: LedgerDocument, signal: AbortSignal): Promise<SaveOutcome>;
}
