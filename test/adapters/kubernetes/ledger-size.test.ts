/** The ledger of the largest cluster that EKS sells fits into a ConfigMap, and what does not fit is told. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import {
  decodeLedger,
  encodeLedger,
  LARGEST_STORED,
  storedSize,
} from '../../../src/adapters/kubernetes/ledger-format.ts';
import { ledgerSize } from '../../../src/adapters/kubernetes/ledger-size.ts';
import type { LedgerDocument } from '../../../src/domain/ledger-document.ts';
import type { Dice, Shape } from './ledger-large.ts';
import { largeLedger, sessionPolicy } from './ledger-large.ts';

const REALISTIC: Shape = {
  identities: 5000,
  identity: (dice) => `domino-compute/user-${dice.text(12)}`,
  grant: (dice, index) => ({
    roleArn: `arn:aws:iam::111122223333:role/domino-prod-${dice.text(12)}`,
    ...(index % 10 === 3 && { policy: sessionPolicy(dice, 300) }),
    disableSessionTags: false,
  }),
  earlierSpans: (index) => (index % 10 === 0 ? 2 : 0),
  isRevoked: (index) => index % 25 === 0,
};

const account = (dice: Dice): string => String(100_000_000_000 + dice.below(900_000_000_000));

/** No two alike in anything: namespaces, accounts, roles, target roles, session policies. */
const DIFFERENT: Shape = {
  ...REALISTIC,
  identity: (dice) => `${dice.text(12)}/${dice.text(12)}`,
  grant: (dice, index) => ({
    roleArn: `arn:aws:iam::${account(dice)}:role/${dice.text(16)}`,
    targetRoleArn: `arn:aws:iam::${account(dice)}:role/${dice.text(16)}`,
    policy: sessionPolicy(dice, 300),
    disableSessionTags: index % 2 === 0,
  }),
};

async function encoded(t: TestContext, what: string, document: LedgerDocument): Promise<Buffer> {
  const result = await encodeLedger(document);
  assert.ok(result.kind === 'encoded', result.kind === 'refused' ? result.detail : '');
  const { bytes } = result;
  t.diagnostic(`${what}: ${bytes.length} bytes, ${storedSize(bytes)} with base64 of ${LARGEST_STORED}`);
  assert.equal(bytes.toString('base64').length, storedSize(bytes));
  return bytes;
}

for (const [what, shape] of [
  ['5,000 identities of one account', REALISTIC],
  ['5,000 identities with everything different', DIFFERENT],
] as const) {
  test(`${what} fit, and come back`, async (t) => {
    const document = largeLedger(shape);
    assert.equal(document.records.length, 5000);
    assert.equal(document.records.filter(({ revocation }) => revocation !== undefined).length, 200);
    const bytes = await encoded(t, what, document);
    assert.deepEqual(await decodeLedger(bytes), { kind: 'document', document });
  });
}

test('what does not fit is refused, and the detail says what is large', async () => {
  const document = largeLedger({
    ...DIFFERENT,
    identity: (_, index) => `team/${index === 4321 ? 'flapping' : index}`,
    earlierSpans: (index) => (index === 4321 ? 19 : 1),
  });
  const result = await encodeLedger(document);
  assert.match(
    result.kind === 'refused' ? result.detail : result.kind,
    /larger than 1000000 bytes with base64 \(it would be \d{7}\): 5000 identities with 10018 spans and 200 revocations, 3065400 characters of session policies; the largest record is that of team\/flapping$/,
  );
});

test('what could not be decompressed again is refused before its JSON is made', async () => {
  const policy = 'x'.repeat(20_000);
  const document = largeLedger({
    ...REALISTIC,
    identities: 1800,
    grant: () => ({ roleArn: 'role', policy, disableSessionTags: false }),
    earlierSpans: () => 0,
  });
  const result = await encodeLedger(document);
  assert.match(
    result.kind === 'refused' ? result.detail : result.kind,
    /larger than 33554432 bytes before gzip: 1800/,
  );
});

test('the estimate of the characters is near what they are', () => {
  for (const shape of [REALISTIC, DIFFERENT]) {
    const document = largeLedger(shape);
    const { characters } = ledgerSize(document);
    const real = JSON.stringify(document).length;
    assert.ok(characters > 0.6 * real && characters < 1.6 * real, `${characters} for ${real}`);
  }
});
