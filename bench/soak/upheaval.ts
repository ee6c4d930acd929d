/**
 * The lead changes hands, again and again: one replica is killed or stopped when it leads; the steady one, whose
 * memory is measured from the beginning to the end, is cut off from the Kubernetes API when it does.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { textAt } from '../../simulator/kubernetes/object.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { again, Dice } from './dice.ts';
import type { Replica } from './replica.ts';
import { OWN_NAMESPACE, PARTITION_MS } from './settings.ts';

const APART_MS = { least: 35_000, most: 75_000 };
/** Until a replica that ended is started again. */
const AWAY_MS = { least: 2000, most: 12_000 };
const STOPPED_SHARE = 0.3;

export type Pair = { readonly steady: Replica; readonly shaken: Replica };

export class Upheaval implements Disposable {
  readonly counts = { kills: 0, stops: 0, partitions: 0 };
  /** The pods that held the Lease, one after the other, and since when. */
  readonly leads: { readonly pod: string; readonly at: number }[] = [];
  readonly #pair: Pair;
  readonly #dice: Dice;
  readonly #end: () => void;

  constructor({ kubernetes, clock }: Simulator, pair: Pair, seed: number) {
    this.#pair = pair;
    this.#dice = new Dice(seed);
    this.#end = kubernetes.store.subscribe('leases', ({ object }) => {
      if (object.metadata.namespace !== OWN_NAMESPACE) return;
      const pod = podOf(textAt(object, 'spec', 'holderIdentity') ?? '');
      if (this.leads.at(-1)?.pod !== pod) this.leads.push({ pod, at: clock.now() });
    });
  }

  /** Empty where nobody leads. */
  leaderAt(at: number): string {
    return this.leads.findLast((lead) => lead.at <= at)?.pod ?? '';
  }

  /** When it ends, both run. */
  async run(signal: AbortSignal): Promise<void> {
    const { least, most } = APART_MS;
    await again(
      () => this.#dice.between(least, most),
      () => this.#shake(signal),
      signal,
    );
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  async #shake(signal: AbortSignal): Promise<void> {
    const { steady, shaken } = this.#pair;
    const leader = this.leads.at(-1)?.pod;
    if (leader === steady.name) {
      const isHit = await steady.wires.kubernetes.suffer({ kind: 'half-open' }, PARTITION_MS, signal);
      if (isHit) this.counts.partitions += 1;
    }
    if (leader !== shaken.name) return;
    if (this.#dice.isLucky(STOPPED_SHARE)) {
      this.counts.stops += 1;
      await shaken.stop();
    } else {
      this.counts.kills += 1;
      await shaken.kill();
    }
    await pause(this.#dice.between(AWAY_MS.least, AWAY_MS.most));
    shaken.start();
  }
}

/** A holder is named after its pod and its process. */
function podOf(holder: string): string {
  return holder.split('_', 1)[0] ?? '';
}
