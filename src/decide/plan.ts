/** The plan for one identity: its revocation, a verdict for each holder, the evictions in order, when to look again. */

import type { Standing } from '../domain/association.ts';
import { unchangedSince } from '../domain/association.ts';
import type { Told } from '../domain/chronicle.ts';
import { isExposed } from '../domain/exposure.ts';
import type { AssociationHint } from '../domain/hint.ts';
import type { Gap, History, Span } from '../domain/history.ts';
import type { Holder, PodUid } from '../domain/holder.ts';
import type { Identity } from '../domain/identity.ts';
import type { Attempt } from '../domain/outcome.ts';
import type { Policy } from '../domain/policy.ts';
import type { Reading } from '../domain/reading.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { after, earliest } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import { TRAIL_PATIENCE } from './binding.ts';
import { advance, endConcerned, suspect } from './advance.ts';
import type { HolderFacts } from './case.ts';
import { close, windowCloses } from './close.ts';
import { corroborate } from './corroborate.ts';
import { withDeadline } from './deadline.ts';
import { judge } from './judge.ts';
import { gapsLeft, recount } from './recount.ts';

/** What is known of an identity, apart from who its holders are. */
export type CommonFacts = {
  readonly identity: Identity;
  /** Whether the view that the holders come from is complete and fresh. */
  readonly isViewFresh: boolean;
  readonly standing: Reading<Standing>;
  readonly history: History;
  readonly revocation: Revocation | undefined;
  readonly attempts: ReadonlyMap<PodUid, Attempt>;
  /** What CloudTrail records say of the identity. They tell who and when; nothing is decided by them. */
  readonly records: readonly AssociationHint[];
  /** When no List was read. */
  readonly gaps: readonly Gap[];
  /** What CloudTrail itself tells of the identity's past. */
  readonly told: Told;
};

export type IdentityFacts = CommonFacts & { readonly holders: readonly Holder[] };

export type Judged = { readonly holder: Holder; readonly verdict: Verdict };

export type Plan = {
  readonly revocation: Revocation | undefined;
  /** Every holder once, the longest-running first. */
  readonly judged: readonly Judged[];
  /** Those to be evicted now or deleted by force, in the order in which to do it: force first. */
  readonly acts: readonly Judged[];
  /** When the passing of time alone may change the plan. */
  readonly lookAgainAt: Instant | undefined;
};

export function plan(read: IdentityFacts, policy: Policy, now: Instant): Plan {
  const facts = recounted(read);
  const current = datedBefore(opening(facts), now);
  const advanced =
    current === undefined
      ? undefined
      : withDeadline(advance(current, facts.standing, facts.history, policy), policy);
  const judged = facts.holders
    .toSorted(byAge)
    .map((holder) => ({ holder, verdict: verdictOn(holder, facts, advanced, { policy, now }) }));
  const joined = isClosing(current, advanced) ? advanced : joining(advanced, judged, facts, { policy, now });
  const revocation = closing(joined, judged, facts, { policy, now });
  return {
    revocation,
    judged,
    acts: judged.filter((each) => isDue(each, facts)).toSorted(byUrgency),
    lookAgainAt: earliest(
      lookAgain(revocation, judged, policy, now),
      patienceEnds(facts, judged, { policy, now }),
    ),
  };
}

/** When the operator's choice for an unknown past counts, should CloudTrail not have told by then. */
function patienceEnds(
  { standing, gaps }: IdentityFacts,
  judged: readonly Judged[],
  { policy, now }: Setting,
): Instant | undefined {
  if (policy.onUnknownHistory === 'report' || standing.kind === 'unknown') return undefined;
  if (!judged.some(({ verdict }) => verdict.reason === 'history-unknown')) return undefined;
  const { value } = standing;
  const changes = [
    ...(value.kind === 'granted' ? [unchangedSince(value.association)] : []),
    ...gaps.map(({ until }) => until),
  ];
  return earliest(...changes.map((at) => after(at, TRAIL_PATIENCE)).filter((at) => at > now));
}

/** The facts with a past that readings and the chronicle tell together. */
export function recounted<Facts extends CommonFacts>(facts: Facts): Facts {
  const { told } = facts;
  return { ...facts, history: recount(facts.history, told), gaps: gapsLeft(facts.gaps, told.coverage) };
}

/** What dry-run withheld once is due for ever, and is no reason to ask EKS again. */
function isDue({ holder, verdict }: Judged, { attempts }: IdentityFacts): boolean {
  const isAct = verdict.kind === 'evict' || verdict.kind === 'force';
  return isAct && attempts.get(holder.uid)?.kind !== 'withheld';
}

export function countExposed(judged: readonly Judged[]): number {
  return judged.filter(({ verdict }) => isExposed(verdict)).length;
}

/** Of a holder whose history is not known nobody can tell whether the revocation concerns it. */
function countConcerned(judged: readonly Judged[]): number {
  return countExposed(
    judged.filter(({ verdict }) => verdict.kind !== 'undecided' || verdict.reason !== 'history-unknown'),
  );
}

type Setting = { readonly policy: Policy; readonly now: Instant };

function verdictOn(
  holder: Holder,
  facts: IdentityFacts,
  revocation: Revocation | undefined,
  { policy, now }: Setting,
): Verdict {
  return judge(holderFacts(holder, facts, revocation), policy, now);
}

