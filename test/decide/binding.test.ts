/** The decision table, row by row: what has expired by itself, and a past that nobody can tell. */

import { associationId } from '../../src/domain/association.ts';
import { hours } from '../../src/domain/time.ts';
import { at, confirmed, grant, history, holder, span } from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';
import type { Row } from './judging.ts';
import { granted, testRows } from './judging.ts';

const TARGET = grant('etl', { targetRoleArn: 'arn:aws:iam::444455556666:role/target' });
const ENDED = { notBefore: at(-10), notAfter: at(0) };
const NOBODY_KNOWS = { standing: granted({ createdAt: at(-60), modifiedAt: at(-60) }), history: history() };
const EVICT = { onUnknownHistory: 'evict' } as const;
const UNDECIDED = { kind: 'undecided', reason: 'history-unknown' } as const;

const EXPIRY: readonly Row[] = [
  {
    name: 'one second before what it held must have expired it is evicted',
    facts: {},
    now: at(6 * 3600 + 29),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'six hours and the window after the end: expired',
    facts: {},
    now: at(6 * 3600 + 30),
    expected: { kind: 'keep', reason: 'expired' },
  },
  {
    name: 'the operator believes in a longer life of credentials',
    facts: {},
    now: at(6 * 3600 + 30),
    policy: { credentialLife: hours(12) },
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'with a target role it is 59 minutes',
    facts: { history: history({ spans: [span({ grant: TARGET, end: ENDED })], absentSince: at(0) }) },
    now: at(59 * 60 + 30),
    expected: { kind: 'keep', reason: 'expired' },
  },
  {
    name: 'with a target role it is not expired a second earlier',
    facts: { history: history({ spans: [span({ grant: TARGET, end: ENDED })], absentSince: at(0) }) },
    now: at(59 * 60 + 29),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'an earlier grant without a target role lives on, although the last one had one',
    facts: {
      history: history({
        spans: [
          span({ grant: grant(), end: { notBefore: at(-600), notAfter: at(-600) } }),
          span({ grant: TARGET, end: ENDED }),
        ],
        absentSince: at(0),
      }),
    },
    now: at(2 * 3600),
    expected: { kind: 'evict', reason: 'deleted' },
  },
  {
    name: 'an end that nobody saw: the life is counted from where the absence was first seen',
    facts: { history: history({ absentSince: at(0) }), revocation: confirmed({ end: undefined }) },
    now: at(6 * 3600),
    expected: { kind: 'keep', reason: 'expired' },
  },
  {
    name: 'a superseded grant expires as well, and a protected namespace does not hide it',
    facts: {
      holder: holder({ namespace: 'kube-system' }),
      standing: granted({ modifiedAt: at(0) }),
      history: history({
        spans: [span({ grant: grant('other'), end: ENDED }), span({ since: at(0) })],
        completeFrom: at(-86_400),
      }),
    },
    now: at(6 * 3600 + 30),
    expected: { kind: 'keep', reason: 'expired' },
  },
];

const UNKNOWN: readonly Row[] = [
  {
    name: 'an unknown past is reported, however long it lasts',
    facts: NOBODY_KNOWS,
    now: at(3600),
    expected: UNDECIDED,
  },
  {
    name: 'evict: not while CloudTrail may still tell',
    facts: NOBODY_KNOWS,
    now: at(-60 + 45 * 60 - 1),
    policy: EVICT,
    expected: UNDECIDED,
  },
  {
    name: 'evict: CloudTrail has told all of that time, and it is still not known',
    facts: { ...NOBODY_KNOWS, coverage: { from: at(-100), until: at(-60) } },
    policy: EVICT,
    expected: { kind: 'evict', reason: 'history-unknown' },
  },
  {
    name: 'evict: CloudTrail has not told for too long',
    facts: NOBODY_KNOWS,
    now: at(-60 + 45 * 60),
    policy: EVICT,
    expected: { kind: 'evict', reason: 'history-unknown' },
  },
  {
    name: 'evict: a pod that started while nobody looked, and there is no grant now',
    facts: {
      holder: holder({ start: at(-100) }),
      history: history({ absentSince: at(-7200), completeFrom: at(-7200) }),
      gaps: [{ from: at(-300), until: at(-50) }],
    },
    now: at(-50 + 45 * 60),
    policy: EVICT,
    expected: { kind: 'evict', reason: 'history-unknown' },
  },
  {
    name: 'evict: a record alone, which anybody may have forged, never evicts',
    facts: {
      holder: holder({ start: at(-100) }),
      history: history({ absentSince: at(-7200), completeFrom: at(-7200) }),
      records: [recordOf({ action: 'created', association: associationId('a-forged'), at: at(-120) })],
    },
    now: at(86_400),
    policy: EVICT,
    expected: UNDECIDED,
  },
];

testRows([...EXPIRY, ...UNKNOWN]);

const LONG_AGO = at(15 - 6 * 3600 - 31);

const OUTLIVED: readonly Row[] = [
  {
    name: 'whatever it was given before a change longer ago than credentials live has expired: kept, known or not',
    facts: {
      holder: holder({ start: at(-86_400) }),
      standing: granted({ createdAt: LONG_AGO, modifiedAt: LONG_AGO }),
      history: history(),
    },
    expected: { kind: 'keep', reason: 'current' },
  },
  {
    name: 'the past is asked for no further back than credentials live',
    facts: {
      holder: holder({ start: at(-86_400) }),
      standing: granted({ modifiedAt: at(-60) }),
      history: history({
        spans: [
          span({ grant: undefined, end: { notBefore: LONG_AGO, notAfter: LONG_AGO } }),
          span({ end: { notBefore: at(-70), notAfter: at(-60) } }),
          span({ since: at(-60) }),
        ],
        completeFrom: LONG_AGO,
      }),
    },
    expected: { kind: 'keep', reason: 'same-grant' },
  },
  {
    name: 'a time in which nobody looked is no question any more once it is longer ago than credentials live',
    facts: {
      holder: holder({ start: LONG_AGO }),
      history: history({ absentSince: at(-86_400), completeFrom: at(-86_400) }),
      gaps: [{ from: at(-80_000), until: LONG_AGO }],
    },
    expected: { kind: 'keep', reason: 'no-grant-since-start' },
  },
];

testRows(OUTLIVED);
