/** The facts about one identity, put together from the view, the ledger and the clock. */

import type { IdentityFacts } from '../decide/plan.ts';
import { recount } from '../decide/recount.ts';
import type { History } from '../domain/history.ts';
import type { Identity } from '../domain/identity.ts';
import type { Deps } from './deps.ts';
import { isViewFresh } from './freshness.ts';
import type { Entry } from './ledger.ts';
import { toldOf } from './ledger.ts';

export function factsOf(identity: Identity, { ledger, pods, clock }: Deps): IdentityFacts {
  const entry = ledger.entry(identity);
  return {
    identity,
    holders: pods.holdersOf(identity),
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