/** What the verdict on one of the holders depends on. */
export function holderFacts(
  holder: Holder,
  { attempts, standing, history, records, gaps, told }: CommonFacts,
  revocation: Revocation | undefined,
): HolderFacts {
  const attempt = attempts.get(holder.uid);
  return { holder, standing, history, revocation, attempt, records, gaps, coverage: told.coverage };
}

/** A reading that nobody had suspected anything before has shown an end that no revocation covers: one is opened. */
function opening(facts: IdentityFacts): Revocation | undefined {
  if (!isEndUncovered(facts)) return facts.revocation;
  const { identity, standing, records } = facts;
  const suspected = suspect(identity, 'describe', concerned(facts), standing.at);
  const isChanged = standing.kind === 'known' && standing.value.kind === 'granted';
  // A record tells of one change.
  const unused = records.filter(
    ({ evidence: { eventId } }) => eventId !== facts.revocation?.evidence?.eventId,
  );
  const opened = corroborate({ ...suspected, cause: isChanged ? 'superseded' : 'deleted' }, unused);
  const { evidence } = opened;
  // What was heard before the last suspicion has raised that one.
  const before = facts.revocation?.suspectedAt ?? -Infinity;
  if (evidence === undefined || evidence.heardAt > standing.at || evidence.heardAt <= before) return opened;
  return { ...opened, source: evidence.channel, suspectedAt: evidence.heardAt };
}

/** A suspicion from later than now is from before the clock was set back: nothing could ever confirm it. */
function datedBefore(revocation: Revocation | undefined, now: Instant): Revocation | undefined {
  if (revocation === undefined || !isOpen(revocation) || revocation.suspectedAt <= now) return revocation;
  return { ...revocation, suspectedAt: now };
}

function isEndUncovered(facts: IdentityFacts): boolean {
  const { revocation } = facts;
  if (revocation !== undefined && isOpen(revocation)) return false;
  const end = concerned(facts)?.end;
  if (end === undefined || end.notAfter <= (facts.history.closedUntil ?? -Infinity)) return false;
  return revocation?.end?.notAfter !== end.notAfter;
}

function concerned({ standing, history }: IdentityFacts): Span | undefined {
  return standing.kind === 'known' ? endConcerned(history, standing.value) : undefined;
}

/** A revocation that ends is told before another one takes its place. */
function isClosing(was: Revocation | undefined, is: Revocation | undefined): boolean {
  return was !== undefined && is !== undefined && isOpen(was) && !isOpen(is);
}

/** A stale holder that nobody is after yet, such as one that was seen late, opens a revocation of its own. */
function joining(
  revocation: Revocation | undefined,
  judged: readonly Judged[],
  facts: IdentityFacts,
  { policy, now }: Setting,
): Revocation | undefined {
  if (revocation !== undefined && isOpen(revocation)) return revocation;
  const stale = judged.filter(
    ({ verdict: { kind } }) => kind === 'wait' || kind === 'evict' || kind === 'force',
  );
  if (stale.length === 0) return revocation;
  const span = concerned(facts);
  const isGranted = facts.standing.kind === 'known' && facts.standing.value.kind === 'granted';
  const isPresumed = isGranted && span === undefined && policy.onUnknownHistory === 'evict';
  return { ...suspect(facts.identity, 'pods', span, now), isPresumed };
}

function closing(
  revocation: Revocation | undefined,
  judged: readonly Judged[],
  { isViewFresh, records }: IdentityFacts,
  { policy, now }: Setting,
): Revocation | undefined {
  if (revocation === undefined) return undefined;
  const expired = judged.filter(({ verdict }) => verdict.reason === 'expired').length;
  const left = { exposed: countConcerned(judged), expired, isViewFresh };
  return close(corroborate(revocation, records), left, policy, now);
}

function lookAgain(
  revocation: Revocation | undefined,
  judged: readonly Judged[],
  policy: Policy,
  now: Instant,
): Instant | undefined {
  let found = revocation === undefined ? undefined : nextStageAt(revocation, policy);
  if (found !== undefined && found <= now) found = undefined;
  for (const { verdict } of judged) {
    if (verdict.kind === 'wait' && (verdict.until ?? now) > now) found = earliest(found, verdict.until);
  }
  return found;
}

function nextStageAt(revocation: Revocation, policy: Policy): Instant | undefined {
  switch (revocation.stage) {
    case 'settling':
      return revocation.settlingSince === undefined
        ? undefined
        : after(revocation.settlingSince, policy.settleTime);
    case 'confirmed':
      return windowCloses(revocation, policy);
    case 'suspected':
    case 'contained':
    case 'expired':
    case 'refuted':
      return undefined;
  }
}

/** Whose deadline has come does not queue behind the others; else the order stays. */
function byUrgency({ verdict: one }: Judged, { verdict: other }: Judged): number {
  if (one.kind === other.kind) return 0;
  return one.kind === 'force' ? -1 : 1;
}

/** Longest-running first; the uid settles ties, so that the order of the input never shows. */
function byAge(one: Holder, other: Holder): number {
  if (one.start !== other.start) return one.start - other.start;
  return one.uid < other.uid ? -1 : 1;
}
