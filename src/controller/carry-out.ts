/** Carrying out a plan: each eviction that is due, at the pace allowed, while the proof is young. */

import { evictionGrace, forceFrom } from '../decide/deadline.ts';
import { isProof } from '../decide/proof.ts';
import { judge } from '../decide/judge.ts';
import type { Judged, Plan } from '../decide/plan.ts';
import { holderFacts, recounted } from '../decide/plan.ts';
import type { Holder } from '../domain/holder.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isDone } from '../domain/outcome.ts';
import type { Revocation } from '../domain/revocation.ts';
import { countedFrom } from '../domain/revocation.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { after, between, earliest, latest, seconds } from '../domain/time.ts';
import { Alarm } from './alarm.ts';
import { backoff } from './backoff.ts';
import { confirm } from './confirm.ts';
import type { Deps, Signals } from './deps.ts';
import { commonFactsOf, historyOf } from './facts.ts';
import type { Entry } from './ledger.ts';
import { inPool } from './pool.ts';

/** Acts of one identity that wait for their turn at a time, at the least; else half of all that may be in flight. */
const LEAST_CONCURRENCY = 8;

/**
 * Acts in one visit, at the least; else what the pace allows in a second: a large identity takes turns with the others,
 * and is judged anew in each turn. The whole of it is judged: with many small turns the work would grow with its square.
 */
const LEAST_SLICE = 20;

/** An answer that took so long has kept others waiting as well. */
const SLOW_ANSWER = seconds(1);

/** The holders of one identity that are acted on on the strength of one proof. */
type Slice = {
  readonly entry: Entry;
  readonly deps: Deps;
  readonly signals: Signals;
  /** The proof could not be renewed, or a brake has engaged: nobody is acted on any more. */
  isOver: boolean;
  /** When a cap lets the next one through that it has held back. */
  cappedUntil: Instant | undefined;
  /** Rings when the time for force comes for somebody who was refused: then all are judged anew at once. */
  readonly alarm: Alarm;
};

/** What became of one act. */
type Acted = {
  /** There is reason to look again at once. */
  readonly isActive: boolean;
  /** The pod goes, or may go: it counts under the caps. */
  readonly isCounted: boolean;
};

const NOTHING_DONE: Acted = { isActive: false, isCounted: false };
const LOOK_AGAIN: Acted = { isActive: true, isCounted: false };

export type Carried = {
  /** Something was done, so that the identity is to be looked at again at once. */
  readonly isActive: boolean;
  /** Somebody was held back until then. */
  readonly again: Instant | undefined;
};

export async function carryOut(plan: Plan, entry: Entry, deps: Deps, signals: Signals): Promise<Carried> {
  const { revocation } = plan;
  if (revocation === undefined) return { isActive: false, again: undefined };
  if (deps.mode === 'dry-run') {
    withhold(plan.acts, revocation, entry, deps);
    return { isActive: false, again: undefined };
  }
  const due = plan.acts.slice(0, Math.max(LEAST_SLICE, Math.floor(deps.pace.rate)));
  const alarm = new Alarm(deps.clock);
  const slice: Slice = { entry, deps, signals, isOver: false, cappedUntil: undefined, alarm };
  for (const { holder } of due.length > 0 ? plan.judged : []) setAlarm(holder, slice);
  const results: boolean[] = [];
  const concurrency = Math.max(LEAST_CONCURRENCY, Math.floor(deps.slots.count / 2));
  const failures = await inPool(due, concurrency, async (judged) => {
    results.push(await actOn(judged, slice));
  });
  await alarm.end();
  if (failures.length > 0) throw new AggregateError(failures, 'acts that failed unexpectedly');
  return { isActive: results.includes(true), again: slice.cappedUntil };
}

/** Dry-run: all but the call. Told once for each holder. */
function withhold(due: readonly Judged[], revocation: Revocation, entry: Entry, deps: Deps): void {
  for (const { holder, verdict } of due) {
    entry.attempts.set(holder.uid, { kind: 'withheld', at: deps.clock.now() });
    deps.reporter.report({ kind: 'would-evict', holder, verdict, revocation });
  }
}

