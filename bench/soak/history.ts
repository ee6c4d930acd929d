/** The true history: which grant each identity had when, and how long each pod lived, as the simulator itself saw it. */

import { POD_IDENTITY_VOLUME } from '../../simulator/cluster/webhook.ts';
import type { Association } from '../../simulator/aws/association.ts';
import type { KubeObject } from '../../simulator/kubernetes/object.ts';
import { listAt, textAt } from '../../simulator/kubernetes/object.ts';
import type { SimulatorWithQueue } from '../../simulator/simulator.ts';

/** Times are milliseconds by the simulator's clock. */
export type Episode = {
  /** What of the association makes the grant; equal texts are the same grant. */
  readonly grant: string;
  readonly from: number;
  /** Infinite while it is in force. */
  until: number;
};

export type Life = {
  readonly uid: string;
  readonly identity: string;
  readonly start: number;
  /** Whether it was given the volume. */
  readonly isHolder: boolean;
  /** When its containers had ended, and when the object was removed; infinite until then. */
  finishedAt: number;
  goneAt: number;
};

export class TrueHistory implements Disposable {
  /** By `namespace/serviceAccount`, oldest first. */
  readonly grants = new Map<string, Episode[]>();
  /** By uid. */
  readonly lives = new Map<string, Life>();
  readonly #simulator: SimulatorWithQueue;
  readonly #ends: readonly (() => void)[];

  /** Begins before there is anything in the cluster. */
  constructor(simulator: SimulatorWithQueue) {
    this.#simulator = simulator;
    const { eks, kubernetes, clock } = simulator;
    this.#ends = [
      eks.onCall(({ operation }) => {
        if (!/^(?:List|Describe)/.test(operation)) this.noteGrants();
      }),
      kubernetes.store.subscribe('pods', ({ type, object }) => {
        const life = this.lives.get(object.metadata.uid) ?? this.#begin(object);
        if (type === 'DELETED') life.goneAt = clock.now();
        else if (isFinished(object)) life.finishedAt = Math.min(life.finishedAt, clock.now());
      }),
    ];
  }

  /** What is in force now; after each change. */
  noteGrants(): void {
    const now = this.#simulator.clock.now();
    const inForce = new Map(
      this.#simulator.eks.associations.list().map((one) => [identityOf(one), grantOf(one)]),
    );
    for (const identity of new Set([...this.grants.keys(), ...inForce.keys()])) {
      this.#note(identity, inForce.get(identity), now);
    }
  }

  [Symbol.dispose](): void {
    for (const end of this.#ends) end();
  }

  #note(identity: string, grant: string | undefined, now: number): void {
    const episodes = this.grants.get(identity) ?? [];
    this.grants.set(identity, episodes);
    const last = episodes.at(-1);
    const current = last?.until === Number.POSITIVE_INFINITY ? last : undefined;
    if (current?.grant === grant) return;
    if (current !== undefined) current.until = now;
    if (grant !== undefined) episodes.push({ grant, from: now, until: Number.POSITIVE_INFINITY });
  }

  #begin(pod: KubeObject): Life {
    const { uid, namespace } = pod.metadata;
    const life: Life = {
      uid,
      identity: `${namespace}/${textAt(pod, 'spec', 'serviceAccountName') ?? 'default'}`,
      start: this.#simulator.clock.now(),
      isHolder: listAt(pod, 'spec', 'volumes').some(
        (volume) => textAt(volume, 'name') === POD_IDENTITY_VOLUME,
      ),
      finishedAt: Number.POSITIVE_INFINITY,
      goneAt: Number.POSITIVE_INFINITY,
    };
    this.lives.set(uid, life);
    return life;
  }
}

function identityOf({ namespace, serviceAccount }: Association): string {
  return `${namespace}/${serviceAccount}`;
}

function grantOf({ roleArn, targetRoleArn, policy, disableSessionTags }: Association): string {
  return JSON.stringify([roleArn, targetRoleArn ?? '', policy ?? '', disableSessionTags]);
}

function isFinished(pod: KubeObject): boolean {
  return /^(?:Succeeded|Failed)$/.test(textAt(pod, 'status', 'phase') ?? '');
}
