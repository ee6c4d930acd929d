/** Findings: what is to be said of each holder of an identity, with the rules that were asked, and who did what when. */

import { unchangedSince } from '../domain/association.ts';
import type { Evidence } from '../domain/hint.ts';
import type { End } from '../domain/history.ts';
import { isEnded } from '../domain/history.ts';
import type { Holder } from '../domain/holder.ts';
import type { Grant } from '../domain/grant.ts';
import type { Policy } from '../domain/policy.ts';
import type { Instant } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import { suspect } from './advance.ts';
import type { Stale } from './binding.ts';
import { corroborate } from './corroborate.ts';
import type { Step } from './judge.ts';
import { examine } from './judge.ts';
import type { IdentityFacts } from './plan.ts';
import { holderFacts, recounted } from './plan.ts';

/**
 * - `kept`: whatever it holds is in force, or it holds nothing that matters
 * - `expired`: what it held has ended, and must have expired by itself
 */
export const FINDING_STATES = ['stale', 'undecided', 'expired', 'kept'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

export type Finding = {
  readonly state: FindingState;
  readonly holder: Holder;
  readonly verdict: Verdict;
  readonly steps: readonly Step[];
  /** What has ended, where it is stale or expired. */
  readonly stale: Stale | undefined;
  readonly grant: Grant | undefined;
  /** Who ended it, where a record tells. */
  readonly evidence: Evidence | undefined;
};

/** Every holder once, in the order in which they came. */
export function findings(read: IdentityFacts, policy: Policy, now: Instant): readonly Finding[] {
  const facts = recounted(read);
  return read.holders.map((holder) => {
    const of = { facts: holderFacts(holder, facts, facts.revocation), policy, now };
    const { steps, verdict } = examine(of);
    const stale = steps.map(({ answer }) => answer).find((answer) => answer?.kind === 'stale');
    const ended = stale?.end === undefined ? undefined : endedSpan(facts, stale.end);
    const evidence = stale === undefined ? changedBy(facts) : endedBy(facts, stale);
    return { state: stateOf(verdict, stale), holder, verdict, steps, stale, grant: ended, evidence };
  });
}

function stateOf(verdict: Verdict, stale: Stale | undefined): FindingState {
  if (verdict.kind === 'undecided') return 'undecided';
  if (verdict.reason === 'expired') return 'expired';
  return stale === undefined ? 'kept' : 'stale';
}

function endedSpan({ history, revocation }: IdentityFacts, end: End): Grant | undefined {
  const followed = revocation?.end === undefined ? [] : [{ end: revocation.end, grant: revocation.grant }];
  const ended = [...followed, ...history.spans.filter(isEnded)];
  return ended.findLast((each) => each.end.notAfter === end.notAfter)?.grant;
}

function endedBy(facts: IdentityFacts, { reason, end }: Stale): Evidence | undefined {
  const { identity, records, told, history, standing, revocation } = facts;
  if (revocation?.evidence !== undefined && revocation.end?.notAfter === end?.notAfter)
    return revocation.evidence;
  const span = history.spans.findLast(
    (each) => each.end !== undefined && each.end.notAfter === end?.notAfter,
  );
  const suspected = { ...suspect(identity, 'list', span, standing.at), end };
  const cause = reason === 'deleted' ? 'deleted' : 'superseded';
  return corroborate({ ...suspected, cause }, [...records, ...told.records]).evidence;
}

/** The latest change of what is in force, which is why a past can be unknown. */
function changedBy({ standing, records, told }: IdentityFacts): Evidence | undefined {
  if (standing.kind === 'unknown' || standing.value.kind === 'none') return undefined;
  const changed = unchangedSince(standing.value.association);
  const near = [...records, ...told.records].filter(({ evidence: { at } }) => Math.abs(at - changed) <= 1000);
  return near.at(-1)?.evidence;
}
