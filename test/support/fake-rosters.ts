/** All pods of an identity, in memory: the holders of the fake cluster, and pods that were given no token volume. */

import type { Holder } from '../../src/domain/holder.ts';
import type { Identity } from '../../src/domain/identity.ts';
import type { Reading, UnknownReason } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import type { RosterPod } from '../../src/domain/roster.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Rosters } from '../../src/ports/rosters.ts';
import { holder } from './builders.ts';
import type { FakeCluster } from './fake-cluster.ts';

export class FakeRosters implements Rosters {
  /** Why it can't be asked, while it is set. */
  failing: UnknownReason | undefined;
  /** The identities that were asked for. */
  readonly calls: Identity[] = [];
  readonly #clock: Clock;
  readonly #cluster: FakeCluster;
  readonly #missed = new Map<string, RosterPod>();

  constructor(clock: Clock, cluster: FakeCluster) {
    this.#clock = clock;
    this.#cluster = cluster;
  }

  /** Starts a pod without the token volume; `replace` is called when it is evicted. */
  start(
    identity: Identity,
    more: Partial<RosterPod> & { readonly of?: Partial<Holder> } = {},
    replace?: () => void,
  ): Holder {
    const { of, ...rest } = more;
    const [namespace = ''] = identity.split('/');
    const start = this.#clock.now();
    const pod = holder({ uid: this.#cluster.nobody(), namespace, identity, start, ...of });
    this.#missed.set(pod.uid, {
      pod,
      access: 'nothing',
      roleArn: undefined,
      isMirror: false,
      revision: undefined,
      ...rest,
    });
    this.#cluster.outsiders.set(pod.uid, () => {
      this.#missed.delete(pod.uid);
      replace?.();
    });
    return pod;
  }

  async find(namespace: string, name: string, signal: AbortSignal): Promise<Reading<RosterPod | undefined>> {
    signal.throwIfAborted();
    const now = this.#clock.now();
    if (this.failing !== undefined) return unknown(this.failing, 'on script', now);
    return known(
      this.#all().find(({ pod }) => pod.namespace === namespace && pod.name === name),
      now,
    );
  }

  async of(identity: Identity, signal: AbortSignal): Promise<Reading<readonly RosterPod[]>> {
    signal.throwIfAborted();
    this.calls.push(identity);
    const now = this.#clock.now();
    if (this.failing !== undefined) return unknown(this.failing, 'on script', now);
    const all = this.#all().filter(({ pod }) => pod.identity === identity);
    return known(
      all.toSorted((one, other) => (one.pod.uid < other.pod.uid ? -1 : 1)),
      now,
    );
  }

  #all(): readonly RosterPod[] {
    const rest = {
      access: 'pod-identity',
      roleArn: undefined,
      isMirror: false,
      revision: undefined,
    } as const;
    const holders = this.#cluster.running().map((pod): RosterPod => ({ pod, ...rest }));
    return [...holders, ...this.#missed.values()];
  }
}
