/**
 * The stages of a revocation: what a reading of the identity does to it.
 *
 *   stage      | reading                              | next
 *   -----------+--------------------------------------+-----------------------------------
 *   any open   | unknown                              | the same: unknown clears nothing
 *   any open   | granted                              | refuted
 *   suspected  | none                                 | settling
 *   settling   | none, read after the settle time     | confirmed
 *   confirmed  | none, no stale holder, window closed | contained (close.ts)
 */

import type { Standing } from '../domain/association.ts';
import type { History } from '../domain/history.ts';
import { lastSpan } from '../domain/history.ts';
import type { Identity } from '../domain/identity.ts';
import type { Policy } from '../domain/policy.ts';
import type { Reading } from '../domain/reading.ts';
import type { Revocation, Source } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { after } from '../domain/time.ts';

/** A revocation in its first stage. `at` is when the suspicion arose: only later readings confirm it. */
export function suspect(identity: Identity, source: Source, history: History, at: Instant): Revocation {
  const span = lastSpan(history);
  return {
    identity,
    cause: 'deleted',
    stage: 'suspected',
    association: span?.id,
    grant: span?.grant,
    end: span?.end,
    source,
    evidence: undefined,
    suspectedAt: at,
    settlingSince: undefined,
    confirmedAt: undefined,
    clearSince: undefined,
    closedAt: undefined,
    found: 0,
    evicted: 0,
  };
}

/** The revocation after a reading, taken when the history already holds what the reading taught. */
export function advance(
  revocation: Revocation,
  standing: Reading<Standing>,
  history: History,
  policy: Policy,
): Revocation {
  if (!isOpen(revocation) || standing.kind === 'unknown') return revocation;
  if (standing.at < revocation.suspectedAt) return revocation;
  if (standing.value.kind === 'granted') {
    return { ...revocation, stage: 'refuted', closedAt: standing.at };
  }
  return settled(settle(revocation, history, standing.at), policy, standing.at);
}

function settle(revocation: Revocation, history: History, at: Instant): Revocation {
  if (revocation.stage !== 'suspected') return revocation;
  const span = lastSpan(history);
  return {
    ...revocation,
    stage: 'settling',
    association: span?.id,
    grant: span?.grant,
    end: span?.end,
    settlingSince: at,
  };
}

function settled(revocation: Revocation, policy: Policy, at: Instant): Revocation {
  const { stage, settlingSince } = revocation;
  if (stage !== 'settling' || settlingSince === undefined) return revocation;
  if (at < after(settlingSince, policy.settleTime)) return revocation;
  return { ...revocation, stage: 'confirmed', confirmedAt: at };
}
