/** A report: something that happened and that people may want to know. One report makes the log line, the metric and the Event. */

import type { BrakeState } from './brake.ts';
import type { ReleasableBrake, Release } from './controls.ts';
import type { Channel, Hint, HintResult, Refusal } from './hint.ts';
import type { Holder, UnreadablePod } from './holder.ts';
import type { Identity } from './identity.ts';
import type { Leader, Loss } from './leadership.ts';
import type { Outcome } from './outcome.ts';
import type { OwnPod } from './policy.ts';
import type { Reading } from './reading.ts';
import type { MissedPod, RosterPod } from './roster.ts';
import type { Revocation } from './revocation.ts';
import type { Duration } from './time.ts';
import type { Verdict } from './verdict.ts';

/** What is read, as the label of the reading's age; of grants the oldest one counts. */
export const READING_SOURCES = ['associations', 'grants', 'pods'] as const;
export type ReadingSource = (typeof READING_SOURCES)[number];

export type Mode = 'enforce' | 'dry-run';

/** What the roll-call has found and done. */
export type RosterReport =
  | {
      /** A pod was missed by the webhook, or is treated otherwise than before. */
      readonly kind: 'missed';
      readonly missed: MissedPod;
      readonly mode: Mode;
    }
  | {
      /** The Kubernetes API answered to the eviction of a missed pod. */
      readonly kind: 'healing';
      readonly rostered: RosterPod;
      readonly outcome: Outcome;
    }
  | {
      /** What the replacement of an evicted holder was given. */
      readonly kind: 'succession';
      readonly holder: Holder;
      /** Undefined where its owner has put nothing in its place. */
      readonly successor: RosterPod | undefined;
      /** Whether the identity has an association now, so that the successor should have been given the volume. */
      readonly isGranted: boolean;
    };

/** What the daemon says of its own right to act. */
export type StandingReport =
  | {
      /** A brake has engaged or let go. */
      readonly kind: 'brake';
      readonly state: BrakeState;
    }
  | {
      /** An operator has released a brake. */
      readonly kind: 'release';
      readonly brake: ReleasableBrake;
      readonly release: Release;
    }
  | {
      /** The lead was won, lost, or is seen to be somebody else's. */
      readonly kind: 'leadership';
      readonly change:
        | { readonly kind: 'elected'; readonly name: string }
        | { readonly kind: 'lost'; readonly loss: Loss }
        | { readonly kind: 'seen'; readonly reading: Reading<Leader> };
    }
  | {
      /** What the daemon itself runs as became known. */
      readonly kind: 'own-pod';
      readonly ownPod: OwnPod;
      readonly identity: Identity;
    }
  | {
      /** The association that the daemon itself lives by has ended. */
      readonly kind: 'own-grant-ended';
      readonly revocation: Revocation;
    };

export function isStandingReport(report: Report): report is StandingReport {
  const { kind } = report;
  return kind === 'brake' || kind === 'release' || kind === 'leadership' || kind.startsWith('own-');
}

export function isRosterReport(report: Report): report is RosterReport {
  return report.kind === 'missed' || report.kind === 'healing' || report.kind === 'succession';
}

export type Report =
  | RosterReport
  | StandingReport
  | {
      /** A reading came back known after it was not, or turned unknown, or is unknown for another reason. */
      readonly kind: 'reading';
      readonly of: 'list' | 'describe' | 'confirmation' | 'roster' | 'ledger' | 'controls' | Channel;
      readonly subject: string;
      readonly reading: Reading<unknown>;
    }
  | {
      /** A revocation reached a stage, or was opened in it. */
      readonly kind: 'stage';
      readonly revocation: Revocation;
      /** Holders that are or may be stale, as judged right now. */
      readonly exposed: number;
      /** How long the evictions that are due will take at the pace allowed; undefined where none are due. */
      readonly takes: Duration | undefined;
      readonly mode: Mode;
    }
  | {
      /** A holder's verdict is another than before. */
      readonly kind: 'verdict';
      readonly holder: Holder;
      readonly verdict: Verdict;
      readonly revocation: Revocation | undefined;
      readonly mode: Mode;
    }
  | {
      /** The Kubernetes API answered to an eviction. */
      readonly kind: 'eviction';
      readonly holder: Holder;
      readonly verdict: Verdict;
      readonly revocation: Revocation;
      readonly outcome: Outcome;
      /** Deleted past every budget, with a grace. */
      readonly isForced: boolean;
      /** 1 for the first try on this pod. */
      readonly tries: number;
      /** From the end of the grant to the answer; undefined where the end is not known. */
      readonly sinceEnd: Duration | undefined;
    }
  | {
      /** Dry-run: all but the call was done. */
      readonly kind: 'would-evict';
      readonly holder: Holder;
      readonly verdict: Verdict;
      readonly revocation: Revocation;
    }
  | {
      /** A hint was heard, and this became of it. */
      readonly kind: 'hint';
      readonly hint: Hint;
      readonly result: HintResult;
    }
  | {
      /** A record was heard that is no hint. */
      readonly kind: 'refused';
      readonly channel: Channel;
      readonly why: Refusal;
      readonly detail: string;
    }
  | { readonly kind: 'unreadable-pod'; readonly pod: UnreadablePod }
  | {
      /** This code met something that it should not have; the one item is retried, all others go on. */
      readonly kind: 'bug';
      readonly where: string;
      readonly error: unknown;
    };
