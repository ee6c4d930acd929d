/** What really was: the grants of each identity over time, and what each pod was handed. Nothing of src/decide is used. */

import type { Association, AssociationId } from '../../../src/domain/association.ts';
import type { PodUid } from '../../../src/domain/holder.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import type { Instant } from '../../../src/domain/time.ts';
import type { GrantName } from './grants.ts';

/** One association as it was between two changes of it. */
export type Version = {
  readonly id: AssociationId;
  readonly name: GrantName;
  readonly createdAt: Instant;
  readonly since: Instant;
  /** Infinity while it is in force. */
  until: number;
};

export type TruePod = {
  readonly identity: Identity;
  /** From the state of which moment on EKS has handed it credentials: up to some seconds before its start. */
  readonly handedFrom: Instant;
};

export class Truth {
  readonly #versions = new Map<Identity, Version[]>();
  readonly #pods = new Map<PodUid, TruePod>();

  /** The association was created, or changed into this. */
  became({ id, identity, createdAt, modifiedAt }: Association, name: GrantName): void {
    this.ended(identity, modifiedAt);
    const all = this.#versions.get(identity) ?? [];
    all.push({ id, name, createdAt, since: modifiedAt, until: Infinity });
    this.#versions.set(identity, all);
  }

  ended(identity: Identity, at: Instant): void {
    const current = this.current(identity);
    if (current !== undefined) current.until = at;
  }

  started(uid: PodUid, pod: TruePod): void {
    this.#pods.set(uid, pod);
  }

  identities(): Iterable<Identity> {
    return this.#versions.keys();
  }

  versions(identity: Identity): readonly Version[] {
    return this.#versions.get(identity) ?? [];
  }

  current(identity: Identity): Version | undefined {
    const last = this.#versions.get(identity)?.at(-1);
    return last?.until === Infinity ? last : undefined;
  }

  at(identity: Identity, when: number): Version | undefined {
    return this.versions(identity).find(({ since, until }) => since <= when && when < until);
  }

  version(identity: Identity, id: AssociationId, since: Instant): Version | undefined {
    return this.versions(identity).find((one) => one.id === id && one.since === since);
  }

  pod(uid: PodUid): TruePod {
    const pod = this.#pods.get(uid);
    if (pod === undefined) throw new Error(`nobody started ${uid}`);
    return pod;
  }

  /** What the pod may hold and is not in force any more. */
  staleOf(uid: PodUid): readonly Version[] {
    const { identity, handedFrom } = this.pod(uid);
    const current = this.current(identity);
    return this.versions(identity).filter(
      ({ name, until }) => until !== Infinity && until > handedFrom && name !== current?.name,
    );
  }
}
