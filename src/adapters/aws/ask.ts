/** One request to AWS, with all its attempts, as a reading. */

import { known, type Reading, unknown } from '../../domain/reading.ts';
import type { Duration, Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Asked, CallExpired, explain } from './errors.ts';
import type { Parsed } from './parse.ts';

export type Question<T> = {
  /** Needed only where the answer must be explained to a person. */
  readonly asked: () => Promise<Asked>;
  /** Above what all attempts need that run into their time-outs. */
  readonly limit: Duration;
  readonly send: (signal: AbortSignal) => Promise<unknown>;
  readonly parse: (output: unknown) => Parsed<T>;
};

/** Rejected only with the reason of `signal`. */
export async function ask<T>(
  question: Question<T>,
  clock: Clock,
  at: Instant,
  signal: AbortSignal,
): Promise<Reading<T>> {
  let output: unknown;
  try {
    output = await limited(question, clock, signal);
  } catch (error) {
    signal.throwIfAborted();
    const { why, detail } = explain(error, await question.asked());
    return unknown(why, detail, at);
  }
  const result = question.parse(output);
  if (result.kind === 'parsed') return known(result.value, at);
  const { operation, service } = await question.asked();
  return unknown('malformed', `${operation}: ${service} answered ${result.what}`, at);
}

/**
 * Ends when `send` does, when `signal` is aborted, or at the limit, whichever is first, even if the SDK does
 * not listen (it does not while it looks for credentials). Leaves no timer and no listener behind.
 */
async function limited(
  { send, limit }: Question<unknown>,
  clock: Clock,
  signal: AbortSignal,
): Promise<unknown> {
  signal.throwIfAborted();
  const call = new AbortController();
  const stop = (): void => call.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([send(call.signal), expiry(limit, clock, call.signal)]);
  } finally {
    signal.removeEventListener('abort', stop);
    call.abort();
  }
}

async function expiry(limit: Duration, clock: Clock, signal: AbortSignal): Promise<never> {
  await clock.sleep(limit, signal);
  throw new CallExpired(`no complete answer within ${limit / 1000} s`);
}

/** Undefined where no Region is configured. */
export async function regionOf(client: {
  readonly config: { readonly region: () => Promise<string> };
}): Promise<string | undefined> {
  try {
    return await client.config.region();
  } catch {
    return undefined;
  }
}
