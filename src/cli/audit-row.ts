/** A row of the audit: one pod that is not as it should be. Times are ISO 8601 in UTC; what is not known is null. */

import type { Finding } from '../decide/finding.ts';
import type { Holder } from '../domain/holder.ts';
import type { Evidence } from '../domain/hint.ts';
import type { MissedPod } from '../domain/roster.ts';
import { between, type Instant, iso } from '../domain/time.ts';
import { columns, shortDuration } from './table.ts';

export type AuditRow = {
  readonly state: 'stale' | 'undecided' | 'missed' | 'expired';
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly identity: string;
  /** `deleted`, `superseded` or `history-unknown`; why it is undecided; why it is missed. */
  readonly cause: string;
  /** The latest moment at which the grant can have been in force; of a missed pod its start. */
  readonly since: string | null;
  readonly notBefore: string | null;
  readonly by: string | null;
  readonly event: string | null;
  readonly eventAt: string | null;
  /** How long what it may hold can still be used. */
  readonly credentialSecondsLeft: number | null;
  readonly role: string | null;
  readonly verdict: string;
  readonly reason: string;
  readonly start: string;
  readonly node: string | null;
  readonly owner: string | null;
  readonly labels: Holder['labels'];
};

export function findingRow(finding: Finding, now: Instant): AuditRow {
  const { holder, verdict, stale, grant, evidence, state } = finding;
  return {
    state: state === 'kept' ? 'expired' : state,
    ...podFields(holder),
    cause: stale?.reason ?? verdict.reason,
    ...staleFields(stale, now),
    ...evidenceFields(evidence),
    role: grant?.roleArn ?? null,
    verdict: verdict.kind,
    reason: verdict.reason,
  };
}

function staleFields(
  stale: Finding['stale'],
  now: Instant,
): Pick<AuditRow, 'since' | 'notBefore' | 'credentialSecondsLeft'> {
  if (stale === undefined) return { since: null, notBefore: null, credentialSecondsLeft: null };
  return {
    since: isoOrNull(stale.end?.notAfter),
    notBefore: isoOrNull(stale.end?.notBefore),
    credentialSecondsLeft: Math.max(0, between(now, stale.expiresAt) / 1000),
  };
}

function isoOrNull(at: Instant | undefined): string | null {
  return at === undefined ? null : iso(at);
}

export function missedRow({ rostered: { pod, roleArn }, reason }: MissedPod): AuditRow {
  return {
    state: 'missed',
    ...podFields(pod),
    cause: reason,
    since: iso(pod.start),
    notBefore: null,
    ...evidenceFields(undefined),
    credentialSecondsLeft: null,
    role: roleArn ?? null,
    verdict: 'missed',
    reason,
  };
}

function podFields(
  holder: Holder,
): Pick<AuditRow, 'namespace' | 'pod' | 'uid' | 'identity' | 'start' | 'node' | 'owner' | 'labels'> {
  const { owner } = holder;
  return {
    namespace: holder.namespace,
    pod: holder.name,
    uid: holder.uid,
    identity: holder.identity,
    start: iso(holder.start),
    node: holder.node ?? null,
    owner: owner === undefined ? null : `${owner.kind}/${owner.name}`,
    labels: holder.labels,
  };
}

function evidenceFields(evidence: Evidence | undefined): Pick<AuditRow, 'by' | 'event' | 'eventAt'> {
  if (evidence === undefined) return { by: null, event: null, eventAt: null };
  const { actor, eventName, at } = evidence;
  return { by: actor.arn ?? actor.invokedBy ?? actor.type, event: eventName, eventAt: iso(at) };
}

/** Empty where there are no rows: a heading alone tells nothing. */
export function tableOf(rows: readonly AuditRow[], isWide: boolean): string {
  if (rows.length === 0) return '';
  const headings = ['NAMESPACE', 'POD', 'STATE', 'IDENTITY', 'CAUSE', 'SINCE', 'BY', 'CREDENTIALS'];
  const more = ['START', 'OWNER', 'NODE', 'ROLE', 'VERDICT', 'UID'];
  return columns(
    isWide ? [...headings, ...more] : headings,
    rows.map((row) => (isWide ? [...cells(row), ...moreCells(row)] : cells(row))),
  );
}

function cells(row: AuditRow): readonly string[] {
  const { credentialSecondsLeft: left } = row;
  const credentials = left === null ? '' : left === 0 ? 'expired' : `${shortDuration(left * 1000)} left`;
  const since = seconds(row.eventAt ?? row.since);
  return [row.namespace, row.pod, row.state, row.identity, row.cause, since, row.by ?? '', credentials];
}

function moreCells(row: AuditRow): readonly string[] {
  const verdict = `${row.verdict} (${row.reason})`;
  return [seconds(row.start), row.owner ?? '', row.node ?? '', row.role ?? '', verdict, row.uid];
}

/** A time without its fraction of a second. */
function seconds(time: string | null): string {
  return time === null ? '' : time.replace(/\.\d+Z$/, 'Z');
}
