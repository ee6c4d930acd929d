/** Who acts: of all daemons of one cluster at most one at a time, in one term after the other. */

import type { Leader, Loss } from '../domain/leadership.ts';
import type { Reading } from '../domain/reading.ts';

/** None of these may throw. All are called while `run` or `term` is, and never after `run` was fulfilled. */
export type LeadershipListener = {
  /** A term began. Every act in it carries `term`, which is aborted when the term is over. */
  readonly elected: (term: AbortSignal) => void;
  /** The term that was told last is over; its signal was aborted just before. */
  readonly lost: (loss: Loss) => void;
  /** Another leads, or it can't be told who does, or why it can't is another. Nothing is told twice in a row. */
  readonly reading: (reading: Reading<Leader>) => void;
};

export type LeadershipSignals = {
  /** Stand for no new term. The one that is under way goes on and is renewed, so that its acts can be heard out. */
  readonly stopping: AbortSignal;
  /** Every act has ended: give the term up, so that another daemon can take over at once. Means `stopping` too. */
  readonly drained: AbortSignal;
};

/**
 * A term is over before any other daemon's can begin, whatever is late, lost or hung, however the daemons' clocks
 * differ, and whoever sets them, as long as they run at about the same rate.
 *
 * What it can't promise: that a request which was sent in the term arrives in it. The act's own precondition (the uid
 * of a pod, the version of a ConfigMap) must make a late one harmless.
 */
export interface Leadership {
  /** The name under which others see us. No other process has it, not even our own after a restart. */
  readonly name: string;

  /**
   * The present term, undefined where we do not lead. Looks at the clock itself: of a term that ran out while this
   * process stood still it is the first to notice. To be asked right before each act.
   */
  term(): AbortSignal | undefined;

  /**
   * Takes part until told to stop, and then is fulfilled: a standby when `stopping` is aborted; a leader when its term
   * is over, at the latest some seconds after `drained` was. Refusals, silence and nonsense are told and mended
   * inside, for ever. However it ends, no term is left.
   */
  run(listener: LeadershipListener, signals: LeadershipSignals): Promise<void>;
}
