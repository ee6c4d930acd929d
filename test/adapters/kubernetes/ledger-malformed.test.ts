/** Each way in which a stored ledger can be wrong, and the words for it; what is odd but harmless is taken. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { DecodedLedger } from '../../../src/adapters/kubernetes/ledger-format.ts';
import { decodeLedger } from '../../../src/adapters/kubernetes/ledger-format.ts';
import { writeLedger } from '../../../src/adapters/kubernetes/ledger-write.ts';
import type { Span } from '../../../src/domain/history.ts';
import { after, hours } from '../../../src/domain/time.ts';
import { at, confirmed, endedHistory, history, identity, span } from '../../support/builders.ts';

const EVIDENCE = {
  eventId: 'e-1',
  eventName: 'DeletePodIdentityAssociation',
  at: at(-1),
  heardAt: at(0),
  channel: 'queue',
  actor: { type: 'IAMUser' },
} as const;

const SOUND = JSON.stringify({
  format: 1,
  ...writeLedger({
    listedAt: at(0),
    listedSince: at(-900),
    gaps: [],
    coverage: undefined,
    records: [
      {
        identity: identity(),
        history: endedHistory(),
        revocation: confirmed({ evidence: EVIDENCE, settlingSince: at(3) }),
      },
    ],
  }),
});

function decode(text: string): Promise<DecodedLedger> {
  return decodeLedger(gzipSync(text));
}

function complaint(decoded: DecodedLedger): string {
  return decoded.kind === 'malformed' ? decoded.detail : decoded.kind;
}

test('the ledger that the rows below spoil is sound', async () => {
  assert.equal((await decode(SOUND)).kind, 'document');
});

/** What is replaced by what, and what is said of it. */
const ROWS: readonly (readonly [from: string | RegExp, to: string, said: RegExp])[] = [
  [/^.*$/, '', /is no JSON/],
  [/^.*$/, 'null', /names no version/],
  [/^.*$/, '[]', /names no version/],
  ['"format":1', '"format":"1"', /names no version/],
  ['"format":1', '"format":0', /names no version/],
  ['"format":1', '"format":1.5', /names no version/],
  ['"format":1,', '', /names no version/],
  ['"listedAt":', '"listedAt":1e999,"x":', /listedAt is no instant/],
  ['"listedAt":', '"listedAt":8.7e15,"x":', /listedAt is no instant/],
  ['"listedAt":', '"listedAt":"2026-01-05","x":', /listedAt is no instant/],
  ['"records":[', '"records":{},"x":[', /records is no list/],
  ['"records":[', '"records":[7,', /records\.0\.identity is no text/],
  ['"records":[', '"records":[null,', /records\.0\.identity is no text/],
  ['"identity":"team-a/etl"', '"identity":"team-a"', /records\.0\.identity is no identity/],
  ['"identity":"team-a/etl"', '"identity":"/etl"', /records\.0\.identity is no identity/],
  ['"identity":"team-a/etl"', '"identity":"a/b/c"', /records\.0\.identity is no identity/],
  [
    '"identity":"team-a/etl"',
    '"identity":"a/b"',
    /revocation\.identity is team-a\/etl in the record of a\/b/,
  ],
  ['"history":{', '"history":[],"x":{', /records\.0\.history\.spans is no list/],
  ['"spans":[', '"spans":[[],', /records\.0\.history\.spans\.0\.id is no text/],
  ['"id":"a-0123456789abcdefg"', '"id":""', /spans\.0\.id is empty/],
  ['"roleArn":"', '"roleArn":"","x":"', /spans\.0\.grant\.roleArn is empty/],
  ['"roleArn":', '"policy":{},"roleArn":', /spans\.0\.grant\.policy is no text/],
  ['"disableSessionTags":false', '"disableSessionTags":0', /disableSessionTags is neither true nor false/],
  ['"seenAt":', '"seenAt":null,"x":', /spans\.0\.seenAt is no instant/],
  ['"end":{"notBefore":', '"end":{"notBefore":8e15,"x":', /spans\.0\.end is before it can have been/],
  ['"cause":"deleted"', '"cause":"forgotten"', /revocation\.cause is none of deleted, superseded/],
  ['"stage":"confirmed"', '"stage":"over"', /revocation\.stage is none of suspected/],
  ['"source":"list"', '"source":"rumour"', /revocation\.source is none of list/],
  ['"channel":"queue"', '"channel":"post"', /revocation\.evidence\.channel is none of queue, trail/],
  ['"actor":{"type":"IAMUser"}', '"actor":"IAMUser"', /revocation\.evidence\.actor\.type is no text/],
  ['"found":0', '"found":-1', /revocation\.found is no count/],
  ['"evicted":0', '"evicted":0.5', /revocation\.evicted is no count/],
];

