/** The wall clock and real timers: the only place in the sources that has them. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Duration } from '../domain/time.ts';
import { instant, milliseconds } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

/** setTimeout fires at once when asked for more than this; longer sleeps are made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Monotonic, so that a step of the wall clock neither ends a sleep early nor lengthens it. */
function elapsed(): number {
  return performance.now();
}

/**
 * The clock of a running daemon. Its timers keep the process alive on purpose: a daemon that only sleeps
 * has not ended. Who wants to end it aborts the signal.
 */
export function systemClock(): Clock {
  return {
    now: () => instant(Date.now()),
    monotonic: () => milliseconds(elapsed()),
    turn: () => nextTurn(),
    sleep,
  };
}

async function sleep(duration: Duration, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (Number.isNaN(duration)) throw new RangeError('a sleep of NaN');
  const end = elapsed() + duration;
  for (let left: number = duration; left > 0; left = end - elapsed()) {
    signal.throwIfAborted();
    await oneTimer(Math.min(Math.ceil(left), LONGEST_TIMER_MS), signal);
  }
}

function oneTimer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    function stop(): void {
      clearTimeout(timer);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the port promises the signal's own reason
      reject(signal.reason);
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
