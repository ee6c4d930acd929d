/** The sweep: a full List compared with all that is known, which says where to look. It decides nothing. */

import { suspect } from '../decide/advance.ts';
import { forgetEnded, learnListed } from '../decide/learn.ts';
import { endedIdentity, isLoss } from '../decide/mass-end.ts';
import { notice } from '../decide/notice.ts';
import type { AssociationId, Listing } from '../domain/association.ts';
import type { Identity } from '../domain/identity.ts';
import { namespaceOf } from '../domain/identity.ts';
import type { Known, Reading } from '../domain/reading.ts';
import { known } from '../domain/reading.ts';
import { lastSpan } from '../domain/history.ts';
import { isOpen } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';
import { before, hours, milliseconds } from '../domain/time.ts';
import type { Deps } from './deps.ts';
import type { Entry } from './ledger.ts';

/** Beyond the life of credentials, so that what has expired can also be seen to have. */
const MARGIN = hours(1);

/** So many identities are compared between two turns of the event loop. */
const PORTION = 256;

/** Where the findings of a sweep go. */
export type Findings = {
  /** This identity wants a visit now. */
  readonly visit: (identity: Identity) => void;
  /** The grant of this association was not read yet. */
  readonly describe: (identity: Identity, id: AssociationId) => void;
  /** These ids are listed now, and no others. */
  readonly listed: (ids: ReadonlyMap<AssociationId, Identity>) => void;
};

/** Lists once. An unknown reading changes nothing: the old knowledge stays, and grows old visibly. */
export async function sweep(deps: Deps, findings: Findings, signal: AbortSignal): Promise<Reading<Listing>> {
  const listing = await deps.associations.list(signal);
  if (listing.kind === 'known') {
    const isGap = deps.ledger.noteListing(listing.at, deps.longestGap);
    const due = new Set<Identity>();
    const collected: Findings = { ...findings, visit: (identity) => due.add(identity) };
    await inPortions(everybody(listing.value, deps), deps, (identity) =>
      guarded(identity, listing, deps, collected),
    );
    // Not before all are compared: nobody acts on one end while the others that make a mass of it are not noticed yet.
    for (const identity of due) findings.visit(identity);
    // Who was judged before the gap was known is judged anew.
    if (isGap) for (const identity of deps.pods.identities()) findings.visit(identity);
    findings.listed(identitiesById(listing.value, deps));
  }
  return listing;
}

/** What is learnt of an identity meanwhile is newer than the List, as it may be while its pages are read. */
async function inPortions(
  identities: Iterable<Identity>,
  { clock }: Deps,
  work: (identity: Identity) => void,
): Promise<void> {
  let left = PORTION;
  for (const identity of identities) {
    work(identity);
    left -= 1;
    if (left > 0) continue;
    left = PORTION;
    await clock.turn();
  }
}

/** One identity that can't be compared never hides the others. */
function guarded(identity: Identity, listing: Known<Listing>, deps: Deps, findings: Findings): void {
  try {
    compare(identity, listing, deps, findings);
  } catch (error) {
    deps.reporter.report({ kind: 'bug', where: `sweep of ${identity}`, error });
  }
}

function identitiesById({ ids }: Listing, { policy }: Deps): ReadonlyMap<AssociationId, Identity> {
  const found = new Map<AssociationId, Identity>();
  for (const [identity, of] of ids) {
    if (policy.namespaces !== undefined && !policy.namespaces.has(namespaceOf(identity))) continue;
    for (const id of of) found.set(id, identity);
  }
  return found;
}

/** Of a namespace that is not watched nothing can be said: its identities are none of this daemon's business. */
function everybody(listing: Listing, { ledger, pods, policy }: Deps): ReadonlySet<Identity> {
  const all = new Set([...listing.ids.keys(), ...ledger.identities(), ...pods.identities()]);
  const { namespaces } = policy;
  if (namespaces === undefined) return all;
  return new Set([...all].filter((identity) => namespaces.has(namespaceOf(identity))));
}

function compare(identity: Identity, listing: Known<Listing>, deps: Deps, findings: Findings): void {
  const ids = listing.value.ids.get(identity) ?? [];
  const entry = deps.ledger.entry(identity);
  entry.listed = known(ids, listing.at);
  const until = outlivedBefore(listing.at, deps);
  entry.history = forgetEnded(entry.history, until);
  const holders = deps.pods.holdersOf(identity);
  // A List can be older than a pod that has just been seen: it says nothing about that one.
  const hasHolders = holders.some(({ start }) => start < listing.at);
  const noticed = notice(ids, entry.history, entry.standing, hasHolders);
  for (const id of ids) {
    entry.history = learnListed(entry.history, id, listing.at);
    deps.ledger.recognise(id, identity);
    if (noticed === 'unread') findings.describe(identity, id);
  }
  if (noticed === 'absent') raise(identity, entry, listing, deps);
  if (isWorthVisit(entry, holders.length > 0, noticed === 'absent')) findings.visit(identity);
  else if (ids.length + holders.length === 0 && isOver(entry, until)) deps.ledger.forget(identity);
}

/** No credentials from a grant that ended before can be used any more. */
function outlivedBefore(now: Instant, { policy }: Deps): Instant {
  return before(now, milliseconds(policy.credentialLife + policy.consistencyWindow + MARGIN));
}

/** A suspicion is dated by the List that raised it, so that only a later reading can confirm it. */
function raise(identity: Identity, entry: Entry, listing: Known<Listing>, deps: Deps): void {
  if (entry.revocation !== undefined && isOpen(entry.revocation)) return;
  const source = entry.look?.hint.evidence.channel ?? 'list';
  const revocation = suspect(identity, source, lastSpan(entry.history), listing.at);
  if (entry.revocation !== undefined) deps.ledger.archive(entry.revocation);
  entry.revocation = revocation;
  const holders = deps.pods.holdersOf(identity);
  const exposed = holders.length;
  deps.reporter.report({ kind: 'stage', revocation, exposed, takes: undefined, mode: deps.mode });
  deps.brakes.note(identity, endedIdentity(revocation, entry.told, isLoss(entry.history, holders)));
}

/** Nothing is going on, and what was can't matter to any pod any more. */
function isOver({ revocation, look, history }: Entry, until: Instant): boolean {
  if (look !== undefined || (revocation !== undefined && isOpen(revocation))) return false;
  const last = lastSpan(history);
  if (last === undefined) return true;
  return last.end !== undefined && last.end.notAfter < until;
}

/** Everything that is open is looked at in each sweep, whatever else would have brought it up. */
function isWorthVisit(entry: Entry, hasHolders: boolean, isAbsent: boolean): boolean {
  if (isAbsent) return true;
  if (entry.revocation !== undefined && isOpen(entry.revocation)) return true;
  const isGranted = entry.standing.kind === 'known' && entry.standing.value.kind === 'granted';
  return hasHolders && !isGranted;
}