for (const [from, to, said] of ROWS) {
  test(`${String(from)} as ${to === '' ? 'nothing' : to}: ${said.source}`, async () => {
    const spoilt = SOUND.replace(from, to);
    assert.notEqual(spoilt, SOUND);
    assert.match(complaint(await decode(spoilt)), said);
  });
}

const record = (name: string): string => `{"identity":"${name}","history":{"spans":[]}}`;

const ledger = (...names: string[]): string =>
  `{"format":1,"listedAt":0,"gaps":[],"records":[${names.map(record).join()}]}`;

test('two records of one identity, and records out of order, are malformed', async () => {
  assert.equal((await decode(ledger('a/a', 'a/b'))).kind, 'document');
  assert.match(complaint(await decode(ledger('a/a', 'a/a'))), /records\.1\.identity is a\/a, which may not/);
  assert.match(complaint(await decode(ledger('a/b', 'a/a'))), /records\.1\.identity is a\/a, which may not/);
});

async function withSpans(...spans: readonly Span[]): Promise<DecodedLedger> {
  const records = [{ identity: identity(), history: history({ spans }), revocation: undefined }];
  return decode(
    JSON.stringify({
      format: 1,
      ...writeLedger({ listedAt: at(0), listedSince: at(-900), gaps: [], coverage: undefined, records }),
    }),
  );
}

const ended = (notAfter: number): Span => span({ end: { notBefore: undefined, notAfter: at(notAfter) } });

test('spans are oldest first, as far as clocks that differ can tell, and only the last is without an end', async () => {
  assert.equal((await withSpans(ended(0), ended(10), span())).kind, 'document');
  assert.equal((await withSpans(ended(3600), ended(0), span())).kind, 'document');
  assert.match(complaint(await withSpans(ended(3601), ended(0))), /spans\.1 ended before the one that it/);
  assert.match(complaint(await withSpans(span(), ended(0))), /spans\.1 follows one that has no end/);
  assert.match(complaint(await withSpans(span(), span())), /spans\.1 follows one that has no end/);
});

test('fields that are not known, and null where something may be missing, are taken', async () => {
  const odd = SOUND.replace('"roleArn":', '"targetRoleArn":null,"newField":[{}],"roleArn":')
    .replace('"format":1', '"format":1,"__proto__":{"listedAt":1},"constructor":7')
    .replace('"stage":', '"clearSince":null,"stage":');
  assert.notEqual(odd, SOUND);
  assert.deepEqual(await decode(odd), await decode(SOUND));
});

test('a newer version is told apart from nonsense, whatever it holds', async () => {
  for (const text of ['{"format":2}', '{"records":5,"format":77}']) {
    const decoded = await decode(text);
    assert.match(decoded.kind === 'newer' ? decoded.detail : decoded.kind, /written by a newer version/);
  }
});

test('an instant that is far off is still an instant', async () => {
  assert.equal((await withSpans(span({ since: after(at(0), hours(24 * 365 * 500)) }))).kind, 'document');
});

test('small gzips that unfold to very much are malformed', async () => {
  const zeros = gzipSync(Buffer.alloc(33 * 1024 * 1024));
  assert.ok(zeros.length < 50_000);
  assert.match(complaint(await decodeLedger(zeros)), /can't be decompressed/);
  const brackets = gzipSync(Buffer.alloc(8 * 1024 * 1024, '['));
  assert.match(complaint(await decodeLedger(brackets)), /more than 2000000 pieces/);
  const commas = gzipSync(`[${'{},'.repeat(1_500_000)}{}]`);
  assert.match(complaint(await decodeLedger(commas)), /more than 2000000 pieces/);
  const inText = gzipSync(`"\\"${'[,{'.repeat(1_500_000)}"`);
  assert.match(complaint(await decodeLedger(inText)), /names no version/);
});
