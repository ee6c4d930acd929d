/** A Lease of coordination.k8s.io/v1: what is read from it, and what is written in its place. */

import { randomBytes } from 'node:crypto';
import type { Duration, Instant } from '../../domain/time.ts';
import { after, latest, milliseconds, seconds } from '../../domain/time.ts';
import type { JsonObject } from './json.ts';
import { field, isObject, text } from './json.ts';
import { microTime, parseTime } from './rfc3339.ts';

export type LeasePlace = { readonly namespace: string; readonly name: string };

export type LeaseRecord = {
  /** Of this object; one that is deleted and created again has another. */
  readonly uid: string;
  /** Changes with every write that changes anything. */
  readonly version: string;
  /** Empty: nobody. */
  readonly holder: string;
  /** Undefined where it is missing or no length of time. */
  readonly duration: Duration | undefined;
  readonly acquiredAt: Instant | undefined;
  /** By the clock of its holder: never compared with ours. */
  readonly renewedAt: Instant | undefined;
  readonly transitions: number;
  readonly object: JsonObject;
};

/** A Lease that is given up claims this little, as client-go's do: whoever looks may take it at once. */
const GIVEN_UP = seconds(1);

/** A holder's name: the pod's, and what tells this process from the one before it in the same pod. */
export function holderName(podName: string): string {
  return `${podName}_${randomBytes(8).toString('hex')}`;
}

/** Undefined where the answer is not this Lease, or can't be replaced safely for want of a resourceVersion. */
export function readLease(body: unknown, { namespace, name }: LeasePlace): LeaseRecord | undefined {
  const metadata = field(body, 'metadata');
  const uid = text(field(metadata, 'uid'));
  const version = text(field(metadata, 'resourceVersion'));
  if (!isObject(body) || body['kind'] !== 'Lease' || uid === undefined || version === undefined) {
    return undefined;
  }
  if (field(metadata, 'name') !== name || field(metadata, 'namespace') !== namespace) return undefined;
  const spec = body['spec'];
  return {
    uid,
    version,
    holder: text(field(spec, 'holderIdentity')) ?? '',
    duration: readDuration(field(spec, 'leaseDurationSeconds')),
    acquiredAt: parseTime(field(spec, 'acquireTime')),
    renewedAt: parseTime(field(spec, 'renewTime')),
    transitions: readCount(field(spec, 'leaseTransitions')),
    object: body,
  };
}

/**
 * Whether its holder gave it up after its acts had ended. A Lease without a holder is not enough: a person may have
 * removed the name of one that is still acting.
 */
export function isGivenUp({ holder, duration }: LeaseRecord): boolean {
  return holder === '' && duration === GIVEN_UP;
}

export type Claim = { readonly holder: string; readonly duration: Duration; readonly now: Instant };

export function newLease({ namespace, name }: LeasePlace, claim: Claim): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'pod-identity-revoker' } },
    spec: specOf(claim, { acquiredAt: claim.now, transitions: 0 }),
  };
}

/** For one that we hold it is a renewal, for one of another's a take-over. */
export function claimedLease(record: LeaseRecord, claim: Claim): object {
  const isOurs = record.holder === claim.holder;
  // A write that changes nothing gets no new version, and others would not see it: a clock that was set back must
  // not make two renewals equal.
  const now = isOurs ? next(record.renewedAt, claim.now) : claim.now;
  const acquiredAt = isOurs ? (record.acquiredAt ?? now) : now;
  const transitions = isOurs ? record.transitions : record.transitions + 1;
  return withSpec(record, specOf({ ...claim, now }, { acquiredAt, transitions }));
}

export function givenUpLease(record: LeaseRecord, now: Instant): object {
  const at = next(record.renewedAt, now);
  const claim: Claim = { holder: '', duration: GIVEN_UP, now: at };
  return withSpec(record, specOf(claim, { acquiredAt: at, transitions: record.transitions }));
}

function next(renewedAt: Instant | undefined, now: Instant): Instant {
  return renewedAt === undefined ? now : latest(now, after(renewedAt, milliseconds(1)));
}

/** All that others put there is sent as it was read, and so is the resourceVersion: who wrote in between wins. */
function withSpec(record: LeaseRecord, changed: JsonObject): object {
  const spec = record.object['spec'];
  return { ...record.object, spec: { ...(isObject(spec) ? spec : {}), ...changed } };
}

function specOf(
  { holder, duration, now }: Claim,
  { acquiredAt, transitions }: { readonly acquiredAt: Instant; readonly transitions: number },
): JsonObject {
  return {
    holderIdentity: holder,
    leaseDurationSeconds: Math.max(1, Math.round(duration / 1000)),
    acquireTime: microTime(acquiredAt),
    renewTime: microTime(now),
    leaseTransitions: transitions,
  };
}

function readDuration(value: unknown): Duration | undefined {
  return typeof value === 'number' && value > 0 ? seconds(value) : undefined;
}

function readCount(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
