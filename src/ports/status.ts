/** What the daemon tells of itself to whoever asks: probes, scrapes, the status API. */

import type { BrakeState } from '../domain/brake.ts';
import type { ExposureState } from '../domain/exposure.ts';
import type { Channel } from '../domain/hint.ts';
import type { Holder, UnreadablePod } from '../domain/holder.ts';
import type { Mode, ReadingSource } from '../domain/report.ts';
import type { MissedPod } from '../domain/roster.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Duration, Instant } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';

export type JudgedHolder = {
  readonly holder: Holder;
  readonly verdict: Verdict;
  readonly state: ExposureState | undefined;
  /** Since when the verdict has been this one. */
  readonly since: Instant;
};

/** The holders with one verdict. */
export type Tallied = {
  readonly verdict: Verdict;
  readonly state: ExposureState | undefined;
  readonly count: number;
};

export type Status = {
  readonly cluster: string;
  readonly mode: Mode;
  readonly startedAt: Instant;
  readonly now: Instant;
  /** A sweep ended recently, whatever it found. */
  readonly live: boolean;
  readonly ready: boolean;
  /** Why not ready, for a person; empty when ready. */
  readonly notReadyBecause: readonly string[];
  readonly readings: Readonly<
    Record<ReadingSource, { readonly at: Instant | undefined; readonly problem: string | undefined }>
  >;
  readonly associations: number | undefined;
  readonly holders: number;
  readonly openRevocations: number;
  /** Whether this replica acts. */
  readonly isLeading: boolean;
  /** The association that the daemon itself lives by is gone. */
  readonly hasOwnGrantEnded: boolean;
};

/** What a channel has told so far; undefined: nothing. */
export type ChannelStatus = {
  readonly channel: Channel;
  /** The latest time of an event that it told of. */
  readonly lastEventAt: Instant | undefined;
  /** When it last told of anything. */
  readonly lastHeardAt: Instant | undefined;
  /** When it last could be asked. */
  readonly lastKnownAt: Instant | undefined;
  /** Why it can't be asked now. */
  readonly problem: string | undefined;
};

export interface StatusSource {
  status(): Status;
  /** The channels that are listened to. */
  channels(): readonly ChannelStatus[];
  /** Open ones first, then the ended ones, newest first. */
  revocations(): readonly Revocation[];
  /** Every holder with its latest verdict, ordered by namespace, name and uid. */
  holders(): readonly JudgedHolder[];
  /** How many holders have each verdict that somebody has: what `holders` would tell, for a fraction of its cost. */
  tally(): readonly Tallied[];
  unreadable(): readonly UnreadablePod[];
  /** As they were looked at last; empty before. */
  brakes(): readonly BrakeState[];
  /** Pods without the token volume whose identity has an association, as they were last asked for. */
  missed(): readonly MissedPod[];
  /**
   * For each state that somebody is in: how long the one that has been exposed longest has outlived its grant. Where that
   * can't be told, since when it has been so.
   */
  oldestExposure(): ReadonlyMap<ExposureState, Duration>;
}
