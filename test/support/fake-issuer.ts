/** One side that tells a cluster's issuer, in memory. */

import type { Reading, UnknownReason } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IssuerSource } from '../../src/ports/cluster.ts';

export class FakeIssuer implements IssuerSource {
  text: string;
  /** Why it can't be told, while it is set. */
  failing: UnknownReason | undefined;
  asked = 0;
  readonly #clock: Clock;

  constructor(clock: Clock, text = 'https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF') {
    this.#clock = clock;
    this.text = text;
  }

  async issuer(signal: AbortSignal): Promise<Reading<string>> {
    signal.throwIfAborted();
    this.asked += 1;
    const at = this.#clock.now();
    return this.failing === undefined
      ? known(this.text, at)
      : unknown(this.failing, `${this.failing} on script`, at);
  }
}
