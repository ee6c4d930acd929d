/** The JSON documents of the status API. Times are ISO 8601 in UTC; what is not known is null. */

import type { Holder } from '../../domain/holder.ts';
import { READING_SOURCES } from '../../domain/report.ts';
import type { Evidence } from '../../domain/hint.ts';
import type { MissedPod } from '../../domain/roster.ts';
import type { Revocation } from '../../domain/revocation.ts';
import { sentenceOf } from '../../domain/sentence.ts';
import { between, type Instant, iso } from '../../domain/time.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { ChannelStatus, JudgedHolder, Status, StatusSource } from '../../ports/status.ts';

/** As many as a person reads; `count` tells how many there are. */
const MOST_PODS_SHOWN = 100;

export function statusDocument(source: StatusSource): unknown {
  const status = source.status();
  const [unreadable, missed] = [source.unreadable(), source.missed()];
  return {
    cluster: status.cluster,
    mode: status.mode,
    startedAt: iso(status.startedAt),
    now: iso(status.now),
    live: status.live,
    ready: status.ready,
    notReadyBecause: status.notReadyBecause,
    readings: Object.fromEntries(READING_SOURCES.map((of) => [of, readingDocument(status, of)])),
    channels: Object.fromEntries(source.channels().map((each) => [each.channel, channelDocument(each)])),
    associations: status.associations ?? null,
    holders: status.holders,
    openRevocations: status.openRevocations,
    isLeading: status.isLeading,
    hasOwnGrantEnded: status.hasOwnGrantEnded,
    brakes: Object.fromEntries(
      source.brakes().map(({ brake, isEngaged, detail }) => [brake, { isEngaged, detail }]),
    ),
    missedPods: { count: missed.length, pods: missed.slice(0, MOST_PODS_SHOWN).map(missedDocument) },
    unreadablePods: { count: unreadable.length, pods: unreadable.slice(0, MOST_PODS_SHOWN) },
  };
}

function readingDocument({ readings, now }: Status, source: keyof Status['readings']): unknown {
  const { at, problem } = readings[source];
  return {
    at: isoOrNull(at),
    ageSeconds: at === undefined ? null : between(at, now) / 1000,
    problem: problem ?? null,
  };
}

export function revocationDocument(revocation: Revocation): unknown {
  const { end } = revocation;
  return {
    identity: revocation.identity,
    story: sentenceOf(revocation),
    cause: revocation.cause,
    stage: revocation.stage,
    association: revocation.association ?? null,
    grant: revocation.grant ?? null,
    end: end === undefined ? null : { notBefore: isoOrNull(end.notBefore), notAfter: iso(end.notAfter) },
    deadline: isoOrNull(revocation.deadline),
    source: revocation.source,
    evidence: evidenceDocument(revocation.evidence),
    suspectedAt: iso(revocation.suspectedAt),
    settlingSince: isoOrNull(revocation.settlingSince),
    confirmedAt: isoOrNull(revocation.confirmedAt),
    clearSince: isoOrNull(revocation.clearSince),
    closedAt: isoOrNull(revocation.closedAt),
    found: revocation.found,
    evicted: revocation.evicted,
  };
}

function evidenceDocument(evidence: Evidence | undefined): unknown {
  if (evidence === undefined) return null;
  const { eventName, eventId, at, heardAt, channel, actor } = evidence;
  return {
    event: eventName,
    eventId,
    at: iso(at),
    heardBy: channel,
    heardAfterSeconds: between(at, heardAt) / 1000,
    actor,
  };
}

function channelDocument(channel: ChannelStatus): unknown {
  return {
    lastEventAt: isoOrNull(channel.lastEventAt),
    lastHeardAt: isoOrNull(channel.lastHeardAt),
    lastKnownAt: isoOrNull(channel.lastKnownAt),
    problem: channel.problem ?? null,
  };
}

export function holderDocument({ holder, verdict, state, since }: JudgedHolder): unknown {
  return {
    ...podDocument(holder),
    verdict: verdict.kind,
    reason: verdict.reason,
    until: untilOf(verdict),
    since: iso(since),
    state: state ?? null,
  };
}

function podDocument(holder: Holder): Readonly<Record<string, unknown>> {
  return {
    identity: holder.identity,
    namespace: holder.namespace,
    pod: holder.name,
    uid: holder.uid,
    start: iso(holder.start),
    terminating: isoOrNull(holder.terminating),
    finished: holder.finished,
    node: holder.node ?? null,
    owner: holder.owner ?? null,
    labels: holder.labels,
  };
}

function missedDocument({ rostered: { pod, access, roleArn, revision }, reason }: MissedPod): unknown {
  return { ...podDocument(pod), access, irsaRole: roleArn ?? null, revision: revision ?? null, reason };
}

function untilOf(verdict: Verdict): string | null {
  return verdict.kind === 'wait' ? isoOrNull(verdict.until) : null;
}

function isoOrNull(at: Instant | undefined): string | null {
  return at === undefined ? null : iso(at);
}
