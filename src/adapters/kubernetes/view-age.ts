/** How fresh a view is, or why it is not synced. */

import type { Instant } from '../../domain/time.ts';
import type { Freshness } from '../../ports/pods.ts';

export class ViewAge {
  /** Why it is not synced, while it is not. */
  problem = 'the pods have not been listed yet';
  #asOf: Instant | undefined;
  #isRefused = false;

  /** Whether it has been complete at some moment. */
  get isKnown(): boolean {
    return this.#asOf !== undefined;
  }

  /** The server gave a sign of life, or showed the state, as of then. */
  heard(at: Instant): void {
    this.#isRefused = false;
    if (this.#asOf === undefined || at > this.#asOf) this.#asOf = at;
  }

  /** For want of rights: told at once, even while an older view is at hand, since nobody mends it but a person. */
  refused(problem: string): void {
    this.problem = problem;
    this.#isRefused = true;
  }

  freshness(): Freshness {
    if (this.#asOf === undefined || this.#isRefused) return { kind: 'unsynced', why: this.problem };
    return { kind: 'synced', asOf: this.#asOf };
  }
}
