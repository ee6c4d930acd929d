/**
 * The visit: one look at one identity, from what is known of it to what is done about it.
 *
 * Deliberate on what is known. Where that would cost somebody a pod, ask EKS for a confirmation and deliberate
 * again on its answer. Tell what changed. Carry out what is due. Say when to look again.
 */

import type { Identity } from '../domain/identity.ts';
import type { Instant } from '../domain/time.ts';
import { after, between, earliest } from '../domain/time.ts';
import { lookOn } from '../decide/look.ts';
import { endedIdentity, isLoss } from '../decide/mass-end.ts';
import { brake } from '../decide/brake.ts';
import type { Plan } from '../decide/plan.ts';
import { plan } from '../decide/plan.ts';
import { wantsProof } from '../decide/proof.ts';
import type { Revocation } from '../domain/revocation.ts';
import { isOpen } from '../domain/revocation.ts';
import { LONGEST_BACKOFF } from './backoff.ts';
import { carryOut } from './carry-out.ts';
import { confirm } from './confirm.ts';
import type { Deps, Signals } from './deps.ts';
import { factsOf, historyOf } from './facts.ts';
import { DEFERRED_FOR } from './listen.ts';
import type { Entry } from './ledger.ts';
import { remember } from './remember.ts';

/** Answers when the identity is to be visited again, if nothing happens before. */
export async function visit(identity: Identity, deps: Deps, signals: Signals): Promise<Instant | undefined> {
  const entry = deps.ledger.entry(identity);
  const wasFollowed = isFollowed(entry);
  let next = deliberate(identity, deps);
  await remember(next, entry, deps, signals.stopping);
  const isFollowedNow = isFollowed(entry);
  if (needsProof(next, entry, deps) || needsLook(entry, deps)) {
    await confirm(identity, entry, deps, signals.stopping);
    settleLook(entry, deps);
    next = deliberate(identity, deps);
    await remember(next, entry, deps, signals.stopping);
  }
  const carried = await carryOut(next, entry, deps, signals);
  // What ended in this visit, opened in it or before, may leave room for another: looked at at once.
  const hasEnded = (wasFollowed || isFollowedNow) && !isFollowed(entry);
  if (carried.isActive || hasEnded) return deps.clock.now();
  return earliest(next.lookAgainAt, askingAt(entry, deps), entry.look?.nextAt, carried.again);
}

function isFollowed({ revocation }: Entry): boolean {
  return revocation !== undefined && isOpen(revocation);
}

function deliberate(identity: Identity, deps: Deps): Plan {
  const facts = factsOf(identity, deps);
  const next = plan(facts, deps.policy, deps.clock.now());
  const { told, history, holders } = facts;
  deps.brakes.note(identity, endedIdentity(next.revocation, told.records, isLoss(history, holders)));
  return brake(next, deps.brakes.engaged(identity));
}

function needsProof({ revocation, acts }: Plan, entry: Entry, deps: Deps): boolean {
  const { clock, policy } = deps;
  if (revocation === undefined) return false;
  const now = clock.now();
  if (askingAt(entry, { clock }) !== undefined) return false;
  if (
    wantsProof({ revocation, history: historyOf(entry, deps) }, entry.standing, acts.length > 0, {
      now,
      policy,
    })
  )
    return true;
  return isContradicted(revocation, entry);
}

/** After an unknown confirmation: until when nobody asks again; undefined where asking is free. */
function askingAt({ askAgainAt }: Entry, { clock }: Pick<Deps, 'clock'>): Instant | undefined {
  if (askAgainAt === undefined) return undefined;
  const pause = between(clock.now(), askAgainAt);
  // A clock that was set back must not make a pause of an hour.
  return pause > 0 && pause <= LONGEST_BACKOFF ? askAgainAt : undefined;
}

/**
 * A later List shows something else than was read: what it was not found to have, which may refute the revocation, or
 * nothing of what it had, which is one more end.
 */
function isContradicted(revocation: Revocation, { listed, standing }: Entry): boolean {
  if (!isOpen(revocation) || listed.kind === 'unknown' || listed.at <= standing.at) return false;
  const isGranted = standing.kind === 'known' && standing.value.kind === 'granted';
  if (listed.value.length === 0) return isGranted;
  return !isGranted || !listed.value.includes(standing.value.association.id);
}

/** A hint is looked for when its time has come and the pace of looks allows it; else somewhat later. */
function needsLook(entry: Entry, { clock, lookPace }: Deps): boolean {
  const { look } = entry;
  const now = clock.now();
  if (look === undefined || now < look.nextAt) return false;
  // The first look was paced when the hint was taken.
  if (look.tries === 0 || lookPace.tryTake()) return true;
  entry.look = { ...look, nextAt: after(now, DEFERRED_FOR) };
  return false;
}

/** EKS may show a change later than the record of it: what was not answered is looked for again. */
function settleLook(entry: Entry, { clock }: Deps): void {
  if (entry.look !== undefined) entry.look = lookOn(entry.look, entry.standing, clock.now());
}
