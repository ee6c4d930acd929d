/** How large a ledger is, in words that tell an operator what to make smaller. */

import type { LedgerDocument, LedgerRecord } from '../../domain/ledger-document.ts';

/** What one span or revocation takes beside its texts of any length: names of fields, instants, ids. */
const FIXED_PART = 250;

export type LedgerSize = {
  /** Characters of JSON, roughly. */
  readonly characters: number;
  readonly summary: string;
};

export function ledgerSize({ records }: LedgerDocument): LedgerSize {
  let [characters, policies, spans, revocations] = [0, 0, 0, 0];
  let largest = { identity: 'nobody', size: 0 };
  for (const record of records) {
    const inPolicies = policyLength(record);
    const parts = record.history.spans.length + (record.revocation === undefined ? 0 : 1);
    const size = inPolicies + (parts + 1) * FIXED_PART;
    if (size > largest.size) largest = { identity: record.identity, size };
    characters += size;
    policies += inPolicies;
    spans += record.history.spans.length;
    revocations += record.revocation === undefined ? 0 : 1;
  }
  const summary =
    `${records.length} identities with ${spans} spans and ${revocations} revocations, ` +
    `${policies} characters of session policies; the largest record is that of ${largest.identity}`;
  return { characters, summary };
}

function policyLength({ history, revocation }: LedgerRecord): number {
  const grants = [...history.spans.map(({ grant }) => grant), revocation?.grant];
  return grants.reduce((sum, grant) => sum + (grant?.policy?.length ?? 0), 0);
}
