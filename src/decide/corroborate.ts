/** Corroboration: which record, if any, tells who ended a grant. It adds to the report and decides nothing. */

import type { AssociationHint } from '../domain/hint.ts';
import type { Revocation } from '../domain/revocation.ts';
import { after, before, minutes } from '../domain/time.ts';

/** How far a record's time may lie outside what the readings showed: EKS is consistent within less. */
const SLACK = minutes(1);

/** The revocation with the evidence of the latest record that fits it; unchanged where it has one or none fits. */
export function corroborate(revocation: Revocation, records: readonly AssociationHint[]): Revocation {
  if (revocation.evidence !== undefined) return revocation;
  const fitting = records
    .filter((record) => fits(record, revocation))
    .toSorted((one, other) => other.evidence.at - one.evidence.at);
  const [record] = fitting;
  if (record === undefined) return revocation;
  return {
    ...revocation,
    association: revocation.association ?? record.association,
    grant: revocation.grant ?? record.grant,
    evidence: record.evidence,
  };
}

function fits(record: AssociationHint, { association, cause, end, suspectedAt }: Revocation): boolean {
  if (record.action === 'created' || (record.action === 'updated' && cause === 'deleted')) return false;
  const isOther = record.association !== undefined && association !== undefined;
  if (isOther && record.association !== association) return false;
  const { at } = record.evidence;
  if (end === undefined) return at <= after(suspectedAt, SLACK);
  const isEarly = end.notBefore !== undefined && at < before(end.notBefore, SLACK);
  return !isEarly && at <= after(end.notAfter, SLACK);
}
