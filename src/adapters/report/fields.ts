/** Facts as fields of a log line: flat, in domain words, times in ISO. An undefined field is not written. */

import type { Evidence } from '../../domain/hint.ts';
import type { Holder } from '../../domain/holder.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { RosterPod } from '../../domain/roster.ts';
import type { Revocation } from '../../domain/revocation.ts';
import { sentenceOf } from '../../domain/sentence.ts';
import { between, type Instant, iso } from '../../domain/time.ts';
import type { Verdict } from '../../domain/verdict.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function holderFields(holder: Holder): Fields {
  const { identity, namespace, name, uid, start, node, owner, labels } = holder;
  return {
    identity,
    namespace,
    pod: name,
    uid,
    start: iso(start),
    node,
    owner: owner === undefined ? undefined : `${owner.kind}/${owner.name}`,
    labels: Object.keys(labels).length === 0 ? undefined : labels,
  };
}

export function rosterFields({ pod, access, roleArn, revision }: RosterPod): Fields {
  return { ...holderFields(pod), access, irsaRole: roleArn, revision };
}

export function verdictFields(verdict: Verdict): Fields {
  const until = verdict.kind === 'wait' ? isoOrNone(verdict.until) : undefined;
  const graceSeconds = verdict.kind === 'force' ? verdict.grace / 1000 : undefined;
  return { verdict: verdict.kind, reason: verdict.reason, until, graceSeconds };
}

/** With what is here the decision could be made again: what ended, when, and how we know. */
export function revocationFields(revocation: Revocation): Fields {
  const { grant, end, evidence } = revocation;
  return {
    identity: revocation.identity,
    story: sentenceOf(revocation),
    cause: revocation.cause,
    stage: revocation.stage,
    source: revocation.source,
    association: revocation.association,
    role: grant?.roleArn,
    targetRole: grant?.targetRoleArn,
    ...(evidence === undefined ? {} : evidenceFields(evidence)),
    endNotBefore: isoOrNone(end?.notBefore),
    endNotAfter: isoOrNone(end?.notAfter),
    deadline: isoOrNone(revocation.deadline),
    suspectedAt: iso(revocation.suspectedAt),
    settlingSince: isoOrNone(revocation.settlingSince),
    confirmedAt: isoOrNone(revocation.confirmedAt),
    clearSince: isoOrNone(revocation.clearSince),
    closedAt: isoOrNone(revocation.closedAt),
    found: revocation.found,
    evicted: revocation.evicted,
  };
}

/** Who did it, when, and how and how soon it was heard. */
export function evidenceFields(evidence: Evidence): Fields {
  const { actor } = evidence;
  return {
    event: evidence.eventName,
    eventId: evidence.eventId,
    eventAt: iso(evidence.at),
    heardBy: evidence.channel,
    heardAfterSeconds: between(evidence.at, evidence.heardAt) / 1000,
    actor: actor.arn ?? actor.invokedBy ?? actor.type,
    actorType: actor.type,
    sourceIp: actor.sourceIp,
  };
}

export function outcomeFields(outcome: Outcome): Fields {
  switch (outcome.kind) {
    case 'evicted':
    case 'already-gone':
    case 'replaced':
      return { outcome: outcome.kind };
    case 'forbidden':
    case 'unreachable':
      return { outcome: outcome.kind, detail: outcome.detail };
    case 'blocked': {
      const { kind, by, detail, retryAfter } = outcome;
      const retryAfterSeconds = retryAfter === undefined ? undefined : retryAfter / 1000;
      return { outcome: kind, blockedBy: by, detail, retryAfterSeconds };
    }
  }
}

/**
 * Name, message, stack and cause, and nothing else of an error: those of HTTP clients carry whole requests
 * with their authorization.
 */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: named(error) };
  const { stack, cause } = error;
  return {
    error: named(error),
    stack: stack === undefined ? undefined : withoutSecrets(stack),
    cause: cause === undefined ? undefined : named(cause),
  };
}

function named(thrown: unknown): string {
  if (thrown instanceof Error) return withoutSecrets(`${thrown.name}: ${thrown.message}`);
  return typeof thrown === 'string' ? withoutSecrets(thrown) : `a thrown ${typeof thrown}`;
}

function withoutSecrets(text: string): string {
  return text
    .slice(0, 10_000)
    .replace(/\bBearer\s+\S+/gi, 'Bearer (left out)')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '(token left out)')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{8,}/g, '(access key left out)');
}

function isoOrNone(at: Instant | undefined): string | undefined {
  return at === undefined ? undefined : iso(at);
}
