/** What the daemon is known to get wrong today. An entry goes when it is mended; no other complaint is excused. */

import { BLIND, HIDDEN_END, NO_GRANT } from './finale.ts';
import { LATE_LEDGER, OF_EARLIER_END, UNRECORDED } from './checks/proof.ts';

export const EXCUSED: readonly RegExp[] = [
  // A grant that ends while the revocation of an earlier one is open has no settle time of its own.
  new RegExp(OF_EARLIER_END),
  // A ledger that is read again while the daemon runs, as after a conflict, takes the place of what was learnt since.
  new RegExp(LATE_LEDGER),
  /goes from (?:contained|refuted) to (?:confirmed|contained|refuted)/,
  // While a revocation is open for a holder that never goes, a List without the identity leads to no confirmation.
  new RegExp(HIDDEN_END),
  // Where the daemon never saw what ended, no reading of another grant is taken for a proof, and nobody is evicted.
  new RegExp(NO_GRANT),
  // After a restart an identity without a record counts as absent since the first List of the new daemon only.
  new RegExp(UNRECORDED),
  // An end that is contained gets another revocation after a later suspicion was refuted.
  /goes from (?:contained|refuted) to settling/,
  // A pod without an association that ran through a time without Lists is kept, though one may have come and gone; and
  // whoever is judged before a List discloses such a time is not judged again.
  new RegExp(BLIND),
];

export function unexcused(complaints: readonly string[]): readonly string[] {
  return complaints.filter((complaint) => !EXCUSED.some((pattern) => pattern.test(complaint)));
}
