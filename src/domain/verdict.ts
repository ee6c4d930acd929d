/** A verdict: what is to happen to a holder, always with a reason from this closed list. */

import type { Instant } from './time.ts';

/** Every verdict and its reasons. docs/verdicts.md explains each; a test compares the two both ways. */
export const VERDICTS = {
  keep: ['current', 'same-grant', 'no-grant-since-start', 'expired', 'finished'],
  wait: ['settling', 'window-open', 'terminating', 'backing-off'],
  evict: ['deleted', 'superseded', 'history-unknown'],
  undecided: ['reading-unknown', 'history-unknown', 'pod-unreadable'],
  exempt: ['own-pod', 'protected-namespace'],
} as const;

export type VerdictKind = keyof typeof VERDICTS;

export type Verdict =
  | { readonly kind: 'keep'; readonly reason: (typeof VERDICTS.keep)[number] }
  | {
      readonly kind: 'wait';
      readonly reason: (typeof VERDICTS.wait)[number];
      /** When there is reason to look again; undefined where only the world can end the wait. */
      readonly until: Instant | undefined;
    }
  | { readonly kind: 'evict'; readonly reason: (typeof VERDICTS.evict)[number] }
  | { readonly kind: 'undecided'; readonly reason: (typeof VERDICTS.undecided)[number] }
  | { readonly kind: 'exempt'; readonly reason: (typeof VERDICTS.exempt)[number] };

export type VerdictReason = Verdict['reason'];