/** Whoever waits behind many others is not to be waited for when the time for force comes. */
function setAlarm(holder: Holder, { entry, deps, alarm }: Slice): void {
  const attempt = entry.attempts.get(holder.uid);
  if (attempt?.kind !== 'refused' || attempt.isForced) return;
  const from = forceFrom(entry, holder, deps.policy);
  if (from !== undefined && from > deps.clock.now()) alarm.set(from);
}

/** Answers whether there is reason to look again at once. */
async function actOn(judged: Judged, slice: Slice): Promise<boolean> {
  if (slice.isOver || isCapped(judged, slice)) return false;
  let acted = NOTHING_DONE;
  try {
    acted = await actInTurn(judged, slice);
  } finally {
    // A cap is on pods that go: who is refused for ever must not use it up.
    if (!acted.isCounted && judged.verdict.kind === 'evict') slice.deps.caps.giveBack(judged.holder);
  }
  return acted.isActive;
}

async function actInTurn(judged: Judged, slice: Slice): Promise<Acted> {
  const giveBack = await slotFor(judged, slice);
  if (giveBack === undefined) return LOOK_AGAIN;
  try {
    if (!(await turnOf(slice))) return LOOK_AGAIN;
    const current = judgedNow(judged, slice);
    return current === undefined ? LOOK_AGAIN : await act(current, slice);
  } finally {
    giveBack();
  }
}

/**
 * A turn in the pace, with a proof that is young when it comes. Those that waited together for a slow answer would go all at
 * once: they take another turn, once.
 */
async function turnOf(slice: Slice): Promise<boolean> {
  const { deps, signals } = slice;
  await deps.pace.take(signals.stopping);
  if (hasProof(slice)) return !slice.isOver;
  const askedAt = deps.clock.now();
  if (!(await isProven(slice))) return false;
  if (between(askedAt, deps.clock.now()) < SLOW_ANSWER) return true;
  await deps.pace.take(signals.stopping);
  return isProven(slice);
}

/** Undefined where the alarm rang before its turn came. */
async function slotFor(
  { verdict }: Judged,
  { deps, signals: { stopping }, alarm }: Slice,
): Promise<(() => void) | undefined> {
  if (verdict.kind === 'force') return deps.slots.take(true, stopping);
  if (alarm.signal.aborted) return undefined;
  try {
    return await deps.slots.take(false, AbortSignal.any([stopping, alarm.signal]));
  } catch (error) {
    if (stopping.aborted || !alarm.signal.aborted) throw error;
    return undefined;
  }
}

/** A holder whose deadline has come is not held back. */
function isCapped({ holder, verdict }: Judged, slice: Slice): boolean {
  if (verdict.kind === 'force') return false;
  const until = slice.deps.caps.tryTake(holder);
  if (until === undefined) return false;
  slice.cappedUntil = earliest(slice.cappedUntil, until);
  return true;
}

/** The last questions before the call: may anybody act now, and in whose name? */
async function act(judged: Judged, slice: Slice): Promise<Acted> {
  const { entry, deps, signals } = slice;
  const { revocation } = entry;
  const term = deps.reign.term();
  slice.isOver ||= term === undefined || deps.brakes.engaged(judged.holder.identity).size > 0;
  if (slice.isOver || term === undefined || revocation === undefined || signals.stopping.aborted)
    return NOTHING_DONE;
  try {
    const outcome = await send(judged, revocation, deps, AbortSignal.any([signals.lifetime, term]));
    report(judged, outcome, slice);
    return { isActive: true, isCounted: outcome.kind === 'evicted' || outcome.kind === 'unreachable' };
  } catch (error) {
    // Abandoned with the term: the next leader asks again.
    if (term.aborted) return NOTHING_DONE;
    throw error;
  }
}

