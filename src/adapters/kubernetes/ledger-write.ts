/** Makes the stored form of a ledger: field by field, so that nothing comes in that the types do not name. */

import type { Grant } from '../../domain/grant.ts';
import type { Evidence } from '../../domain/hint.ts';
import type { End, Gap, History, Span } from '../../domain/history.ts';
import type { LedgerDocument, LedgerRecord } from '../../domain/ledger-document.ts';
import type { Revocation } from '../../domain/revocation.ts';

/** JSON leaves out what is undefined. */
export function writeLedger({ listedAt, listedSince, gaps, coverage, records }: LedgerDocument): object {
  const ordered = records.toSorted((one, other) => (one.identity < other.identity ? -1 : 1));
  const looked = {
    listedAt,
    listedSince,
    gaps: gaps.map(writeStretch),
    coverage: coverage === undefined ? undefined : writeStretch(coverage),
  };
  return { ...looked, records: ordered.map(writeRecord) };
}

function writeStretch({ from, until }: Gap): object {
  return { from, until };
}

function writeRecord({ identity, history, revocation }: LedgerRecord): object {
  return {
    identity,
    history: writeHistory(history),
    revocation: revocation === undefined ? undefined : writeRevocation(revocation),
  };
}

function writeHistory({ spans, absentSince, completeFrom, closedUntil }: History): object {
  return { spans: spans.map(writeSpan), absentSince, completeFrom, closedUntil };
}

function writeSpan({ id, grant, since, seenAt, readAt, end, recorded }: Span): object {
  return { id, grant: writeGrant(grant), since, seenAt, readAt, end: writeEnd(end), recorded };
}

function writeGrant(grant: Grant | undefined): object | undefined {
  if (grant === undefined) return undefined;
  const { roleArn, targetRoleArn, policy, disableSessionTags } = grant;
  return { roleArn, targetRoleArn, policy, disableSessionTags };
}

function writeEnd(end: End | undefined): object | undefined {
  return end === undefined
    ? undefined
    : { notBefore: end.notBefore, notAfter: end.notAfter, seenAt: end.seenAt };
}

function writeRevocation(revocation: Revocation): object {
  const { grant, end, evidence } = revocation;
  return {
    identity: revocation.identity,
    cause: revocation.cause,
    stage: revocation.stage,
    association: revocation.association,
    grant: writeGrant(grant),
    deadline: revocation.deadline,
    isPresumed: revocation.isPresumed || undefined,
    end: writeEnd(end),
    source: revocation.source,
    evidence: evidence === undefined ? undefined : writeEvidence(evidence),
    suspectedAt: revocation.suspectedAt,
    settlingSince: revocation.settlingSince,
    confirmedAt: revocation.confirmedAt,
    clearSince: revocation.clearSince,
    closedAt: revocation.closedAt,
    found: revocation.found,
    evicted: revocation.evicted,
  };
}

function writeEvidence({ eventId, eventName, at, heardAt, channel, actor }: Evidence): object {
  const { type, arn, invokedBy, sourceIp } = actor;
  return { eventId, eventName, at, heardAt, channel, actor: { type, arn, invokedBy, sourceIp } };
}
