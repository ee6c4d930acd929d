/** The confirmation: EKS is asked about one identity, and what it answers is learnt. */

import { isOutdated, learnStanding } from '../decide/learn.ts';
import { PROOF_LIFE } from '../decide/proof.ts';
import { lastSpan } from '../domain/history.ts';
import type { Identity } from '../domain/identity.ts';
import type { Standing } from '../domain/association.ts';
import type { Reading, Unknown } from '../domain/reading.ts';
import { unknown } from '../domain/reading.ts';
import type { Instant } from '../domain/time.ts';
import { after, between } from '../domain/time.ts';
import { backoff } from './backoff.ts';
import type { Deps } from './deps.ts';
import type { Entry } from './ledger.ts';

/** Asks now. Who asks while an answer is on its way shares that answer. */
export async function confirm(
  identity: Identity,
  entry: Entry,
  deps: Deps,
  signal: AbortSignal,
): Promise<void> {
  entry.confirming ??= ask(identity, entry, deps, signal).finally(() => {
    entry.confirming = undefined;
  });
  await entry.confirming;
}

async function ask(identity: Identity, entry: Entry, deps: Deps, signal: AbortSignal): Promise<void> {
  await deps.confirmPace.take(signal);
  const answer = await deps.associations.confirm(identity, lastSpan(entry.history)?.id, signal);
  if (isOutdone(answer, entry, deps.clock.now())) return;
  const reading = inTime(believed(answer, entry), deps.clock.now());
  const isNews = reading.kind === 'unknown' ? isOtherProblem(reading, entry) : entry.unknowns > 0;
  entry.standing = reading;
  if (reading.kind === 'known') {
    entry.history = learnStanding(entry.history, reading.value, reading.at);
    entry.unknowns = 0;
    entry.askAgainAt = undefined;
  } else {
    // Asked again sooner at first and then more slowly, for ever.
    entry.unknowns += 1;
    entry.askAgainAt = after(deps.clock.now(), backoff(entry.unknowns, deps.random));
  }
  if (isNews) deps.reporter.report({ kind: 'reading', of: 'confirmation', subject: identity, reading });
}

/** Something newer was read meanwhile. What is dated later than now was read before the clock was set back. */
export function isOutdone({ at }: Reading<unknown>, { standing }: Entry, now: Instant): boolean {
  return standing.kind === 'known' && at < standing.at && standing.at <= now;
}

function isOtherProblem(reading: Unknown, { unknowns, standing }: Entry): boolean {
  return unknowns === 0 || (standing.kind === 'unknown' && standing.why !== reading.why);
}

/** An answer that took too long proves nothing any more, and would be asked for without end. */
function inTime(reading: Reading<Standing>, now: Instant): Reading<Standing> {
  if (reading.kind === 'unknown' || between(reading.at, now) < PROOF_LIFE) return reading;
  return unknown('unreachable', 'EKS answered too late for the answer to prove anything', reading.at);
}

/** An answer that shows what is known to be over comes from a replica that is behind, and tells nothing. */
export function believed(reading: Reading<Standing>, { history }: Entry): Reading<Standing> {
  if (reading.kind === 'unknown' || !isOutdated(history, reading.value)) return reading;
  return unknown(
    'inconsistent',
    'EKS shows the association as it was before its last known change',
    reading.at,
  );
}
