/** What every LedgerStore must do, held against the real one over HTTP and against the fake alike. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { LedgerDocument } from '../../src/domain/ledger-document.ts';
import type { LedgerStore, SaveOutcome } from '../../src/ports/ledger-store.ts';
import { at, confirmed, endedHistory, history, identity, span } from '../support/builders.ts';

export type LedgerTrouble =
  | 'load-denied'
  | 'load-unreachable'
  | 'save-denied'
  /** Nothing is written and nothing answers. */
  | 'save-unreachable'
  /** It is written, and nothing answers. */
  | 'save-unanswered';

export type LedgerHarness = {
  /** The store of one more daemon, in the same place. */
  readonly open: () => LedgerStore;
  /** Somebody else replaces what is kept. */
  readonly put: (what: 'malformed' | 'newer') => void | Promise<void>;
  readonly remove: () => void | Promise<void>;
  /** The answer mends it. */
  readonly trouble: (what: LedgerTrouble) => () => void;
};

const never = new AbortController().signal;

export function document(listedAt = 0): LedgerDocument {
  return {
    listedAt: at(listedAt),
    listedSince: at(-900),
    gaps: [],
    coverage: { from: at(-21_600), until: at(-1200) },
    records: [
      { identity: identity('team-a/etl'), history: endedHistory(), revocation: confirmed() },
      {
        identity: identity('team-b/web'),
        history: history({ spans: [span()], completeFrom: at(-5) }),
        revocation: undefined,
      },
    ],
  };
}

/** What a daemon that starts now would find; undefined where there is nothing. */
async function kept({ open }: LedgerHarness): Promise<LedgerDocument | undefined> {
  const reading = await open().load(never);
  assert.equal(reading.kind, 'known', JSON.stringify(reading));
  return reading.kind === 'known' ? reading.value : undefined;
}

/** A store that has loaded whatever there is. */
async function loaded({ open }: LedgerHarness): Promise<LedgerStore> {
  const store = open();
  await store.load(never);
  return store;
}

async function save(store: LedgerStore, what = document()): Promise<SaveOutcome['kind']> {
  return (await store.save(what, never)).kind;
}

type Contract = (what: string, body: (harness: LedgerHarness) => Promise<void>) => void;

export function ledgerContract(subject: string, start: (t: TestContext) => Promise<LedgerHarness>): void {
  const contract: Contract = (what, body) => {
    test(`${subject}: ${what}`, async (t) => {
      await body(await start(t));
    });
  };
  keeping(contract);
  competing(contract);
  misunderstanding(contract);
  failing(contract);
}

function keeping(contract: Contract): void {
  contract('at first there is nothing', async (harness) => {
    assert.equal(await kept(harness), undefined);
  });

  contract('what one daemon saves, the next one loads', async (harness) => {
    assert.equal(await save(await loaded(harness)), 'saved');
    assert.deepEqual(await kept(harness), document());
  });

  contract('a saved ledger can be saved again at once', async (harness) => {
    const store = await loaded(harness);
    assert.equal(await save(store), 'saved');
    assert.equal(await save(store, document(1)), 'saved');
    assert.equal(await save(store, document(2)), 'saved');
    assert.deepEqual(await kept(harness), document(2));
  });

  contract('the next daemon replaces what it loaded', async (harness) => {
    await save(await loaded(harness));
    assert.equal(await save(await loaded(harness), document(1)), 'saved');
    assert.deepEqual(await kept(harness), document(1));
  });

  contract('a document that could not be loaded again is not written', async (harness) => {
    const store = await loaded(harness);
    const { listedAt, listedSince, gaps, coverage, records } = document();
    const twice = { listedAt, listedSince, gaps, coverage, records: [...records, ...records] };
    const outcome = await store.save(twice, never);
    assert.match(outcome.kind === 'refused' ? outcome.detail : outcome.kind, /team-a\/etl/);
    assert.equal(await kept(harness), undefined);
    assert.equal(await save(store), 'saved');
  });
}

