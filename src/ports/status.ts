/** What the daemon tells of itself to whoever asks: probes, scrapes, the status API. */

import type { ExposureState } from '../domain/exposure.ts';
import type { Holder, UnreadablePod } from '../domain/holder.ts';
import type { Mode, ReadingSource } from '../domain/report.ts';
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
};

export interface StatusSource {
  status(): Status;
  /** Open ones first, then the ended ones, newest first. */
  revocations(): readonly Revocation[];
  /** Every holder with its latest verdict, ordered by namespace, name and uid. */
  holders(): readonly JudgedHolder[];
  unreadable(): readonly UnreadablePod[];
  /** How long the oldest stale holder has outlived its grant; undefined where there is none. */
  oldestExposure(): Duration | undefined;
}
