/** Reads a ledger from its stored form, or says what in it is not as it must be. */

import { associationId } from '../../domain/association.ts';
import type { Grant } from '../../domain/grant.ts';
import type { Actor, Evidence } from '../../domain/hint.ts';
import { CHANNELS } from '../../domain/hint.ts';
import type { End, Gap, History, Span } from '../../domain/history.ts';
import type { Identity } from '../../domain/identity.ts';
import { identityOf } from '../../domain/identity.ts';
import type { LedgerDocument, LedgerRecord } from '../../domain/ledger-document.ts';
import type { Revocation } from '../../domain/revocation.ts';
import { CAUSES, SOURCES, STAGES } from '../../domain/revocation.ts';
import { after, hours } from '../../domain/time.ts';
import {
  listOf,
  Misshapen,
  oneOf,
  optional,
  readCount,
  readFilledText,
  readFlag,
  readInstant,
  readText,
  required,
} from './ledger-fields.ts';

export type ReadLedger =
  | { readonly kind: 'document'; readonly document: LedgerDocument }
  | { readonly kind: 'misshapen'; readonly detail: string };

/** Ends are told by several clocks, those of the API and of one daemon after another: see `requireOrder`. */
const CLOCKS_APART = hours(1);

/** Fields that are not known are ignored. Whole or not at all: a record that is left out would be a lost past. */
export function readLedger(stored: unknown): ReadLedger {
  try {
    return { kind: 'document', document: readDocument(stored) };
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    return { kind: 'misshapen', detail: error.message };
  }
}

function readDocument(stored: unknown): LedgerDocument {
  const records = required(stored, 'records', listOf(readRecord));
  records.forEach(({ identity }, index) => {
    const before = records[index - 1]?.identity;
    if (before === undefined || before < identity) return;
    throw new Misshapen(`records.${index}.identity is ${identity}, which may not follow ${before}`);
  });
  const gaps = required(stored, 'gaps', listOf(readStretch));
  const coverage = optional(stored, 'coverage', readStretch);
  const listedAt = required(stored, 'listedAt', readInstant);
  const listedSince = optional(stored, 'listedSince', readInstant) ?? listedAt;
  return { listedAt, listedSince, gaps, coverage, records };
}

function readStretch(value: unknown): Gap {
  return { from: required(value, 'from', readInstant), until: required(value, 'until', readInstant) };
}

function readRecord(value: unknown): LedgerRecord {
  const identity = required(value, 'identity', readIdentity);
  const revocation = optional(value, 'revocation', readRevocation);
  if (revocation !== undefined && revocation.identity !== identity) {
    throw new Misshapen(`revocation.identity is ${revocation.identity} in the record of ${identity}`);
  }
  return { identity, history: required(value, 'history', readHistory), revocation };
}

function readIdentity(value: unknown): Identity {
  const [namespace = '', serviceAccount = '', ...more] = readText(value).split('/');
  const identity = more.length === 0 ? identityOf(namespace, serviceAccount) : undefined;
  if (identity === undefined) throw new Misshapen('is no identity');
  return identity;
}

function readHistory(value: unknown): History {
  const spans = required(value, 'spans', listOf(readSpan));
  spans.forEach((span, index) => requireOrder(spans[index - 1], span, index));
  const closedUntil = optional(value, 'closedUntil', readInstant);
  return {
    spans,
    absentSince: optional(value, 'absentSince', readInstant),
    completeFrom: optional(value, 'completeFrom', readInstant),
    ...(closedUntil !== undefined && { closedUntil }),
  };
}

/** Oldest first, and only the last without an end. Which of two ends is the later one can be told within an hour only. */
function requireOrder(before: Span | undefined, span: Span, index: number): void {
  if (before === undefined) return;
  if (before.end === undefined) throw new Misshapen(`spans.${index} follows one that has no end`);
  if (span.end === undefined || before.end.notAfter <= after(span.end.notAfter, CLOCKS_APART)) return;
  throw new Misshapen(`spans.${index} ended before the one that it follows`);
}

function readSpan(value: unknown): Span {
  return {
    id: associationId(required(value, 'id', readFilledText)),
    grant: optional(value, 'grant', readGrant),
    since: optional(value, 'since', readInstant),
    seenAt: required(value, 'seenAt', readInstant),
    readAt: optional(value, 'readAt', readInstant),
    end: optional(value, 'end', readEnd),
    ...(optional(value, 'recorded', readFlag) === true && { recorded: true }),
  };
}

function readEnd(value: unknown): End {
  const notBefore = optional(value, 'notBefore', readInstant);
  const notAfter = required(value, 'notAfter', readInstant);
  if (notBefore !== undefined && notBefore > notAfter) throw new Misshapen('is before it can have been');
  const seenAt = optional(value, 'seenAt', readInstant);
  return { notBefore, notAfter, ...(seenAt !== undefined && { seenAt }) };
}

function readGrant(value: unknown): Grant {
  const targetRoleArn = optional(value, 'targetRoleArn', readText);
  const policy = optional(value, 'policy', readText);
  return {
    roleArn: required(value, 'roleArn', readFilledText),
    ...(targetRoleArn !== undefined && { targetRoleArn }),
    ...(policy !== undefined && { policy }),
    disableSessionTags: required(value, 'disableSessionTags', readFlag),
  };
}

function readRevocation(value: unknown): Revocation {
  const association = optional(value, 'association', readFilledText);
  return {
    identity: required(value, 'identity', readIdentity),
    cause: required(value, 'cause', oneOf(CAUSES)),
    stage: required(value, 'stage', oneOf(STAGES)),
    association: association === undefined ? undefined : associationId(association),
    grant: optional(value, 'grant', readGrant),
    deadline: optional(value, 'deadline', readInstant),
    isPresumed: optional(value, 'isPresumed', readFlag) ?? false,
    end: optional(value, 'end', readEnd),
    source: required(value, 'source', oneOf(SOURCES)),
    evidence: optional(value, 'evidence', readEvidence),
    suspectedAt: required(value, 'suspectedAt', readInstant),
    settlingSince: optional(value, 'settlingSince', readInstant),
    confirmedAt: optional(value, 'confirmedAt', readInstant),
    clearSince: optional(value, 'clearSince', readInstant),
    closedAt: optional(value, 'closedAt', readInstant),
    found: required(value, 'found', readCount),
    evicted: required(value, 'evicted', readCount),
  };
}

function readEvidence(value: unknown): Evidence {
  return {
    eventId: required(value, 'eventId', readText),
    eventName: required(value, 'eventName', readText),
    at: required(value, 'at', readInstant),
    heardAt: required(value, 'heardAt', readInstant),
    channel: required(value, 'channel', oneOf(CHANNELS)),
    actor: required(value, 'actor', readActor),
  };
}

function readActor(value: unknown): Actor {
  const arn = optional(value, 'arn', readText);
  const invokedBy = optional(value, 'invokedBy', readText);
  const sourceIp = optional(value, 'sourceIp', readText);
  return {
    type: required(value, 'type', readText),
    ...(arn !== undefined && { arn }),
    ...(invokedBy !== undefined && { invokedBy }),
    ...(sourceIp !== undefined && { sourceIp }),
  };
}
