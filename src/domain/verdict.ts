/** A verdict: what is to happen to a holder, always with a reason from this closed list. */

import { BRAKES } from './brake.ts';
import type { Duration, Instant } from './time.ts';

/** Every verdict and its reasons. docs/verdicts.md explains each; a test compares the two both ways. */
export const VERDICTS = {
  keep: ['current', 'same-grant', 'no-grant-since-start', 'expired', 'finished'],
  wait: [
    'settling',
    'window-open',
    'terminating',
    'held-by-finalizer',
    'outlives-grace',
    'backing-off',
    ...BRAKES,
  ],
  evict: ['deleted', 'superseded', 'history-unknown'],
  force: ['deleted', 'superseded', 'history-unknown'],
  undecided: ['reading-unknown', 'history-unknown', 'pod-unreadable'],
  exempt: ['own-pod', 'own-deployment', 'protected-namespace', 'mirror-pod'],
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
  | {
      readonly kind: 'force';
      readonly reason: (typeof VERDICTS.force)[number];
      /** How long the pod is given to end, or has left of the time that it was given. */
      readonly grace: Duration;
    }
  | { readonly kind: 'undecided'; readonly reason: (typeof VERDICTS.undecided)[number] }
  | { readonly kind: 'exempt'; readonly reason: (typeof VERDICTS.exempt)[number] };

export type VerdictReason = Verdict['reason'];
