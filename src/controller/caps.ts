/** Caps: how many evictions a minute one namespace and one identity may have, where the operator wants to limit that. */

import type { Holder } from '../domain/holder.ts';
import type { Instant } from '../domain/time.ts';
import { after, latest, minutes } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

export type CapLimits = {
  /** In any minute; undefined: as many as the pace allows. */
  readonly perNamespace: number | undefined;
  readonly perIdentity: number | undefined;
};

const WINDOW = minutes(1);

export class Caps {
  readonly #clock: Clock;
  readonly #limits: CapLimits;
  /** When those of the last minute were taken, oldest first, by `namespace` and `namespace/serviceAccount`. */
  readonly #taken = new Map<string, Instant[]>();

  constructor(clock: Clock, limits: CapLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Takes one of the minute's evictions; where there is none left, answers when there is one again. */
  tryTake({ namespace, identity }: Pick<Holder, 'namespace' | 'identity'>): Instant | undefined {
    const now = this.#clock.now();
    const { perNamespace, perIdentity } = this.#limits;
    const waits = [this.#full(namespace, perNamespace, now), this.#full(identity, perIdentity, now)];
    const [first, ...others] = waits.flatMap((until) => until ?? []);
    if (first !== undefined) return latest(first, ...others);
    if (perNamespace !== undefined) this.#note(namespace, now);
    if (perIdentity !== undefined) this.#note(identity, now);
    return undefined;
  }

  /** What was taken last for it is free again: nobody has gone. */
  giveBack({ namespace, identity }: Pick<Holder, 'namespace' | 'identity'>): void {
    for (const key of [namespace, identity]) {
      const taken = this.#taken.get(key);
      if (taken !== undefined) this.#taken.set(key, taken.slice(0, -1));
    }
  }

  #full(key: string, limit: number | undefined, now: Instant): Instant | undefined {
    if (limit === undefined) return undefined;
    // What was taken later than now was taken before the clock was set back: it does not count.
    const recent = (this.#taken.get(key) ?? []).filter((at) => at <= now && after(at, WINDOW) > now);
    if (recent.length === 0) this.#taken.delete(key);
    else this.#taken.set(key, recent);
    const oldest = recent.at(-limit);
    return oldest === undefined ? undefined : after(oldest, WINDOW);
  }

  #note(key: string, now: Instant): void {
    this.#taken.set(key, [...(this.#taken.get(key) ?? []), now]);
  }
}
