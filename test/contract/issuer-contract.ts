/** What every IssuerSource must do, wherever it asks. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { UnknownReason } from '../../src/domain/reading.ts';
import type { IssuerSource } from '../../src/ports/cluster.ts';
import { never } from '../adapters/kubernetes/support.ts';

export type IssuerHarness = {
  readonly source: IssuerSource;
  /** From now on it can't be asked; the answer is why there is no reading. */
  readonly lose: () => UnknownReason;
};

export type DeniableIssuerHarness = IssuerHarness & {
  /** From now on it is denied; the answer is what the detail must say. */
  readonly deny: () => RegExp;
};

export function issuerContract(
  subject: string,
  issuer: string,
  start: (t: TestContext) => Promise<IssuerHarness>,
): void {
  test(`${subject}: the issuer is known, as it is written`, async (t) => {
    const { source } = await start(t);
    const reading = await source.issuer(never);
    assert.equal(reading.kind === 'known' && reading.value, issuer, JSON.stringify(reading));
  });

  test(`${subject}: what can not be asked is unknown`, async (t) => {
    const { source, lose } = await start(t);
    const why = lose();
    const reading = await source.issuer(never);
    assert.equal(reading.kind === 'unknown' && reading.why, why, JSON.stringify(reading));
  });

  test(`${subject}: an aborted signal rejects with its reason`, async (t) => {
    const { source } = await start(t);
    const reason = new Error('over');
    await assert.rejects(source.issuer(AbortSignal.abort(reason)), reason);
  });
}

export function deniableIssuerContract(
  subject: string,
  issuer: string,
  start: (t: TestContext) => Promise<DeniableIssuerHarness>,
): void {
  issuerContract(subject, issuer, start);

  test(`${subject}: what is denied is unknown, and what to allow is named`, async (t) => {
    const { source, deny } = await start(t);
    const named = deny();
    const reading = await source.issuer(never);
    assert.equal(reading.kind === 'unknown' && reading.why, 'denied', JSON.stringify(reading));
    assert.match(reading.kind === 'unknown' ? reading.detail : '', named);
  });
}
