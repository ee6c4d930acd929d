/** Remembering a plan: the entry takes over its revocation and verdicts, and what changed is reported. */

import type { Judged, Plan } from '../decide/plan.ts';
import { countExposed } from '../decide/plan.ts';
import type { History } from '../domain/history.ts';
import type { Holder } from '../domain/holder.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import { latest, milliseconds } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Deps } from './deps.ts';
import type { Entry, Opinion } from './ledger.ts';

/** So many verdicts are told in a row. */
const PORTION = 64;

/** Between two portions, so that probes, time-outs and who reads the log have their turn. */
const BREATH = milliseconds(1);

/** All is taken over at once; fulfilled when it is told. Told to stop, it tells the rest without a pause. */
export async function remember(plan: Plan, entry: Entry, deps: Deps, stopping: AbortSignal): Promise<void> {
  followRevocation(plan, entry, deps);
  const news = takeOver(plan, entry, deps);
  const { revocation } = plan;
  for (const [index, { holder, verdict }] of news.entries()) {
    if (index > 0 && index % PORTION === 0) await deps.clock.sleep(BREATH, stopping).catch(() => {});
    deps.reporter.report({ kind: 'verdict', holder, verdict, revocation, mode: deps.mode });
  }
}

/** Answers the verdicts that are worth telling. */
function takeOver(plan: Plan, entry: Entry, { clock }: Deps): readonly Judged[] {
  const previous = entry.opinions;
  const current = new Map<Holder['uid'], Opinion>();
  const news: Judged[] = [];
  for (const judged of plan.judged) {
    const { holder, verdict } = judged;
    const before = previous.get(holder.uid);
    const isSame = before !== undefined && isSameVerdict(before.verdict, verdict);
    current.set(holder.uid, { verdict, since: isSame ? before.since : clock.now() });
    if (!isSame && isWorthTelling(before?.verdict, verdict)) news.push(judged);
  }
  entry.opinions = current;
  forgetGone(entry);
  return news;
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
