/** What `explain` shows: as text for a person, and as JSON for programs. */

import type { Finding } from '../decide/finding.ts';
import type { Stale } from '../decide/binding.ts';
import type { Step } from '../decide/judge.ts';
import type { IdentityFacts } from '../decide/plan.ts';
import type { Standing } from '../domain/association.ts';
import type { Grant } from '../domain/grant.ts';
import type { Evidence } from '../domain/hint.ts';
import type { Span } from '../domain/history.ts';
import type { Reading } from '../domain/reading.ts';
import type { RosterPod } from '../domain/roster.ts';
import { between, type Instant, iso } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import { shortDuration } from './table.ts';

export type Explained = {
  readonly rostered: RosterPod;
  readonly now: Instant;
  /** As recounted; undefined where the identity has no holder. */
  readonly facts: IdentityFacts | undefined;
  /** Undefined where the pod is no holder. */
  readonly finding: Finding | undefined;
};

export function explanationText(explained: Explained): string {
  const sections = [
    podSection(explained),
    factSection(explained),
    ruleSection(explained),
    verdictSection(explained),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function podSection({ rostered: { pod, access, roleArn, isMirror }, now }: Explained): readonly string[] {
  return [
    `Pod ${pod.namespace}/${pod.name} (uid ${pod.uid})`,
    `  identity     ${pod.identity}`,
    `  started      ${iso(pod.start)} (${shortDuration(between(pod.start, now))} ago)`,
    `  credentials  ${accessText(access, roleArn)}`,
    ...(pod.owner === undefined ? [] : [`  owner        ${pod.owner.kind}/${pod.owner.name}`]),
    ...(pod.node === undefined ? [] : [`  node         ${pod.node}`]),
    ...(pod.terminating === undefined ? [] : [`  terminating  ${iso(pod.terminating)}`]),
    ...(isMirror ? ['  a mirror of a static pod'] : []),
  ];
}

function accessText(access: RosterPod['access'], roleArn: string | undefined): string {
  switch (access) {
    case 'pod-identity':
      return 'has the token volume of EKS Pod Identity: it is a holder';
    case 'irsa':
      return `has a web identity token (IRSA)${roleArn === undefined ? '' : ` for ${roleArn}`}: it is no holder`;
    case 'nothing':
      return 'has no token volume: it is no holder';
  }
}

function factSection({ facts }: Explained): readonly string[] {
  if (facts === undefined) return [];
  const { standing, history, told, gaps, records } = facts;
  const { coverage } = told;
  const from =
    history.completeFrom === undefined ? 'not known' : `known whole from ${iso(history.completeFrom)}`;
  return [
    `Identity ${facts.identity}`,
    `  now          ${standingText(standing)}`,
    `  history      ${from}`,
    ...history.spans.map((span) => `    ${spanText(span)}`),
    ...(history.absentSince === undefined
      ? []
      : [`    no association since ${iso(history.absentSince)} or earlier`]),
    ...gaps.map((gap) => `    nobody looked from ${iso(gap.from)} to ${iso(gap.until)}`),
    `  CloudTrail   ${coverage === undefined ? 'has not told' : `has told all from ${iso(coverage.from)} to ${iso(coverage.until)}`}`,
    ...[
      ...new Map(
        [...records, ...told.records].map((record) => [record.evidence.eventId, record.evidence]),
      ).values(),
    ].map((evidence) => `    ${evidenceText(evidence)}`),
  ];
}

function standingText(standing: Reading<Standing>): string {
  if (standing.kind === 'unknown') return `unknown (${standing.why}): ${standing.detail}`;
  if (standing.value.kind === 'none') return `no association, read ${iso(standing.at)}`;
  const { id, grant, createdAt, modifiedAt } = standing.value.association;
  const modified = modifiedAt > createdAt ? `, modified ${iso(modifiedAt)}` : '';
  return `${id}: ${grantText(grant)}, created ${iso(createdAt)}${modified}, read ${iso(standing.at)}`;
}

function grantText(grant: Grant | undefined): string {
  if (grant === undefined) return 'a grant that was not read';
  const { roleArn, targetRoleArn, policy, disableSessionTags } = grant;
  return [
    roleArn,
    ...(targetRoleArn === undefined ? [] : [`target role ${targetRoleArn}`]),
    ...(policy === undefined ? [] : ['a session policy']),
    ...(disableSessionTags ? ['no session tags'] : []),
  ].join(', ');
}

function spanText({ id, grant, since, end, recorded }: Span): string {
  const from = since === undefined ? 'an unknown time' : iso(since);
  const by = recorded === true ? ' (told by CloudTrail)' : '';
  return `${id}: ${grantText(grant)}, from ${from} ${end === undefined ? 'on' : `to ${endText(end)}`}${by}`;
}

function endText({ notBefore, notAfter }: NonNullable<Span['end']>): string {
  return notBefore === undefined || notBefore === notAfter
    ? iso(notAfter)
    : `between ${iso(notBefore)} and ${iso(notAfter)}`;
}

function evidenceText({ at, eventName, actor }: Evidence): string {
  return `${iso(at)} ${eventName} by ${actor.arn ?? actor.invokedBy ?? actor.type}`;
}

function ruleSection({ finding }: Explained): readonly string[] {
  if (finding === undefined) return [];
  const spoke = finding.steps.length - 1;
  return [
    'Rules',
    ...finding.steps.map(
      (step, index) => `  ${index === spoke ? '→' : ' '} ${step.question} ${answerText(step)}`,
    ),
  ];
}

function answerText({ answer }: Step): string {
  if (answer === undefined) return 'Does not apply.';
  return answer.kind === 'stale' ? `No: ${staleText(answer)}.` : `${verdictText(answer)}.`;
}

function staleText({ reason, end, expiresAt }: Stale): string {
  const ended = end === undefined ? 'it ended before its absence was first seen' : `it ended ${endText(end)}`;
  return `a grant was ${reason}; ${ended}; credentials from it can be used until ${iso(expiresAt)} at the latest`;
}

function verdictText(verdict: Verdict): string {
  const until = verdict.kind === 'wait' && verdict.until !== undefined ? ` until ${iso(verdict.until)}` : '';
  return `${verdict.kind} (${verdict.reason})${until}`;
}

function verdictSection({ finding, rostered }: Explained): readonly string[] {
  if (finding === undefined) {
    return rostered.access === 'pod-identity'
      ? ['Verdict: none: the view of the pods does not show this holder yet']
      : ['Verdict: none: a pod without the token volume holds nothing that could be revoked'];
  }
  const { verdict, evidence } = finding;
  const by = evidence === undefined ? [] : [`  by ${evidenceText(evidence)}`];
  return [
    `Verdict: ${verdictText(verdict)}`,
    ...by,
    '  docs/verdicts.md says what it means and what ends it',
  ];
}
