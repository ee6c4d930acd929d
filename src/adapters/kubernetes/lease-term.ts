/** One term of leadership: until when it lasts, and the signal that ends with it. */

import type { Duration, Instant } from '../../domain/time.ts';
import { between, milliseconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** Right before a request was sent, by both clocks. */
export type Moment = { readonly wall: Instant; readonly monotonic: Duration };

export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/** The reason with which the signal of a term is aborted. */
export class TermOver extends Error {
  readonly code = 'TERM_OVER';
  override readonly name = 'TermOver';
}

/**
 * How long ago a moment is, at the most. The monotonic clock does not notice that the machine was suspended, the wall
 * clock may have been set back: the one that shows more is believed. A wall clock that is set forward by more than
 * what is left therefore ends a term too early, which costs a change of leaders and nothing else.
 */
export function elapsedSince(moment: Moment, clock: Clock): Duration {
  const byWall = between(moment.wall, clock.now());
  return milliseconds(Math.max(byWall, clock.monotonic() - moment.monotonic));
}

export class Term {
  readonly #clock: Clock;
  readonly #limit: Duration;
  readonly #controller = new AbortController();
  #renewed: Moment;

  /** `sent` is when the request was sent by which it was won: whoever received it, received it later. */
  constructor(clock: Clock, limit: Duration, sent: Moment) {
    this.#clock = clock;
    this.#limit = limit;
    this.#renewed = sent;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Negative or zero: it has run out, whether its end was noticed or not. */
  left(): Duration {
    return milliseconds(this.#limit - elapsedSince(this.#renewed, this.#clock));
  }

  renew(sent: Moment): void {
    this.#renewed = sent;
  }

  end(detail: string): void {
    this.#controller.abort(new TermOver(`no longer the leader: ${detail}`));
  }
}
