/** A holder, a revocation, a status, with defaults; a test spells out what matters to it. */

import type { Constants } from '../../../src/adapters/report/gauges.ts';
import { associationId } from '../../../src/domain/association.ts';
import type { Holder } from '../../../src/domain/holder.ts';
import { podUid } from '../../../src/domain/holder.ts';
import { identityOf, type Identity } from '../../../src/domain/identity.ts';
import type { Revocation } from '../../../src/domain/revocation.ts';
import { after, instant, minutes, seconds } from '../../../src/domain/time.ts';
import type { ChannelStatus, JudgedHolder, Status, StatusSource } from '../../../src/ports/status.ts';

/** The grant ended within the second before it. */
export const NOW = instant(Date.parse('2026-03-01T12:00:00.000Z'));

export const SAMPLE_CONSTANTS: Constants = {
  version: '1.2.3',
  settings: { deadline: minutes(15), 'poll-interval': seconds(30) },
};

export function sampleIdentity(namespace = 'compute', serviceAccount = 'runner'): Identity {
  const identity = identityOf(namespace, serviceAccount);
  if (identity === undefined) throw new Error('not an identity');
  return identity;
}

export function sampleHolder(changed: Partial<Holder> = {}): Holder {
  return {
    uid: podUid('uid-1'),
    namespace: 'compute',
    name: 'run-1',
    identity: sampleIdentity(),
    start: after(NOW, seconds(-3_600)),
    finished: false,
    labels: {},
    ...changed,
  };
}

export function sampleRevocation(changed: Partial<Revocation> = {}): Revocation {
  return {
    identity: sampleIdentity(),
    cause: 'deleted',
    stage: 'confirmed',
    association: associationId('a-aaaaaaaaaaaaaaaaa'),
    grant: { roleArn: 'arn:aws:iam::111122223333:role/runner', disableSessionTags: false },
    isPresumed: false,
    deadline: undefined,
    end: { notBefore: NOW, notAfter: after(NOW, seconds(10)) },
    source: 'list',
    evidence: undefined,
    suspectedAt: after(NOW, seconds(12)),
    settlingSince: after(NOW, seconds(13)),
    confirmedAt: after(NOW, seconds(28)),
    clearSince: undefined,
    closedAt: undefined,
    found: 0,
    evicted: 0,
    ...changed,
  };
}

export function sampleStatus(changed: Partial<Status> = {}): Status {
  return {
    cluster: 'demo',
    mode: 'enforce',
    startedAt: NOW,
    now: after(NOW, seconds(60)),
    live: true,
    ready: true,
    notReadyBecause: [],
    readings: {
      associations: { at: after(NOW, seconds(55)), problem: undefined },
      grants: { at: undefined, problem: undefined },
      pods: { at: undefined, problem: 'unsynced' },
    },
    associations: 7,
    holders: 2,
    isLeading: true,
    hasOwnGrantEnded: false,
    openRevocations: 1,
    ...changed,
  };
}

export function sampleSource(
  holders: readonly JudgedHolder[] = [],
  changed: Partial<StatusSource> = {},
): StatusSource {
  return {
    status: () => sampleStatus({ holders: holders.length }),
    revocations: () => [],
    holders: () => holders,
    tally: () => holders.map(({ verdict, state }) => ({ verdict, state, count: 1 })),
    unreadable: () => [],
    missed: () => [],
    brakes: () => [],
    channels: () => [],
    oldestExposure: () => new Map(),
    ...changed,
  };
}

export function sampleChannel(changed: Partial<ChannelStatus> = {}): ChannelStatus {
  return {
    channel: 'queue',
    lastEventAt: NOW,
    lastHeardAt: undefined,
    lastKnownAt: undefined,
    problem: undefined,
    ...changed,
  };
}
