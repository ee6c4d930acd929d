/** Tells a refusal that is new from one that was already told. */

import type { PodUid } from '../../domain/holder.ts';
import { isDone } from '../../domain/outcome.ts';
import type { Report } from '../../domain/report.ts';

/** Pods that go without our doing leave an entry behind; the oldest make way. A lost one costs a log line. */
const MOST_REMEMBERED = 10_000;

export type Repetitions = {
  /** Remembers the report, and says whether the last one of this pod told the same refusal. */
  readonly isRepeated: (report: Report) => boolean;
};

export function createRepetitions(): Repetitions {
  const refusals = new Map<PodUid, string>();
  return {
    isRepeated(report) {
      if (report.kind !== 'eviction') return false;
      const { uid } = report.holder;
      const before = refusals.get(uid);
      refusals.delete(uid);
      if (isDone(report.outcome)) return false;
      const refusal = refusalOf(report.outcome);
      refusals.set(uid, refusal);
      forgetOldest(refusals);
      return refusal === before;
    },
  };
}

/** `detail` is left out: it may hold a count or a time that differs with each try. */
function refusalOf(outcome: Extract<Report, { kind: 'eviction' }>['outcome']): string {
  return outcome.kind === 'blocked' ? `blocked ${outcome.by.join(' ')}` : outcome.kind;
}

function forgetOldest(refusals: Map<PodUid, string>): void {
  for (const uid of refusals.keys()) {
    if (refusals.size <= MOST_REMEMBERED) return;
    refusals.delete(uid);
  }
}
