/** A channel by which the controller hears of CloudTrail records. */

import type { Chronicle } from '../domain/chronicle.ts';
import type { Channel, Hint, Refusal } from '../domain/hint.ts';
import type { Reading } from '../domain/reading.ts';
import type { Instant } from '../domain/time.ts';

export type ChannelListener = {
  /**
   * Takes a hint. When it has returned, the hint is safely in the daemon's hands and its message may be
   * acknowledged. Must not throw; a channel that meets a throwing listener keeps the message for another try.
   */
  readonly hint: (hint: Hint) => void;
  /** A record that is no hint. `eventAt` is the time of its event, where it tells one. */
  readonly refused: (why: Refusal, detail: string, eventAt: Instant | undefined) => void;
  /**
   * Trail only, after each round: what CloudTrail itself has told, as knowledge of the past. The hints among it are
   * told as such as well. Coverages of two rounds that follow each other leave no time out between them.
   */
  readonly chronicle: (chronicle: Chronicle) => void;
  /** The channel itself could be asked, or could not, and why. May repeat. */
  readonly reading: (reading: Reading<undefined>) => void;
};

/** Records may come late, twice, in any order, forged, or never: see the contract of hints in domain/hint.ts. */
export interface RecordChannel {
  readonly name: Channel;

  /**
   * Listens until `signal` is aborted, and then is fulfilled. A missing queue, denied calls, throttling and
   * nonsense are told and mended inside, for ever, with back-off. No message ever stops the others.
   */
  run(listener: ChannelListener, signal: AbortSignal): Promise<void>;
}
