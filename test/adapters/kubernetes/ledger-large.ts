/** Ledgers as large clusters make them, the same ones in every run. */

import { associationId } from '../../../src/domain/association.ts';
import type { Grant } from '../../../src/domain/grant.ts';
import type { Span } from '../../../src/domain/history.ts';
import type { LedgerDocument } from '../../../src/domain/ledger-document.ts';
import type { Revocation } from '../../../src/domain/revocation.ts';
import type { Instant } from '../../../src/domain/time.ts';
import { instant } from '../../../src/domain/time.ts';
import { at, history, identity, revocation, span } from '../../support/builders.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Chance that is the same in every run: mulberry32. */
export class Dice {
  #state = 7;

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  text(length: number): string {
    return Array.from({ length }, () => ALPHABET[this.below(ALPHABET.length)]).join('');
  }

  /** In the ninety days before. */
  instant(): Instant {
    return instant(at(0) - this.below(90 * 86_400_000));
  }
}

export type Shape = {
  readonly identities: number;
  readonly grant: (dice: Dice, index: number) => Grant;
  readonly identity: (dice: Dice, index: number) => string;
  readonly earlierSpans: (index: number) => number;
  readonly isRevoked: (index: number) => boolean;
};

export function largeLedger(shape: Shape): LedgerDocument {
  const dice = new Dice();
  const records = Array.from({ length: shape.identities }, (_, index) => {
    const whose = identity(shape.identity(dice, index));
    const earlier = Array.from({ length: shape.earlierSpans(index) }, () => endedSpan(dice, shape, index));
    const spans = [...earlier.toSorted(byEnd), openSpan(dice, shape, index)];
    const open = shape.isRevoked(index) ? openRevocation(dice, spans) : undefined;
    return {
      identity: whose,
      history: history({ spans, completeFrom: spans[0]?.since }),
      revocation: open === undefined ? undefined : { ...open, identity: whose },
    };
  });
  return {
    listedAt: at(0),
    listedSince: at(-900),
    gaps: [],
    coverage: undefined,
    records: records.toSorted((one, other) => (one.identity < other.identity ? -1 : 1)),
  };
}

/** One List shows all that is in force. */
const LAST_LIST = at(-10);

function byEnd(one: Span, other: Span): number {
  return (one.end?.notAfter ?? 0) - (other.end?.notAfter ?? 0);
}

function openSpan(dice: Dice, shape: Shape, index: number): Span {
  return span({
    id: associationId(`a-${dice.text(17)}`),
    grant: shape.grant(dice, index),
    since: dice.instant(),
    seenAt: LAST_LIST,
    // Describe takes 2,500 s for 5,000 associations at 2/s.
    readAt: instant(at(0) - dice.below(2_500_000)),
  });
}

function endedSpan(dice: Dice, shape: Shape, index: number): Span {
  const notAfter = dice.instant();
  const end = { notBefore: instant(notAfter - dice.below(30_000)), notAfter };
  return { ...openSpan(dice, shape, index), seenAt: end.notBefore, end };
}

function openRevocation(dice: Dice, spans: readonly Span[]): Revocation {
  const ended = spans.at(-1);
  return revocation({
    stage: 'confirmed',
    association: ended?.id,
    grant: ended?.grant,
    end: { notBefore: at(-30), notAfter: at(-dice.below(30)) },
    source: 'queue',
    evidence: {
      eventId: `${dice.text(8)}-${dice.text(4)}-${dice.text(4)}-${dice.text(4)}-${dice.text(12)}`,
      eventName: 'DeletePodIdentityAssociation',
      at: dice.instant(),
      heardAt: dice.instant(),
      channel: 'queue',
      actor: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::111122223333:assumed-role/platform-admin/${dice.text(12)}`,
        sourceIp: `${dice.below(256)}.${dice.below(256)}.${dice.below(256)}.${dice.below(256)}`,
      },
    },
    settlingSince: dice.instant(),
    confirmedAt: dice.instant(),
    found: dice.below(50),
    evicted: dice.below(50),
  });
}

/** A session policy of so many characters that is another one each time. */
export function sessionPolicy(dice: Dice, length: number): string {
  const bucket = `arn:aws:s3:::domino-data-${dice.text(20)}`;
  const statement = {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket', 's3:GetBucketLocation'],
    Resource: [bucket, `${bucket}/*`],
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }).padEnd(length, ' ');
}
