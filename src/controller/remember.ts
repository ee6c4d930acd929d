/** Remembering a plan: the entry takes over its revocation and verdicts, and what changed is reported. */

import type { Plan } from '../decide/plan.ts';
import { countExposed } from '../decide/plan.ts';
import type { History } from '../domain/history.ts';
import type { Holder } from '../domain/holder.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import { latest } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Deps } from './deps.ts';
import type { Entry, Opinion } from './ledger.ts';

export function remember(plan: Plan, entry: Entry, deps: Deps): void {
  followRevocation(plan, entry, deps);
  const previous = entry.opinions;
  const current = new Map<Holder['uid'], Opinion>();
  for (const { holder, verdict } of plan.judged) {
    const before = previous.get(holder.uid);
    const isSame = before !== undefined && isSameVerdict(before.verdict, verdict);
    current.set(holder.uid, { verdict, since: isSame ? before.since : deps.clock.now() });
    if (!isSame && isWorthTelling(before?.verdict, verdict)) {
      deps.reporter.report({
        kind: 'verdict',
        holder,
        verdict,
        revocation: plan.revocation,
        mode: deps.mode,
      });
    }
  }
  entry.opinions = current;
  forgetGone(entry);
}

function followRevocation(plan: Plan, entry: Entry, deps: Deps): void {
  const { ledger, reporter, mode } = deps;
  const before = entry.revocation;
  const now = plan.revocation;
  entry.revocation = now;
  if (now === undefined) return;
  entry.history = closedBy(now, entry.history);
  if (before !== undefined && isAnother(before, now)) ledger.archive(before);
  if (before !== undefined && !isAnother(before, now) && before.stage === now.stage) return;
  const takes = deps.estimate(plan.acts.length);
  reporter.report({ kind: 'stage', revocation: now, exposed: countExposed(plan.judged), takes, mode });
  const isOwn = now.identity === deps.ownIdentity && now.cause === 'deleted' && now.stage === 'settling';
  if (isOwn) reporter.report({ kind: 'own-grant-ended', revocation: now });
}

/** What was followed to its end is not taken up again, by this daemon or the next. */
function closedBy({ stage, end }: Revocation, history: History): History {
  if ((stage !== 'contained' && stage !== 'expired') || end === undefined) return history;
  const { closedUntil = end.notAfter } = history;
  return { ...history, closedUntil: latest(closedUntil, end.notAfter) };
}

function isAnother(one: Revocation, other: Revocation): boolean {
  return !isOpen(one) && one.suspectedAt !== other.suspectedAt;
}

function isSameVerdict(one: Verdict, other: Verdict): boolean {
  return one.kind === other.kind && one.reason === other.reason;
}

/**
 * Not worth a line: that a holder is kept for a current grant, unless it was not so before; and that nothing is
 * known yet of one that has just been seen.
 */
function isWorthTelling(before: Verdict | undefined, verdict: Verdict): boolean {
  if (before === undefined && verdict.reason === 'reading-unknown') return false;
  if (verdict.kind !== 'keep' || verdict.reason === 'no-grant-since-start') return true;
  return before !== undefined && before.kind !== 'keep' && before.reason !== 'reading-unknown';
}

/** Attempts on pods that are no longer there can't matter again: a uid never returns. */
function forgetGone(entry: Entry): void {
  for (const uid of entry.attempts.keys()) {
    if (!entry.opinions.has(uid)) entry.attempts.delete(uid);
  }
}
