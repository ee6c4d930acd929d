/** The pods of a random history: who starts them, who starts them again, and what they were handed. */

import type { Holder, PodUid } from '../../../src/domain/holder.ts';
import { podUid } from '../../../src/domain/holder.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import { namespaceOf } from '../../../src/domain/identity.ts';
import type { Duration } from '../../../src/domain/time.ts';
import { before, instant, seconds } from '../../../src/domain/time.ts';
import type { FakeCluster } from '../../support/fake-cluster.ts';
import type { SteppedClock } from '../../support/stepped-clock.ts';
import type { Operation } from './operations.ts';
import type { Truth } from './truth.ts';

export type Template = Omit<Extract<Operation, { kind: 'start' }>, 'kind' | 'identity' | 'pods'>;

export const PLAIN: Template = { of: 'bare', isByHand: true, grace: 2, isHeld: false, lag: 0 };

export class Workloads {
  readonly #clock: SteppedClock;
  readonly #cluster: FakeCluster;
  readonly #truth: Truth;
  readonly #replacing = new Map<PodUid, () => void>();
  #made = 0;

  constructor(clock: SteppedClock, cluster: FakeCluster, truth: Truth) {
    this.#clock = clock;
    this.#cluster = cluster;
    this.#truth = truth;
    cluster.watches.add((uid) => this.#replaceGone(uid));
  }

  /** Starts a pod; without an association, and not by hand, it carries no token volume and is no holder. */
  start(
    identity: Identity,
    template: Template,
    name?: string,
    age: Duration = seconds(0),
  ): Holder | undefined {
    this.#made += 1;
    const startedAt = before(this.#clock.now(), age);
    const handedFrom = before(startedAt, seconds(template.lag));
    const isInjected = template.isByHand || this.#truth.at(identity, handedFrom) !== undefined;
    if (!isInjected) return undefined;
    const uid = podUid(`pod-${String(this.#made).padStart(5, '0')}`);
    this.#truth.started(uid, { identity, handedFrom });
    this.#cluster.graces.set(uid, seconds(template.grace));
    if (template.isHeld) this.#cluster.held.add(uid);
    const named = name ?? `${namespaceOf(identity)}-${this.#made}`;
    const again = (): void =>
      void this.start(identity, template, template.of === 'stateful' ? named : undefined);
    if (template.of === 'stateful') this.#replacing.set(uid, again);
    const start = instant(Math.floor(startedAt / 1000) * 1000);
    return this.#cluster.start(
      identity,
      { uid, name: named, start },
      template.of === 'owned' ? again : undefined,
    );
  }

  /** Some pod that runs; undefined where none does. */
  pick(which: number): Holder | undefined {
    const running = this.#cluster.running();
    return running[which % Math.max(1, running.length)];
  }

  /** Some pod that has outlived its grant; one that will come again under its name, if there is one. */
  pickStale(which: number): Holder | undefined {
    const stale = this.#cluster.running().filter(({ uid }) => this.#truth.staleOf(uid).length > 0);
    const coming = stale.filter(({ uid }) => this.#replacing.has(uid));
    const from = coming.length > 0 ? coming : stale;
    return from[which % Math.max(1, from.length)];
  }

  #replaceGone(uid: PodUid): void {
    if (this.#cluster.pod(uid) !== undefined) return;
    const again = this.#replacing.get(uid);
    this.#replacing.delete(uid);
    again?.();
  }
}
