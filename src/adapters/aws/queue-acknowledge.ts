/** Deletes messages that are done with, beside the receiving of others. */

import { type Unknown, unknown } from '../../domain/reading.ts';
import type { Random } from '../../ports/clock.ts';
import { deleteBatch, type Sqs } from './queue-call.ts';
import { retryDelay } from './retry-delay.ts';

/** So many batches may be under way; then receiving waits, because what is not deleted comes again. */
const MOST_AT_ONCE = 8;

/** After that a message is left: it comes again when its visibility time-out has run, as a duplicate. */
const MOST_TRIES = 4;

export class Acknowledger {
  readonly #sqs: Sqs;
  readonly #random: Random;
  readonly #underWay = new Set<Promise<boolean>>();
  #problem: Unknown | undefined;

  constructor(sqs: Sqs, random: Random) {
    this.#sqs = sqs;
    this.#random = random;
  }

  /** Why messages could not be deleted lately; undefined once a batch was deleted whole. */
  get problem(): Unknown | undefined {
    return this.#problem;
  }

  /** Ends as soon as the batch is under way, which is at once unless too many are. Never rejected. */
  async acknowledge(handles: readonly string[], signal: AbortSignal): Promise<void> {
    if (handles.length === 0) return;
    while (this.#underWay.size >= MOST_AT_ONCE) await Promise.race(this.#underWay);
    const deletion: Promise<boolean> = this.#settle(handles, signal).then(() =>
      this.#underWay.delete(deletion),
    );
    this.#underWay.add(deletion);
  }

  /** Fulfilled when nothing is under way any more. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #settle(handles: readonly string[], signal: AbortSignal): Promise<void> {
    try {
      await this.#delete(handles, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#problem = unknown('failed', `DeleteMessageBatch: ${String(error)}`, this.#sqs.clock.now());
    }
  }

  async #delete(handles: readonly string[], signal: AbortSignal): Promise<void> {
    let left = handles;
    for (let tries = 1; ; tries += 1) {
      const reading = await deleteBatch(this.#sqs, left, signal);
      if (reading.kind === 'known') left = reading.value.handles;
      this.#problem =
        reading.kind === 'unknown' ? reading : this.#undeleted(left.length, reading.value.codes);
      if (left.length === 0 || tries === MOST_TRIES || this.#problem?.why === 'denied') return;
      await this.#sqs.clock.sleep(retryDelay(tries, this.#random), signal);
    }
  }

  #undeleted(count: number, codes: readonly string[]): Unknown | undefined {
    if (count === 0) return undefined;
    const said = codes.length === 0 ? 'not even a failure was answered' : codes.join(', ');
    const detail = `DeleteMessageBatch: ${count} messages were not deleted (${said}): they will come again`;
    return unknown('failed', detail, this.#sqs.clock.now());
  }
}
