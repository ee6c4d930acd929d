/** What is written is read again as it was; whatever else may come is malformed, and nothing throws. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { DecodedLedger } from '../../../src/adapters/kubernetes/ledger-format.ts';
import { decodeLedger, encodeLedger } from '../../../src/adapters/kubernetes/ledger-format.ts';
import type { LedgerDocument, LedgerRecord } from '../../../src/domain/ledger-document.ts';
import { instant } from '../../../src/domain/time.ts';
import { at, confirmed, grant, history, identity, span } from '../../support/builders.ts';
import { anyDocument } from './ledger-documents.ts';
import { mutation } from './ledger-mutations.ts';

async function bytesOf(document: LedgerDocument): Promise<Buffer> {
  const encoded = await encodeLedger(document);
  assert.ok(encoded.kind === 'encoded', encoded.kind === 'refused' ? encoded.detail : '');
  return encoded.bytes;
}

function textOf(bytes: Buffer): string {
  return gunzipSync(bytes).toString('utf8');
}

const decodeText = (text: string): Promise<DecodedLedger> => decodeLedger(gzipSync(text));

/** A document that was decoded is one that is encoded and decoded to itself again. */
async function assertSound(decoded: DecodedLedger): Promise<void> {
  if (decoded.kind !== 'document') {
    assert.notEqual(decoded.detail, '');
    return;
  }
  assert.deepEqual(await decodeLedger(await bytesOf(decoded.document)), decoded);
}

test('any document comes back as it was, and makes the same bytes each time', async () => {
  await fc.assert(
    fc.asyncProperty(anyDocument, async (document) => {
      const bytes = await bytesOf(document);
      assert.deepEqual(await decodeLedger(bytes), { kind: 'document', document });
      assert.deepEqual(await bytesOf(document), bytes);
    }),
    { numRuns: 300 },
  );
});

test('bytes that were changed, cut or are not ours are malformed and never throw', async () => {
  const changed = fc.tuple(anyDocument, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(changed, async ([document, where, byte, isCut]) => {
      const bytes = await bytesOf(document);
      const index = where % bytes.length;
      if (isCut) {
        assert.equal((await decodeLedger(bytes.subarray(0, index))).kind, 'malformed');
        return;
      }
      bytes[index] = byte;
      await assertSound(await decodeLedger(bytes));
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      assert.equal((await decodeLedger(bytes)).kind, 'malformed');
    }),
  );
});

test('any change to the JSON makes a sound document or a malformed one', async () => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyDocument, mutation, async (document, mutate) => {
      const changed = mutate(JSON.parse(textOf(await bytesOf(document))));
      const decoded = await decodeText(JSON.stringify(changed) ?? '');
      outcomes.add(decoded.kind);
      await assertSound(decoded);
    }),
    { numRuns: 600 },
  );
  assert.ok(outcomes.has('malformed') && outcomes.has('document'), [...outcomes].join());
});

test('only the fields of the types are kept, whatever else the objects carry', async () => {
  const secret = { secretAccessKey: 'wJalrXUtnFEMI', sessionToken: 'FwoGZXIvYXdzE' };
  const evidence = {
    eventId: 'e-1',
    eventName: 'DeletePodIdentityAssociation',
    at: at(-1),
    heardAt: at(0),
    channel: 'queue' as const,
    actor: { type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/x', sourceIp: '10.0.0.1', ...secret },
    ...secret,
  };
  const end = { notBefore: at(-10), notAfter: at(0), ...secret };
  const ended = { ...span({ end, grant: { ...grant(), ...secret } }), ...secret };
  const loaded = {
    identity: identity(),
    history: { ...history({ spans: [ended], absentSince: at(0), completeFrom: at(-60) }), ...secret },
    revocation: { ...confirmed({ evidence, end, grant: { ...grant(), ...secret } }), ...secret },
    ...secret,
  };
  const text = textOf(
    await bytesOf({
      listedAt: at(0),
      listedSince: at(-900),
      gaps: [],
      coverage: undefined,
      records: [loaded],
      ...secret,
    }),
  );
  const names = [...text.matchAll(/"([^"]+)":/g)].map(([, name]) => name);
  const allowed =
    'format listedAt listedSince gaps coverage records identity history revocation spans absentSince completeFrom id grant since seenAt ' +
    'readAt end notBefore notAfter roleArn targetRoleArn policy disableSessionTags cause stage deadline association source ' +
    'evidence suspectedAt settlingSince confirmedAt clearSince closedAt found evicted eventId eventName at ' +
    'heardAt channel actor type arn invokedBy sourceIp';
  assert.deepEqual(
    names.filter((name) => !allowed.split(' ').includes(name ?? '')),
    [],
  );
  assert.ok(names.includes('sourceIp'));
  assert.doesNotMatch(text, /wJalr|FwoGZ/);
});

function record(name: string): LedgerRecord {
  return { identity: identity(name), history: history(), revocation: undefined };
}

test('a document that is out of order is put in order', async () => {
  const records = [record('team-a/b'), record('team-a/a'), record('team-a/B')];
  const decoded = await decodeLedger(
    await bytesOf({ listedAt: at(0), listedSince: at(-900), gaps: [], coverage: undefined, records }),
  );
  assert.deepEqual(decoded.kind === 'document' && decoded.document.records.map((each) => each.identity), [
    'team-a/B',
    'team-a/a',
    'team-a/b',
  ]);
});

test('the event loop has its turn between the steps of encoding', async () => {
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    setImmediate(turn).unref();
  };
  setImmediate(turn);
  const encoded = await encodeLedger({
    listedAt: at(0),
    listedSince: at(-900),
    gaps: [],
    coverage: undefined,
    records: [{ ...record('team-a/etl'), revocation: confirmed({ found: -1 }) }],
  });
  assert.equal(encoded.kind, 'refused');
  assert.equal(turns, 2, 'before it is written, and before it is read');
});

test('what would not be read again is refused', async () => {
  const ended = span({ end: { notBefore: at(0), notAfter: at(1) } });
  const rows: readonly (readonly [Partial<LedgerDocument['records'][number]>, RegExp])[] = [
    [{ revocation: confirmed({ identity: identity('a/b') }) }, /records\.0\.revocation\.identity is a\/b/],
    [{ revocation: confirmed({ found: -1 }) }, /records\.0\.revocation\.found is no count/],
    [
      { history: history({ absentSince: instant(Number.NaN) }) },
      /records\.0\.history\.absentSince is no inst/,
    ],
    [
      { history: history({ spans: [span(), ended] }) },
      /records\.0\.history\.spans\.1 follows one that has no/,
    ],
  ];
  for (const [more, expected] of rows) {
    const result = await encodeLedger({
      listedAt: at(0),
      listedSince: at(-900),
      gaps: [],
      coverage: undefined,
      records: [{ ...record('team-a/etl'), ...more }],
    });
    assert.match(result.kind === 'refused' ? result.detail : result.kind, expected);
  }
});
