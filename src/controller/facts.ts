/** The facts about one identity, put together from the view, the ledger and the clock. */

import type { IdentityFacts } from '../decide/plan.ts';
import type { Identity } from '../domain/identity.ts';
import type { Deps } from './deps.ts';
import { isViewFresh } from './freshness.ts';
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
