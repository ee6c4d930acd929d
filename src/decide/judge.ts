/**
 * Judgement: what is to happen to one holder, and why. The rules are asked in this order, and the first that speaks
 * is the verdict: they are the decision table of docs/verdicts.md.
 */

import type { Policy } from '../domain/policy.ts';
import type { Instant } from '../domain/time.ts';
import { after, minutes, seconds } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Binding, Stale } from './binding.ts';
import { comparedWith, withoutGrant } from './binding.ts';
import type { Case, HolderFacts } from './case.ts';

/** creationTimestamp is cut to whole seconds, so a pod may have started up to this much later than it says. */
export const START_RESOLUTION = seconds(1);

/**
 * How long an accepted eviction is believed while the view does not show the pod terminating. Later the view
 * is right and the eviction was not carried out: it is asked for again.
 */
export const ACCEPTED_FOR = minutes(2);

/** Asked of every holder. */
type FirstRule = {
  readonly question: string;
  readonly ask: (of: Case) => Verdict | Stale | undefined;
};

/** Asked of a holder whose binding has a grant that is not in force. */
type StaleRule = {
  readonly question: string;
  readonly ask: (of: Case, stale: Stale) => Verdict | undefined;
};

const FIRST_RULES: readonly FirstRule[] = [
  { question: 'Have its containers ended?', ask: finished },
  { question: 'Is it known what its identity is given now?', ask: unread },
  { question: 'Is every grant that it can have been given in force?', ask: binding },
];

const STALE_RULES: readonly StaleRule[] = [
  { question: 'Must the credentials have expired by themselves?', ask: expired },
  { question: 'Is it exempt?', ask: exempted },
  { question: 'Is it on its way out?', ask: leaving },
  { question: 'Has the end of the grant lasted for the settle time?', ask: settling },
  { question: 'Can it have started after the end, with successors that may have too?', ask: insideWindow },
  { question: 'Was its eviction refused a moment ago?', ask: backingOff },
  { question: 'Is there anything left to wait for?', ask: (_, { reason }) => ({ kind: 'evict', reason }) },
];

/** The verdict on one holder. Pure: the same facts, policy and instant give the same verdict. */
export function judge(facts: HolderFacts, policy: Policy, now: Instant): Verdict {
  return examine({ facts, policy, now }).verdict;
}

/** One rule that was asked; the last one that was asked is the one that spoke. */
export type Step = { readonly question: string; readonly answer: Verdict | Stale | undefined };

export type Examination = { readonly steps: readonly Step[]; readonly verdict: Verdict };

/** The verdict with the rules that led to it. */
export function examine(of: Case): Examination {
  const steps: Step[] = [];
  for (const { question, ask } of FIRST_RULES) {
    const answer = ask(of);
    steps.push({ question, answer });
    if (answer?.kind === 'stale') return examineStale(of, answer, steps);
    if (answer !== undefined) return { steps, verdict: answer };
  }
  return { steps, verdict: { kind: 'undecided', reason: 'reading-unknown' } };
}

function examineStale(of: Case, stale: Stale, before: readonly Step[]): Examination {
  const steps = [...before];
  for (const { question, ask } of STALE_RULES) {
    const answer = ask(of, stale);
    steps.push({ question, answer });
    if (answer !== undefined) return { steps, verdict: answer };
  }
  return { steps, verdict: { kind: 'evict', reason: stale.reason } };
}

function finished({ facts }: Case): Verdict | undefined {
  return facts.holder.finished ? { kind: 'keep', reason: 'finished' } : undefined;
}

function unread({ facts }: Case): Verdict | undefined {
  return facts.standing.kind === 'unknown' ? { kind: 'undecided', reason: 'reading-unknown' } : undefined;
}

function binding(of: Case): Binding | undefined {
  const { standing } = of.facts;
  if (standing.kind === 'unknown') return undefined;
  return standing.value.kind === 'granted' ? comparedWith(standing.value.association, of) : withoutGrant(of);
}

/** What it may have been given can't be used any more, nor renewed: its end is not our doing. */
function expired({ now }: Case, { expiresAt }: Stale): Verdict | undefined {
  return now >= expiresAt ? { kind: 'keep', reason: 'expired' } : undefined;
}

function exempted({ facts: { holder }, policy }: Case): Verdict | undefined {
  const own = policy.ownPod;
  if (own !== undefined && own.namespace === holder.namespace && own.name === holder.name) {
    return { kind: 'exempt', reason: 'own-pod' };
  }
  if (policy.protectedNamespaces.has(holder.namespace)) {
    return { kind: 'exempt', reason: 'protected-namespace' };
  }
  return undefined;
}

function leaving({ facts: { holder, attempt }, now }: Case): Verdict | undefined {
  if (holder.terminating !== undefined) return { kind: 'wait', reason: 'terminating', until: undefined };
  if (attempt?.kind !== 'accepted') return undefined;
  const believedUntil = after(attempt.at, ACCEPTED_FOR);
  return now < believedUntil ? { kind: 'wait', reason: 'terminating', until: believedUntil } : undefined;
}

/** The stage `confirmed` is the proof that the settle time has passed: see advance.ts. */
function settling({ facts: { revocation }, policy }: Case): Verdict | undefined {
  if (revocation?.stage === 'confirmed') return undefined;
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

function backingOff({ facts: { attempt }, now }: Case): Verdict | undefined {
  if (attempt?.kind !== 'refused' || now >= attempt.notBefore) return undefined;
  return { kind: 'wait', reason: 'backing-off', until: attempt.notBefore };
}
