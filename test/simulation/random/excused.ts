/** What the daemon is known to get wrong today. An entry goes when it is mended; no other complaint is excused. */

import { BLIND, HIDDEN_END } from './finale.ts';
import { LATE_LEDGER, OF_EARLIER_END, UNRECORDED } from './checks/proof.ts';
import type { ProfileName } from './story.ts';

export type Excuse = {
  readonly why: string;
  readonly complaint: RegExp;
  /** Among the first histories of this profile there is one that shows it. */
  readonly shownBy: ProfileName;
};

export const EXCUSED: readonly Excuse[] = [
  {
    why: 'a grant that ends while the revocation of an earlier one is open has no settle time of its own',
    complaint: new RegExp(`settle time${OF_EARLIER_END}`),
    shownBy: 'grants',
  },
  {
    why: 'a proof that is renewed is compared with the grant of the revocation, not with what the holder holds',
    complaint: new RegExp(`\\(invariant 3\\)${OF_EARLIER_END}`),
    shownBy: 'pods',
  },
  {
    why: 'while a revocation is open for a holder that never goes, a List without the identity leads nowhere',
    complaint: new RegExp(HIDDEN_END),
    shownBy: 'grants',
  },
  {
    why: 'a ledger that is read again takes the place of what was learnt since',
    complaint: new RegExp(LATE_LEDGER),
    shownBy: 'faults',
  },
  {
    why: 'a ledger that is read again opens again what was closed since',
    complaint: /goes from (?:contained|refuted) to (?:confirmed|contained|refuted)/,
    shownBy: 'faults',
  },
  {
    why: 'after a restart an identity without a record counts as absent since the first List of the new daemon only',
    complaint: new RegExp(UNRECORDED),
    shownBy: 'pods',
  },
  {
    why: 'an end that is contained gets another revocation when a later suspicion is refuted',
    complaint: /goes from (?:contained|refuted) to settling/,
    shownBy: 'grants',
  },
  {
    why: 'who is there through a time in which nobody looked, or was judged before that was noticed, is kept',
    complaint: new RegExp(BLIND),
    shownBy: 'grants',
  },
];

export function unexcused(complaints: readonly string[]): readonly string[] {
  return complaints.filter((text) => !EXCUSED.some(({ complaint }) => complaint.test(text)));
}
