/** A queue of CloudTrail records as SQS keeps one: what nobody has heard waits, and what was heard may come again. */

import type { AssociationHint } from '../../../src/domain/hint.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import type { Duration } from '../../../src/domain/time.ts';
import { known, unknown } from '../../../src/domain/reading.ts';
import type { ChannelListener, RecordChannel } from '../../../src/ports/channel.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { RecordOf } from '../../support/fake-channel.ts';
import { recordOf } from '../../support/fake-channel.ts';

/** Records that may still be told again. */
const REMEMBERED = 20;

export class Mail implements RecordChannel {
  readonly name = 'queue';
  readonly #clock: Clock;
  readonly #ends: AbortSignal;
  #listener: ChannelListener | undefined;
  #waiting: AssociationHint[] = [];
  #told: AssociationHint[] = [];

  constructor(clock: Clock, ends: AbortSignal) {
    this.#clock = clock;
    this.#ends = ends;
  }

  /** A record of a call that is made now arrives after `delay`. */
  post(about: Partial<RecordOf> & { readonly identity: Identity }, delay: Duration): void {
    const at = about.at ?? this.#clock.now();
    this.#clock.sleep(delay, this.#ends).then(
      () => this.#arrive(recordOf({ ...about, at, heardAt: this.#clock.now() })),
      () => {},
    );
  }

  /** One of the records that were told before comes again. */
  repeat(which: number): void {
    const hint = this.#told[which % Math.max(1, this.#told.length)];
    if (hint !== undefined) this.#arrive(hint);
  }

  /** The queue can't be asked for a moment. */
  stutter(): void {
    this.#listener?.reading(unknown('unreachable', 'the queue stutters', this.#clock.now()));
    this.#listener?.refused('malformed', 'a message that nobody understands', undefined);
    this.#listener?.reading(known(undefined, this.#clock.now()));
  }

  async run(listener: ChannelListener, signal: AbortSignal): Promise<void> {
    this.#listener = listener;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const hint of waiting) this.#arrive(hint);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (this.#listener === listener) this.#listener = undefined;
  }

  /** Nobody listens any more, and what was heard last was not acknowledged. */
  hangUp(): void {
    this.#listener = undefined;
    this.#waiting.push(...this.#told.slice(-1));
  }

  #arrive(hint: AssociationHint): void {
    if (this.#listener === undefined) {
      this.#waiting.push(hint);
      return;
    }
    this.#told = [...this.#told, hint].slice(-REMEMBERED);
    this.#listener.hint(hint);
  }
}
