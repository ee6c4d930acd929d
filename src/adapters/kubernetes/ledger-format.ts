/** The bytes in which a ledger is kept: gzip of compact JSON with the version of its format. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { LedgerDocument } from '../../domain/ledger-document.ts';
import { field, isObject } from './json.ts';
import { readLedger } from './ledger-read.ts';
import { ledgerSize } from './ledger-size.ts';
import { isBounded, LARGEST_UNFOLDED, unfold } from './ledger-unfold.ts';
import { writeLedger } from './ledger-write.ts';

export type EncodedLedger =
  | { readonly kind: 'encoded'; readonly bytes: Buffer }
  /** It is too large, or `decodeLedger` would not take it. */
  | { readonly kind: 'refused'; readonly detail: string };

export type DecodedLedger =
  | { readonly kind: 'document'; readonly document: LedgerDocument }
  | { readonly kind: 'malformed'; readonly detail: string }
  | { readonly kind: 'newer'; readonly detail: string };

/** Goes up when an older daemon must not take what is written for what it knows. */
export const LEDGER_FORMAT = 1;

/** With its base64. A ConfigMap holds 1 MiB and a request to etcd 1.5 MiB. */
export const LARGEST_STORED = 1_000_000;

const BEFORE_GZIP = `${LARGEST_UNFOLDED} bytes before gzip`;

const compress = promisify(gzip);

/**
 * Between the steps the event loop has its turn: at 5,000 identities each takes some tens of milliseconds.
 *
 * Texts that repeat are left to gzip: at 5,000 identities a table of the role ARNs made the bytes 2 % more, and one
 * of the grants 1 % more or 2 % fewer. The same document makes the same bytes.
 */
export async function encodeLedger(document: LedgerDocument): Promise<EncodedLedger> {
  const size = ledgerSize(document);
  // Before the JSON is made: it may be larger than the memory.
  if (size.characters > LARGEST_UNFOLDED) return tooLarge(BEFORE_GZIP, size.summary);
  await nextTurn();
  const stored = { format: LEDGER_FORMAT, ...writeLedger(document) };
  await nextTurn();
  const read = readLedger(stored);
  if (read.kind === 'misshapen')
    return { kind: 'refused', detail: `the ledger is malformed: ${read.detail}` };
  await nextTurn();
  const json = Buffer.from(JSON.stringify(stored));
  await nextTurn();
  if (!isBounded(json)) return tooLarge(BEFORE_GZIP, size.summary);
  const bytes = await compress(json, { level: 9 });
  if (storedSize(bytes) <= LARGEST_STORED) return { kind: 'encoded', bytes };
  const limit = `${LARGEST_STORED} bytes with base64 (it would be ${storedSize(bytes)})`;
  return tooLarge(limit, size.summary);
}

/** Never fails, whatever the bytes are. */
export async function decodeLedger(bytes: Uint8Array): Promise<DecodedLedger> {
  const stored = await unfold(bytes);
  if (stored.kind === 'malformed') return stored;
  const format = field(stored.value, 'format');
  if (!isObject(stored.value) || typeof format !== 'number' || !Number.isSafeInteger(format) || format < 1) {
    return malformed('its JSON names no version of the format');
  }
  if (format > LEDGER_FORMAT) {
    return {
      kind: 'newer',
      detail: `written by a newer version of pod-identity-revoker: format ${format}, and this version knows ${LEDGER_FORMAT}`,
    };
  }
  const read = readLedger(stored.value);
  return read.kind === 'document' ? read : malformed(read.detail);
}

/** What the bytes take in a ConfigMap. */
export function storedSize(bytes: Uint8Array): number {
  return 4 * Math.ceil(bytes.length / 3);
}

function malformed(detail: string): { readonly kind: 'malformed'; readonly detail: string } {
  return { kind: 'malformed', detail };
}

function tooLarge(limit: string, summary: string): EncodedLedger {
  return { kind: 'refused', detail: `the ledger is larger than ${limit}: ${summary}` };
}
