/**
 * Judgement: what is to happen to one holder, and why. The rules are asked in this order, and the first that speaks
 * is the verdict: they are the decision table of docs/verdicts.md.
 */

import type { Holder } from '../domain/holder.ts';
import type { Attempt } from '../domain/outcome.ts';
import type { Policy } from '../domain/policy.ts';
import type { Instant } from '../domain/time.ts';
import { after, earliest, minutes, seconds } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Stale } from './binding.ts';
import { comparedWith, withoutGrant } from './binding.ts';
import type { Case, HolderFacts } from './case.ts';
import { forceFrom, forceGrace, outlivesDeadline } from './deadline.ts';
import { ownOf } from './own.ts';
import { isLater, settledAt } from './proof.ts';

/** creationTimestamp is cut to whole seconds, so a pod may have started up to this much later than it says. */
export const START_RESOLUTION = seconds(1);

/**
 * How long an accepted eviction is believed while the view does not show the pod terminating. Later the view
 * is right and the eviction was not carried out: it is asked for again.
 */
export const ACCEPTED_FOR = minutes(2);

/** A pod that is still there so long after the end of its grace is stuck. */
export const STUCK_AFTER = minutes(1);

/** What is asked of every holder. */
const FIRST_QUESTIONS = {
  ended: 'Have its containers ended?',
  reading: 'Is it known what its identity is given now?',
  binding: 'Is every grant that it can have been given in force?',
} as const;

/** Asked of a holder whose binding has a grant that is not in force, until one speaks. */
type StaleRule = {
  readonly question: string;
  readonly ask: (of: Case, stale: Stale) => Verdict | undefined;
};

const STALE_RULES: readonly StaleRule[] = [
  { question: 'Must the credentials have expired by themselves?', ask: expired },
  { question: 'Is it exempt?', ask: exempted },
  { question: 'Is it on its way out?', ask: leaving },
  { question: 'Has the end of the grant lasted for the settle time?', ask: settling },
  { question: 'Can it have started after the end, with successors that may have too?', ask: insideWindow },
  { question: 'Has its deadline come, and is force allowed?', ask: forced },
  { question: 'Was its eviction refused a moment ago?', ask: backingOff },
];

const LAST_QUESTION = 'Is there anything left to wait for?';

/** The verdict on one holder. Pure: the same facts, policy and instant give the same verdict. */
export function judge(facts: HolderFacts, policy: Policy, now: Instant): Verdict {
  return examine({ facts, policy, now }).verdict;
}

/** One rule that was asked; the last one that was asked is the one that spoke. */
export type Step = { readonly question: string; readonly answer: Verdict | Stale | undefined };

export type Examination = { readonly steps: readonly Step[]; readonly verdict: Verdict };

/** The verdict with the rules that led to it. */
export function examine(of: Case): Examination {
  const { holder, standing } = of.facts;
  if (holder.finished) return spoken([], FIRST_QUESTIONS.ended, { kind: 'keep', reason: 'finished' });
  const steps: Step[] = [{ question: FIRST_QUESTIONS.ended, answer: undefined }];
  if (standing.kind === 'unknown') {
    return spoken(steps, FIRST_QUESTIONS.reading, { kind: 'undecided', reason: 'reading-unknown' });
  }
  steps.push({ question: FIRST_QUESTIONS.reading, answer: undefined });
  const { value } = standing;
  const found = value.kind === 'granted' ? comparedWith(value.association, of) : withoutGrant(of);
  if (found.kind !== 'stale') return spoken(steps, FIRST_QUESTIONS.binding, found);
  return examineStale(of, found, [...steps, { question: FIRST_QUESTIONS.binding, answer: found }]);
}

function examineStale(of: Case, stale: Stale, before: readonly Step[]): Examination {
  const steps = [...before];
  for (const { question, ask } of STALE_RULES) {
    const answer = ask(of, stale);
    if (answer !== undefined) return spoken(steps, question, answer);
    steps.push({ question, answer });
  }
  return spoken(steps, LAST_QUESTION, { kind: 'evict', reason: stale.reason });
}

function spoken(steps: readonly Step[], question: string, verdict: Verdict): Examination {
  return { steps: [...steps, { question, answer: verdict }], verdict };
}

/** What it may have been given can't be used any more, nor renewed: its end is not our doing. */
function expired({ now }: Case, { expiresAt }: Stale): Verdict | undefined {
  return now >= expiresAt ? { kind: 'keep', reason: 'expired' } : undefined;
}

