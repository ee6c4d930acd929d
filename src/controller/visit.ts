/**
 * The visit: one look at one identity, from what is known of it to what is done about it.
 *
 * Deliberate on what is known. Where that would cost somebody a pod, ask EKS for a confirmation and deliberate
 * again on its answer. Tell what changed. Carry out what is due. Say when to look again.
 */

import type { Identity } from '../domain/identity.ts';
import type { Instant } from '../domain/time.ts';
import { earliest } from '../domain/time.ts';
import type { Plan } from '../decide/plan.ts';
import { plan } from '../decide/plan.ts';
import { wantsProof } from '../decide/proof.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import { carryOut } from './carry-out.ts';
import { confirm } from './confirm.ts';
import type { Deps, Signals } from './deps.ts';
import { isViewFresh } from './freshness.ts';
import type { Entry } from './ledger.ts';
import { remember } from './remember.ts';

/** Answers when the identity is to be visited again, if nothing happens before. */
export async function visit(identity: Identity, deps: Deps, signals: Signals): Promise<Instant | undefined> {
  const entry = deps.ledger.entry(identity);
  let next = deliberate(identity, entry, deps);
  remember(next, entry, deps);
  if (needsProof(next, entry, deps)) {
    await confirm(identity, entry, deps, signals.stopping);
    next = deliberate(identity, entry, deps);
    remember(next, entry, deps);
  }
  const acted = await carryOut(next, entry, deps, signals);
  return acted ? deps.clock.now() : earliest(next.lookAgainAt, entry.askAgainAt);
}

function deliberate(identity: Identity, entry: Entry, { pods, policy, clock }: Deps): Plan {
  const now = clock.now();
  const facts = {
    identity,
    holders: pods.holdersOf(identity),
    isViewFresh: isViewFresh(pods.freshness(), now),
    standing: entry.standing,
    history: entry.history,
    revocation: entry.revocation,
    attempts: entry.attempts,
  };
  return plan(facts, policy, now);
}

function needsProof({ revocation, evictions }: Plan, entry: Entry, { clock, policy }: Deps): boolean {
  if (revocation === undefined) return false;
  const now = clock.now();
  if (entry.askAgainAt !== undefined && now < entry.askAgainAt) return false;
  if (wantsProof(revocation, entry.standing, evictions.length > 0, { now, policy })) return true;
  return isContradicted(revocation, entry);
}

/** The identity is listed again, later than it was found without a grant: that may refute the revocation. */
function isContradicted(revocation: Revocation, { listed, standing }: Entry): boolean {
  if (!isOpen(revocation)) return false;
  return listed.kind === 'known' && listed.value.length > 0 && listed.at > standing.at;
}