function send(
  { holder, verdict }: Judged,
  revocation: Revocation,
  { evictor, policy }: Deps,
  signal: AbortSignal,
): Promise<Outcome> {
  const order = { holder, reason: verdict.reason, revocation };
  if (verdict.kind === 'force') return evictor.force({ ...order, grace: verdict.grace }, signal);
  const grace = evictionGrace(holder, policy);
  return evictor.evict(grace === undefined ? order : { ...order, grace }, signal);
}

function report({ holder, verdict }: Judged, outcome: Outcome, slice: Slice): void {
  const { entry, deps } = slice;
  const isForced = verdict.kind === 'force';
  const tries = note({ holder, outcome, isForced }, entry, deps);
  setAlarm(holder, slice);
  const { revocation } = entry;
  if (revocation === undefined) return;
  const since = sinceEnd(revocation, deps);
  deps.reporter.report({
    kind: 'eviction',
    holder,
    verdict,
    revocation,
    outcome,
    isForced,
    tries,
    sinceEnd: since,
  });
}

/**
 * A proof that grew too old while the holder waited for its turn is renewed, once for all that wait with it. An
 * answer that is no proof ends the slice for all of them: what it means is for the next deliberation to say.
 */
async function isProven(slice: Slice): Promise<boolean> {
  const { entry, deps, signals } = slice;
  const { revocation } = entry;
  if (slice.isOver || revocation === undefined) return false;
  if (!hasProof(slice)) await confirm(revocation.identity, entry, deps, signals.stopping);
  slice.isOver ||= !hasProof(slice);
  return !slice.isOver;
}

function hasProof({ entry, deps }: Slice): boolean {
  const { revocation, standing } = entry;
  if (revocation === undefined) return false;
  const { policy, clock } = deps;
  const history = historyOf(entry, deps);
  return isProof(standing, { revocation, history }, { policy, now: clock.now() });
}

/**
 * While it waited for its turn the pod may have gone, have begun to, or have come to its own end, and what was read since
 * may clear it: it is judged once more, on the reading that is the proof. Undefined: not to be acted on as planned.
 */
function judgedNow({ holder, verdict }: Judged, slice: Slice): Judged | undefined {
  const { entry, deps } = slice;
  const current = deps.pods.holder(holder.uid);
  if (current === undefined || !hasProof(slice)) return undefined;
  const facts = recounted(commonFactsOf(holder.identity, deps));
  const now = judge(holderFacts(current, facts, entry.revocation), deps.policy, deps.clock.now());
  return now.kind === verdict.kind ? { holder: current, verdict: now } : undefined;
}

type Done = { readonly holder: Holder; readonly outcome: Outcome; readonly isForced: boolean };

/** Notes the outcome and answers how often this holder has been tried, this time included. */
function note({ holder, outcome, isForced }: Done, entry: Entry, { clock, random, ledger }: Deps): number {
  const before = entry.attempts.get(holder.uid);
  const tries = (before?.kind === 'refused' ? before.tries : 0) + 1;
  const now = clock.now();
  if (isDone(outcome)) {
    entry.attempts.set(holder.uid, { kind: 'accepted', at: now, isForced });
    const isFirst = outcome.kind === 'evicted' && holder.terminating === undefined;
    if (isFirst) countEvicted(entry);
    if (isFirst && holder.owner !== undefined) ledger.noteDisplaced({ holder, at: now });
    return tries;
  }
  const pause = after(now, backoff(tries, random));
  const asked = outcome.kind === 'blocked' ? outcome.retryAfter : undefined;
  const notBefore = asked === undefined ? pause : latest(pause, after(now, asked));
  entry.attempts.set(holder.uid, { kind: 'refused', outcome, tries, isForced, notBefore });
  return tries;
}

function countEvicted(entry: Entry): void {
  if (entry.revocation === undefined) return;
  entry.revocation = { ...entry.revocation, evicted: entry.revocation.evicted + 1 };
}

function sinceEnd(revocation: Revocation, { clock }: Deps): Duration | undefined {
  const from = countedFrom(revocation);
  return from === undefined ? undefined : between(from, clock.now());
}
