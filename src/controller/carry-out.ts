/** Carrying out a plan: each eviction that is due, at the pace allowed, while the proof is young. */

import { isProof } from '../decide/proof.ts';
import type { Judged, Plan } from '../decide/plan.ts';
import type { Holder } from '../domain/holder.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isDone } from '../domain/outcome.ts';
import type { Revocation } from '../domain/revocation.ts';
import { countedFrom } from '../domain/revocation.ts';
import type { Duration } from '../domain/time.ts';
import { after, between, latest } from '../domain/time.ts';
import { backoff } from './backoff.ts';
import { confirm } from './confirm.ts';
import type { Deps, Signals } from './deps.ts';
import type { Entry } from './ledger.ts';
import { inPool } from './pool.ts';

/** Evictions of one identity in flight at a time. */
const CONCURRENCY = 8;

/** Evictions in one visit: a large identity takes turns with the others, and is judged anew in each turn. */
const SLICE = 20;

/** The holders of one identity that are evicted on the strength of one proof. */
type Slice = {
  readonly entry: Entry;
  readonly deps: Deps;
  readonly signals: Signals;
  /** The proof could not be renewed: nobody is evicted any more. */
  isOver: boolean;
};

/** Answers whether anything was done or is left to be done at once, so that the identity is looked at again. */
export async function carryOut(plan: Plan, entry: Entry, deps: Deps, signals: Signals): Promise<boolean> {
  const { revocation } = plan;
  if (revocation === undefined) return false;
  if (deps.mode === 'dry-run') {
    withhold(plan.evictions, revocation, entry, deps);
    return false;
  }
  const due = plan.evictions.slice(0, SLICE);
  const slice: Slice = { entry, deps, signals, isOver: false };
  const failures = await inPool(due, CONCURRENCY, (judged) => evictOne(judged, slice));
  if (failures.length > 0) throw new AggregateError(failures, 'evictions that failed unexpectedly');
  return due.length > 0;
}

/** Dry-run: all but the call. Told once for each holder. */
function withhold(due: readonly Judged[], revocation: Revocation, entry: Entry, deps: Deps): void {
  for (const { holder, verdict } of due) {
    entry.attempts.set(holder.uid, { kind: 'withheld', at: deps.clock.now() });
    deps.reporter.report({ kind: 'would-evict', holder, verdict, revocation });
  }
}

async function evictOne(judged: Judged, slice: Slice): Promise<void> {
  const { entry, deps, signals } = slice;
  if (slice.isOver) return;
  await deps.pace.take(signals.stopping);
  if (!(await isProven(slice)) || !isStillDue(judged.holder, deps)) return;
  const { revocation } = entry;
  if (signals.stopping.aborted || revocation === undefined) return;
  const { holder, verdict } = judged;
  const outcome = await deps.evictor.evict({ holder, reason: verdict.reason, revocation }, signals.lifetime);
  const tries = note(holder, outcome, entry, deps);
  deps.reporter.report({
    kind: 'eviction',
    holder,
    verdict,
    revocation,
    outcome,
    tries,
    sinceEnd: sinceEnd(revocation, deps),
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
  if (!isProof(entry.standing, revocation, deps.clock.now())) {
    await confirm(revocation.identity, entry, deps, signals.stopping);
  }
  slice.isOver ||= !isProof(entry.standing, revocation, deps.clock.now());
  return !slice.isOver;
}

/** While it waited for its turn the pod may have gone, have begun to, or have come to its own end. */
function isStillDue(holder: Holder, { pods }: Deps): boolean {
  const current = pods.holder(holder.uid);
  return current !== undefined && current.terminating === undefined && !current.finished;
}

/** Notes the outcome and answers how often this holder has been tried, this time included. */
function note(holder: Holder, outcome: Outcome, entry: Entry, { clock, random, ledger }: Deps): number {
  const before = entry.attempts.get(holder.uid);
  const tries = (before?.kind === 'refused' ? before.tries : 0) + 1;
  const now = clock.now();
  if (isDone(outcome)) {
    entry.attempts.set(holder.uid, { kind: 'accepted', at: now });
    if (outcome.kind === 'evicted') {
      countEvicted(entry);
      if (holder.owner !== undefined) ledger.noteDisplaced({ holder, at: now });
    }
    return tries;
  }
  const pause = after(now, backoff(tries, random));
  const asked = outcome.kind === 'blocked' ? outcome.retryAfter : undefined;
  const notBefore = asked === undefined ? pause : latest(pause, after(now, asked));
  entry.attempts.set(holder.uid, { kind: 'refused', outcome, tries, notBefore });
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
