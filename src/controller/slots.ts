/** Slots: how many acts may be in flight at once, all identities together. Who is urgent goes before all who are not. */

type Waiting = { readonly admit: () => void };

export class Slots {
  /** All there are, free or not. */
  readonly count: number;
  readonly #urgent = new Set<Waiting>();
  readonly #ordinary = new Set<Waiting>();
  #free: number;

  constructor(count: number) {
    this.count = count;
    this.#free = count;
  }

  /** Fulfilled in the order of asking, urgent ones first, with what gives the slot back; call it once. */
  async take(isUrgent: boolean, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(isUrgent ? this.#urgent : this.#ordinary, signal);
    return () => this.#release();
  }

  async #turn(queue: Set<Waiting>, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { admit: resolve };
    const leave = (): void => {
      if (queue.delete(waiting)) reject(signal.reason);
    };
    queue.add(waiting);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** A slot goes straight on to who waits for it. */
  #release(): void {
    for (const queue of [this.#urgent, this.#ordinary]) {
      for (const waiting of queue) {
        queue.delete(waiting);
        waiting.admit();
        return;
      }
    }
    this.#free += 1;
  }
}
