/** One Lease on a server behind networks that delay, lose and hang, all in virtual time. */

import type { LeaseAnswer, LeaseApi } from '../../src/adapters/kubernetes/lease-api.ts';
import type { LeasePlace } from '../../src/adapters/kubernetes/lease-record.ts';
import { readLease } from '../../src/adapters/kubernetes/lease-record.ts';
import { unknown } from '../../src/domain/reading.ts';
import type { Duration } from '../../src/domain/time.ts';
import { hours, milliseconds, seconds } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

export const PLACE: LeasePlace = { namespace: 'revoker', name: 'pod-identity-revoker' };

type Stored = {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly spec?: object;
};

/** What the network between one candidate and the server does to the requests that are sent now. */
export type Weather = {
  /** On the way there, and on the way back. */
  out: Duration;
  back: Duration;
  losesRequests: boolean;
  losesAnswers: boolean;
};

export function fairWeather(): Weather {
  return { out: milliseconds(1), back: milliseconds(1), losesRequests: false, losesAnswers: false };
}

export class FakeLeaseServer {
  #stored: Stored | undefined;
  #revision = 0;
  /** Every write that was accepted. */
  writes = 0;
  /** A server with a defect: it takes whatever comes, whatever it was made from. */
  ignoresVersions = false;

  get spec(): Readonly<Record<string, unknown>> | undefined {
    return this.#stored === undefined ? undefined : { ...this.#stored.spec };
  }

  /** As kubectl would. */
  delete(): void {
    this.#stored = undefined;
  }

  /** As kubectl would, in the place of whatever there is. */
  put(spec: object): void {
    this.#store({ kind: 'Lease', metadata: PLACE, spec }, this.#stored?.metadata.uid);
  }

  look(): LeaseAnswer {
    if (this.#stored === undefined) return { kind: 'absent' };
    const record = readLease(this.#stored, PLACE);
    if (record === undefined) throw new Error('the fake server holds no Lease');
    return { kind: 'found', record };
  }

  create(lease: object): LeaseAnswer {
    if (this.#stored !== undefined) return { kind: 'conflict' };
    this.#store(lease, undefined);
    this.writes += 1;
    return this.look();
  }

  replace(lease: object): LeaseAnswer {
    const given = (lease as Stored).metadata;
    const stored = this.#stored;
    if (stored === undefined) return { kind: 'conflict' };
    const isSame =
      given.uid === stored.metadata.uid && given.resourceVersion === stored.metadata.resourceVersion;
    if (!isSame && !this.ignoresVersions) return { kind: 'conflict' };
    this.writes += 1;
    // What changes nothing is no change: the version stays.
    if (JSON.stringify((lease as Stored).spec) !== JSON.stringify(stored.spec))
      this.#store(lease, stored.metadata.uid);
    return this.look();
  }

  #store(lease: object, uid: string | undefined): void {
    this.#revision += 1;
    const metadata = {
      ...(lease as Stored).metadata,
      uid: uid ?? `uid-${this.#revision}`,
      resourceVersion: String(this.#revision),
    };
    this.#stored = structuredClone({ ...lease, metadata });
  }
}

/**
 * The wire of one candidate. `network` keeps the time of the requests under way: once sent they arrive although nobody
 * waits for them any more. `own` is the candidate's clock, by which it gives up.
 */
export function fakeLeaseApi(
  server: FakeLeaseServer,
  weather: Weather,
  { network, own, closed }: { readonly network: Clock; readonly own: Clock; readonly closed: AbortSignal },
): LeaseApi {
  const send = async (at: (server: FakeLeaseServer) => LeaseAnswer): Promise<LeaseAnswer> => {
    const { out, back, losesRequests, losesAnswers } = weather;
    await network.sleep(losesRequests ? hours(1000) : out, closed);
    const answer = at(server);
    await network.sleep(losesAnswers ? hours(1000) : back, closed);
    return answer;
  };
  const ask = async (
    at: (server: FakeLeaseServer) => LeaseAnswer,
    timeout: Duration,
    signal: AbortSignal,
  ): Promise<LeaseAnswer> => {
    signal.throwIfAborted();
    const sent = own.now();
    const done = new AbortController();
    const given = AbortSignal.any([signal, done.signal]);
    const late: LeaseAnswer = { kind: 'unknown', reading: unknown('unreachable', 'no answer in time', sent) };
    const answer = send(at).catch((): LeaseAnswer => late);
    const timer = own.sleep(timeout, given).then(() => late);
    timer.catch(() => undefined);
    try {
      return await Promise.race([answer, timer]);
    } finally {
      done.abort();
    }
  };
  return {
    look: (timeout, signal) => ask((at) => at.look(), timeout, signal),
    create: (lease, timeout, signal) => ask((at) => at.create(lease), timeout, signal),
    replace: (lease, timeout, signal) => ask((at) => at.replace(lease), timeout, signal),
  };
}

export const FOREIGN_SPEC = {
  holderIdentity: 'somebody-else',
  leaseDurationSeconds: seconds(15) / 1000,
  acquireTime: '2026-01-05T12:00:00.000000Z',
  renewTime: '2026-01-05T12:00:00.000000Z',
  leaseTransitions: 3,
};
