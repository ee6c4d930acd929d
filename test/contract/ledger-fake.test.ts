/** The fake of the simulation tests keeps the contract of the port. */

import { at } from '../support/builders.ts';
import { FakeLedgerShelf, FakeLedgerStore } from '../support/fake-ledger-store.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import type { LedgerTrouble } from './ledger-contract.ts';
import { ledgerContract } from './ledger-contract.ts';

const TROUBLES = {
  'load-denied': { failingLoad: 'denied' },
  'load-unreachable': { failingLoad: 'unreachable' },
  'save-denied': { failingSave: 'refused' },
  'save-unreachable': { failingSave: 'unreachable' },
  'save-unanswered': { failingSave: 'unreachable-but-written' },
} as const satisfies Record<LedgerTrouble, Partial<FakeLedgerShelf>>;

ledgerContract('fake ledger store', async () => {
  const shelf = new FakeLedgerShelf();
  const clock = new SteppedClock(at(0));
  return {
    open: () => new FakeLedgerStore(clock, shelf),
    put: (what) => shelf.put(what),
    remove: () => shelf.put(undefined),
    trouble: (what) => {
      Object.assign(shelf, TROUBLES[what]);
      return () => void Object.assign(shelf, { failingLoad: undefined, failingSave: undefined });
    },
  };
});
