/** The facts about one identity, put together from the view, the ledger and the clock. */

import type { CommonFacts, IdentityFacts } from '../decide/plan.ts';
import { recount } from '../decide/recount.ts';
import type { History } from '../domain/history.ts';
import type { Identity } from '../domain/identity.ts';
import type { Deps } from './deps.ts';
import { isViewFresh } from './freshness.ts';
import type { Entry } from './ledger.ts';
import { toldOf } from './ledger.ts';

export function factsOf(identity: Identity, deps: Deps): IdentityFacts {
  return { ...commonFactsOf(identity, deps), holders: deps.pods.holdersOf(identity) };
}

/** What is true of all its holders. Does not grow with their number: it is asked for before each act. */
export function commonFactsOf(identity: Identity, { ledger, pods, clock }: Deps): CommonFacts {
  const entry = ledger.entry(identity);
  return {
    identity,
    isViewFresh: isViewFresh(pods.freshness(), clock.now()),
    standing: entry.standing,
    history: entry.history,
    revocation: entry.revocation,
    attempts: entry.attempts,
    records: entry.records,
    gaps: ledger.gaps,
    told: toldOf(entry, ledger.coverage),
  };
}

/** The past of the identity, as readings and CloudTrail tell it together. */
export function historyOf(entry: Entry, { ledger }: Pick<Deps, 'ledger'>): History {
  return recount(entry.history, toldOf(entry, ledger.coverage));
}
