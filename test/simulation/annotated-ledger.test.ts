/** The whole controller while somebody annotates the ledger's ConfigMap: nothing of the ledger is lost. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seconds } from '../../src/domain/time.ts';
import { FakeLedgerShelf, FakeLedgerStore } from '../support/fake-ledger-store.ts';
import { busyWorld, ETL } from './busy.ts';

test('an annotation between two saves is a conflict, after which the ledger is read and saved again', async () => {
  const shelf = new FakeLedgerShelf();
  await using world = await busyWorld({}, (made) => {
    made.ledgerStore = new FakeLedgerStore(made.clock, shelf);
  });
  const [loads, saves] = [shelf.loads, shelf.saves];
  world.eks.delete(ETL);
  // As pause, resume and release do: the content stays, the version is another.
  shelf.put(shelf.content);
  await world.pass(seconds(60));
  assert.ok(shelf.loads > loads, 'it was not read again');
  assert.ok(shelf.saves > saves, 'it was not saved again');
  const { content } = shelf;
  assert.ok(typeof content === 'object');
  const kept = content.records.find(({ identity }) => identity === ETL);
  assert.ok(kept?.history.absentSince !== undefined || kept?.revocation !== undefined, JSON.stringify(kept));
});