function exempted({ facts: { holder }, policy }: Case): Verdict | undefined {
  const own = ownOf(holder, policy);
  if (own !== undefined) return { kind: 'exempt', reason: own };
  if (policy.protectedNamespaces.has(holder.namespace)) {
    return { kind: 'exempt', reason: 'protected-namespace' };
  }
  return holder.isMirror ? { kind: 'exempt', reason: 'mirror-pod' } : undefined;
}

/** On its way out, unless that takes beyond the deadline: then force may shorten it. */
function leaving(of: Case, stale: Stale): Verdict | undefined {
  const { facts, now } = of;
  const { holder, attempt } = facts;
  if (holder.terminating !== undefined) return shortened(of, stale) ?? ending(holder, of);
  if (attempt?.kind !== 'accepted') return undefined;
  const believedUntil = after(attempt.at, ACCEPTED_FOR);
  return now < believedUntil ? { kind: 'wait', reason: 'terminating', until: believedUntil } : undefined;
}

/** The kubelet needs some time to notice, and to tell, that the containers have ended. */
function ending(holder: Holder, { facts, policy, now }: Case): Verdict {
  const { terminating = now, finalizers } = holder;
  const overdue = after(terminating, STUCK_AFTER);
  const until = earliest(
    ...[overdue, forceFrom(facts, holder, policy)].filter((at) => at === undefined || at > now),
  );
  if (now < overdue) return { kind: 'wait', reason: 'terminating', until };
  const reason = finalizers === undefined ? 'outlives-grace' : 'held-by-finalizer';
  return { kind: 'wait', reason, until: undefined };
}

function shortened({ facts, policy, now }: Case, { reason }: Stale): Verdict | undefined {
  const { holder, revocation, attempt } = facts;
  if (revocation?.stage !== 'confirmed' || !outlivesDeadline(facts, holder, policy, now)) return undefined;
  const from = forceFrom(facts, holder, policy);
  if (from === undefined || now < from || isForcedLately(attempt, now)) return undefined;
  return { kind: 'force', reason, grace: forceGrace(facts, holder, policy, now) };
}

/** It was asked for, and the view does not show it yet, or it was refused and is tried again later. */
function isForcedLately(attempt: Attempt | undefined, now: Instant): boolean {
  if (attempt === undefined || attempt.kind === 'withheld' || !attempt.isForced) return false;
  return now < (attempt.kind === 'accepted' ? after(attempt.at, ACCEPTED_FOR) : attempt.notBefore);
}

/** Only who was asked in vain is forced. */
function forced({ facts, policy, now }: Case, { reason }: Stale): Verdict | undefined {
  const { holder, revocation, attempt } = facts;
  if (attempt?.kind !== 'refused' || revocation === undefined) return undefined;
  const from = forceFrom(facts, holder, policy);
  if (from === undefined || now < from || isForcedLately(attempt, now)) return undefined;
  return { kind: 'force', reason, grace: forceGrace(facts, holder, policy, now) };
}

/** The stage `confirmed` is the proof that the settle time has passed: see advance.ts. */
function settling({ facts: { revocation }, policy, now }: Case, { end }: Stale): Verdict | undefined {
  if (revocation?.stage === 'confirmed') {
    // An end that came later than the one that is followed has a settle time of its own.
    if (!isLater(end, revocation)) return undefined;
    const settled = settledAt(end, policy);
    return now < settled ? { kind: 'wait', reason: 'settling', until: settled } : undefined;
  }
  const since = revocation?.settlingSince;
  const until = since === undefined ? undefined : after(since, policy.settleTime);
  return { kind: 'wait', reason: 'settling', until };
}

/**
 * A holder that did not certainly start before the end is evicted only when the window has closed and no
 * successor can be taken for one more of its kind: that is what keeps the daemon from evicting in a circle.
 */
function insideWindow({ facts: { holder }, now }: Case, { end, bound }: Stale): Verdict | undefined {
  if (end !== undefined && after(holder.start, START_RESOLUTION) <= end.notAfter) return undefined;
  const until = after(bound, START_RESOLUTION);
  return now < until ? { kind: 'wait', reason: 'window-open', until } : undefined;
}

function backingOff({ facts, policy, now }: Case): Verdict | undefined {
  const { attempt, holder } = facts;
  if (attempt?.kind !== 'refused' || now >= attempt.notBefore) return undefined;
  const from = forceFrom(facts, holder, policy);
  const until = from !== undefined && from > now ? earliest(attempt.notBefore, from) : attempt.notBefore;
  return { kind: 'wait', reason: 'backing-off', until };
}
