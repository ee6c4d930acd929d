/** Which events were heard already, by whichever channel: each is a hint once. */

/** Above the events of any burst, at less than 2 MB. */
const LIMIT = 10_000;

/**
 * Bounded: the oldest are forgotten, which does no harm, because a hint may repeat. Only what was taken may be
 * remembered: what was not must be heard again.
 */
export class Seen {
  readonly #limit: number;
  readonly #ids = new Set<string>();

  constructor(limit: number = LIMIT) {
    this.#limit = limit;
  }

  has(eventId: string): boolean {
    return this.#ids.has(eventId);
  }

  add(eventId: string): void {
    this.#ids.add(eventId);
    if (this.#ids.size <= this.#limit) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
