/** Time inside the simulator: the machine's own, or one that a test steps by hand. */

export interface SimClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` once, after `ms` milliseconds. The answer cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The machine's time. Its timers do not keep the process alive. */
export function realClock(): SimClock {
  return {
    now: () => Date.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

type Pending = { readonly due: number; readonly order: number; readonly run: () => void };

/** A clock that stands still until it is advanced. */
export class ManualClock implements SimClock {
  #now: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    this.#order += 1;
    const entry: Pending = { due: this.#now + Math.max(0, ms), order: this.#order, run };
    this.#pending.add(entry);
    return () => {
      this.#pending.delete(entry);
    };
  }

  /** Runs what falls due on the way, in order, each at its own time; also what those calls add. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#nextDue(end); next !== undefined; next = this.#nextDue(end)) {
      this.#pending.delete(next);
      this.#now = next.due;
      next.run();
    }
    this.#now = end;
  }

  /** How many calls are still waiting. */
  get waiting(): number {
    return this.#pending.size;
  }

  #nextDue(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const entry of this.#pending) {
      if (entry.due > end) continue;
      if (
        first === undefined ||
        entry.due < first.due ||
        (entry.due === first.due && entry.order < first.order)
      ) {
        first = entry;
      }
    }
    return first;
  }
}