function competing(contract: Contract): void {
  contract('nothing is written before anything was loaded', async (harness) => {
    assert.equal(await save(harness.open()), 'conflict');
    assert.equal(await kept(harness), undefined);
  });

  contract('of two that found nothing, one creates it', async (harness) => {
    const [one, other] = [await loaded(harness), await loaded(harness)];
    assert.equal(await save(one, document(1)), 'saved');
    assert.equal(await save(other, document(2)), 'conflict');
    assert.deepEqual(await kept(harness), document(1));
  });

  contract('of two that loaded the same, one replaces it; the other may after a load', async (harness) => {
    await save(await loaded(harness));
    const [one, other] = [await loaded(harness), await loaded(harness)];
    assert.equal(await save(one, document(1)), 'saved');
    assert.equal(await save(other, document(2)), 'conflict');
    assert.equal(await save(other, document(3)), 'conflict');
    assert.deepEqual(await kept(harness), document(1));
    await other.load(never);
    assert.equal(await save(other, document(4)), 'saved');
    assert.deepEqual(await kept(harness), document(4));
  });

  contract('what was deleted meanwhile is a conflict, and created after a load', async (harness) => {
    const store = await loaded(harness);
    await save(store);
    await harness.remove();
    assert.equal(await save(store, document(1)), 'conflict');
    assert.equal(await kept(harness), undefined);
    await store.load(never);
    assert.equal(await save(store, document(2)), 'saved');
    assert.deepEqual(await kept(harness), document(2));
  });
}

function misunderstanding(contract: Contract): void {
  contract('what can not be understood is malformed, and may be replaced', async (harness) => {
    await harness.put('malformed');
    const store = harness.open();
    const reading = await store.load(never);
    assert.equal(reading.kind === 'unknown' && reading.why, 'malformed');
    assert.equal(await save(store), 'saved');
    assert.deepEqual(await kept(harness), document());
  });

  contract('what a newer version wrote is malformed, and never replaced', async (harness) => {
    await harness.put('newer');
    const store = harness.open();
    const reading = await store.load(never);
    assert.equal(reading.kind === 'unknown' && reading.why, 'malformed');
    assert.match(reading.kind === 'unknown' ? reading.detail : '', /written by a newer version/);
    const outcome = await store.save(document(), never);
    assert.match(outcome.kind === 'refused' ? outcome.detail : outcome.kind, /newer version/);
    assert.equal((await harness.open().load(never)).kind, 'unknown');
    await harness.remove();
    await store.load(never);
    assert.equal(await save(store), 'saved');
  });

  contract('what a newer version wrote meanwhile is a conflict', async (harness) => {
    const store = await loaded(harness);
    await save(store);
    await harness.put('newer');
    assert.equal(await save(store), 'conflict');
    assert.equal((await harness.open().load(never)).kind, 'unknown');
  });
}

function failing(contract: Contract): void {
  contract('a load that fails is unknown, and no ground for a save', async (harness) => {
    await save(await loaded(harness));
    const store = harness.open();
    for (const [trouble, why] of [
      ['load-denied', 'denied'],
      ['load-unreachable', 'unreachable'],
    ] as const) {
      const mend = harness.trouble(trouble);
      const reading = await store.load(never);
      assert.equal(reading.kind === 'unknown' && reading.why, why, JSON.stringify(reading));
      assert.equal(await save(store, document(1)), 'conflict');
      mend();
    }
    assert.deepEqual(await kept(harness), document());
  });

  contract('a load that fails takes nothing from what was loaded before', async (harness) => {
    const store = await loaded(harness);
    const mend = harness.trouble('load-unreachable');
    await store.load(never);
    mend();
    assert.equal(await save(store), 'saved');
  });

  contract('a save that is denied is refused and writes nothing', async (harness) => {
    const store = await loaded(harness);
    const mend = harness.trouble('save-denied');
    assert.equal(await save(store), 'refused');
    mend();
    assert.equal(await kept(harness), undefined);
    assert.equal(await save(store), 'saved');
  });

  contract('a save that did not arrive can be repeated', async (harness) => {
    const store = await loaded(harness);
    for (const listedAt of [1, 2]) {
      const mend = harness.trouble('save-unreachable');
      assert.equal(await save(store, document(listedAt)), 'unreachable');
      mend();
      assert.equal(await save(store, document(listedAt)), 'saved');
      assert.deepEqual(await kept(harness), document(listedAt));
    }
  });

  contract('a save that arrived without an answer is found by the next load', async (harness) => {
    const store = await loaded(harness);
    for (const listedAt of [1, 2]) {
      const mend = harness.trouble('save-unanswered');
      assert.equal(await save(store, document(listedAt)), 'unreachable');
      mend();
      assert.deepEqual(await kept(harness), document(listedAt));
      assert.equal(await save(store, document(9)), 'conflict');
      await store.load(never);
      assert.equal(await save(store, document(listedAt)), 'saved');
    }
  });

  contract('an aborted signal rejects with its reason, and nothing is written', async (harness) => {
    const store = await loaded(harness);
    const reason = new Error('over');
    const stopped = AbortSignal.abort(reason);
    await assert.rejects(store.load(stopped), reason);
    await assert.rejects(store.save(document(), stopped), reason);
    assert.equal(await kept(harness), undefined);
  });
}
