/** Bounds a piece of work in time, by the clock that everything else goes by. */

import type { Duration } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

export class TimedOut extends Error {
  override readonly name = 'TimedOut';

  constructor(limit: Duration) {
    super(`no answer within ${limit / 1000}s`);
  }
}

/** Made once: an error of its own for each request would have its stack taken each time. */
const IN_TIME = new Error('the work has ended in time');

/**
 * Runs `work` with a signal that is aborted when `signal` is, or when the limit has passed. The work must
 * honour its signal. No timer and no listener is left behind, whichever way it ends.
 */
export async function withDeadline<T>(
  clock: Clock,
  limit: Duration,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const ended = new AbortController();
  const cancel = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', cancel, { once: true });
  const timer = clock.sleep(limit, ended.signal).then(
    () => stop.abort(new TimedOut(limit)),
    () => undefined,
  );
  try {
    return await work(stop.signal);
  } finally {
    ended.abort(IN_TIME);
    signal.removeEventListener('abort', cancel);
    await timer;
  }
}

/** Waits for `promise`, but not longer than until `signal` is aborted. The promise itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const unlink = (): void => signal.removeEventListener('abort', abort);
    promise.then(resolve, reject).then(unlink, unlink);
  });
}
