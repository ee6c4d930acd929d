/** Documents for the tests of the ledger: any that the types allow, and large ones as clusters make them. */

import fc from 'fast-check';
import { associationId } from '../../../src/domain/association.ts';
import type { Grant } from '../../../src/domain/grant.ts';
import type { Actor, Evidence } from '../../../src/domain/hint.ts';
import { CHANNELS } from '../../../src/domain/hint.ts';
import type { End, History, Span } from '../../../src/domain/history.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import { identityOf } from '../../../src/domain/identity.ts';
import type { LedgerDocument, LedgerRecord } from '../../../src/domain/ledger-document.ts';
import type { Revocation } from '../../../src/domain/revocation.ts';
import { CAUSES, SOURCES, STAGES } from '../../../src/domain/revocation.ts';
import type { Instant } from '../../../src/domain/time.ts';
import { instant } from '../../../src/domain/time.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 12 });
const filled = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const namePart = filled.filter((text) => !text.includes('/'));
const anyInstant: fc.Arbitrary<Instant> = fc
  .oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.double({ min: 0, max: 1e13, noNaN: true }))
  .map((at) => instant(at === 0 ? 0 : at));
const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

function maybe<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

const PLAIN = { noNullPrototype: true } as const;

const anyGrant: fc.Arbitrary<Grant> = fc.record(
  { roleArn: filled, targetRoleArn: anyText, policy: anyText, disableSessionTags: fc.boolean() },
  { ...PLAIN, requiredKeys: ['roleArn', 'disableSessionTags'] },
);

const anyActor: fc.Arbitrary<Actor> = fc.record(
  { type: anyText, arn: anyText, invokedBy: anyText, sourceIp: anyText },
  { ...PLAIN, requiredKeys: ['type'] },
);

const anyEvidence: fc.Arbitrary<Evidence> = fc.record(
  {
    eventId: anyText,
    eventName: anyText,
    at: anyInstant,
    heardAt: anyInstant,
    channel: fc.constantFrom(...CHANNELS),
    actor: anyActor,
  },
  PLAIN,
);

const anyEnd: fc.Arbitrary<End> = fc
  .tuple(anyInstant, anyInstant, fc.boolean())
  .map(([one, other, isOpen]) => ({
    notBefore: isOpen ? undefined : instant(Math.min(one, other)),
    notAfter: instant(Math.max(one, other)),
  }));

const anySpan: fc.Arbitrary<Span> = fc.record(
  {
    id: filled.map(associationId),
    grant: maybe(anyGrant),
    since: maybe(anyInstant),
    seenAt: anyInstant,
    readAt: maybe(anyInstant),
    end: maybe(anyEnd),
  },
  PLAIN,
);

/** Oldest first; whoever has no end comes last. */
function inOrder(spans: readonly Span[]): readonly Span[] {
  const ended = spans.filter(({ end }) => end !== undefined);
  const open = spans.filter(({ end }) => end === undefined).slice(0, 1);
  return [...ended.toSorted((one, other) => (one.end?.notAfter ?? 0) - (other.end?.notAfter ?? 0)), ...open];
}

const anyHistory: fc.Arbitrary<History> = fc.record(
  {
    spans: fc.array(anySpan, { maxLength: 4 }).map(inOrder),
    absentSince: maybe(anyInstant),
    completeFrom: maybe(anyInstant),
  },
  PLAIN,
);

export const anyIdentity: fc.Arbitrary<Identity> = fc
  .tuple(namePart, namePart)
  .map(([namespace, serviceAccount]) => known(identityOf(namespace, serviceAccount)));

function anyRevocation(identity: Identity): fc.Arbitrary<Revocation> {
  return fc.record(
    {
      identity: fc.constant(identity),
      cause: fc.constantFrom(...CAUSES),
      stage: fc.constantFrom(...STAGES),
      association: maybe(filled.map(associationId)),
      grant: maybe(anyGrant),
      isPresumed: fc.boolean(),
      deadline: maybe(anyInstant),
      end: maybe(anyEnd),
      source: fc.constantFrom(...SOURCES),
      evidence: maybe(anyEvidence),
      suspectedAt: anyInstant,
      settlingSince: maybe(anyInstant),
      confirmedAt: maybe(anyInstant),
      clearSince: maybe(anyInstant),
      closedAt: maybe(anyInstant),
      found: count,
      evicted: count,
    },
    PLAIN,
  );
}

const anyRecord: fc.Arbitrary<LedgerRecord> = anyIdentity.chain((identity) =>
  fc.record(
    {
      identity: fc.constant(identity),
      history: anyHistory,
      revocation: maybe(anyRevocation(identity)),
    },
    PLAIN,
  ),
);

const anyStretch = fc.record({ from: anyInstant, until: anyInstant }, PLAIN);

export const anyDocument: fc.Arbitrary<LedgerDocument> = fc.record(
  {
    listedAt: anyInstant,
    listedSince: anyInstant,
    gaps: fc.array(anyStretch, { maxLength: 3 }),
    coverage: maybe(anyStretch),
    records: fc
      .uniqueArray(anyRecord, { maxLength: 5, selector: ({ identity }) => identity })
      .map((records) => records.toSorted((one, other) => (one.identity < other.identity ? -1 : 1))),
  },
  PLAIN,
);

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test made no value');
  return value;
}
