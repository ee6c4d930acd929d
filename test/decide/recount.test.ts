/** The past as readings and the chronicle tell it together. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsLeft, recount } from '../../src/decide/recount.ts';
import type { AssociationId } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { Coverage } from '../../src/domain/chronicle.ts';
import { NOTHING_TOLD } from '../../src/domain/chronicle.ts';
import type { Grant } from '../../src/domain/grant.ts';
import type { Action, AssociationHint } from '../../src/domain/hint.ts';
import type { History } from '../../src/domain/history.ts';
import { at, grant, history, identity, span } from '../support/builders.ts';
import { recordOf } from '../support/fake-channel.ts';

const A = associationId('a-0123456789abcdefg');
const B = associationId('a-bbbbbbbbbbbbbbbbb');
const ALL: Coverage = { from: at(-21_600), until: at(0) };

function record(
  action: Action,
  seconds: number,
  carried: Grant | undefined,
  id: AssociationId = A,
): AssociationHint {
  const told = recordOf({ action, identity: identity(), association: id, at: at(seconds), channel: 'trail' });
  return { ...told, grant: carried };
}

function inSeconds(value: number | undefined): string {
  return value === undefined ? '?' : String((value - at(0)) / 1000);
}

/** `role since end`, in seconds from zero; `?` for what is not known. */
function shown({ spans }: History): readonly string[] {
  return spans.map(({ grant: carried, since, end, recorded }) => {
    const role = carried?.roleArn.split('/').at(-1) ?? '?';
    return `${role} ${inSeconds(since)} ${end === undefined ? 'now' : inSeconds(end.notAfter)}${recorded ? ' recorded' : ''}`;
  });
}

/** First read at zero: the role `new`, in force since -100 s. */
const FIRST_READ = history({
  spans: [span({ grant: grant('new'), since: at(-100), seenAt: at(0), readAt: at(0) })],
  completeFrom: at(-100),
});

type Row = {
  readonly name: string;
  readonly history: History;
  readonly records: readonly AssociationHint[];
  readonly coverage?: Coverage | undefined;
  readonly spans: readonly string[];
  readonly completeFrom: number | undefined;
};

const ROWS: readonly Row[] = [
  {
    name: 'a record of Create tells what an update replaced, and the past is complete as far as CloudTrail told',
    history: FIRST_READ,
    records: [record('created', -5000, grant('old')), record('updated', -100, grant('new'))],
    spans: ['old -5000 -99 recorded', 'new -100 now'],
    completeFrom: -21_600,
  },
  {
    name: 'the records may come in any order',
    history: FIRST_READ,
    records: [record('updated', -100, grant('new')), record('created', -5000, grant('old'))],
    spans: ['old -5000 -99 recorded', 'new -100 now'],
    completeFrom: -21_600,
  },
  {
    name: 'an update whose predecessor nobody told of leaves a grant that is not known',
    history: FIRST_READ,
    records: [record('updated', -100, grant('new'))],
    spans: ['? ? -99 recorded', 'new -100 now'],
    completeFrom: -21_600,
  },
  {
    name: 'a recreated association: the record of Delete carries what ended',
    history: FIRST_READ,
    records: [record('deleted', -100, grant('old'), B), record('created', -100, grant('new'))],
    spans: ['old ? -99 recorded', 'new -100 now'],
    completeFrom: -21_600,
  },
  {
    name: 'where Delete carries another grant than the one before, a change in between was not told',
    history: FIRST_READ,
    records: [
      record('created', -900, grant('first'), B),
      record('deleted', -101, grant('second'), B),
      record('created', -100, grant('new')),
    ],
    spans: ['first -900 -100 recorded', 'second ? -100 recorded', 'new -100 now'],
    completeFrom: -21_600,
  },
  {
    name: 'of one second: created, updated and deleted in this order, and the successor after them',
    history: FIRST_READ,
    records: [
      record('created', -100, grant('new')),
      record('deleted', -100, grant('second'), B),
      record('updated', -100, grant('second'), B),
      record('created', -100, grant('first'), B),
    ],
    spans: ['first -100 -99 recorded', 'second -100 -99 recorded', 'new -100 now'],
    completeFrom: -21_600,
  },
  {
    name: 'what readings know already is not told twice',
    history: history({
      spans: [
        span({ grant: grant('old'), since: at(-5000), end: { notBefore: at(-120), notAfter: at(-100) } }),
        span({ grant: grant('new'), since: at(-100) }),
      ],
      completeFrom: at(-30_000),
    }),
    records: [record('updated', -100, grant('new'))],
    spans: ['old -5000 -100', 'new -100 now'],
    completeFrom: -30_000,
  },
  {
    name: 'a grant that came and went between two readings is added',
    history: history({
      spans: [
        span({ grant: grant('old'), since: at(-5000), end: { notBefore: at(-120), notAfter: at(-100) } }),
        span({ grant: grant('old'), since: at(-100) }),
      ],
      completeFrom: at(-30_000),
    }),
    records: [record('updated', -110, grant('other')), record('updated', -100, grant('old'))],
    spans: ['old -5000 -100', 'other -110 -99 recorded', 'old -100 now'],
    completeFrom: -30_000,
  },
  {
    name: 'an association that only List had shown gets its grant from the record of its end',
    history: history({
      spans: [
        span({
          grant: undefined,
          since: undefined,
          readAt: undefined,
          end: { notBefore: at(-40), notAfter: at(-10) },
        }),
      ],
      absentSince: at(-10),
      completeFrom: at(-30_000),
    }),
    records: [record('deleted', -20, grant('old'))],
    spans: ['old ? -10'],
    completeFrom: -30_000,
  },
  {
    name: 'what may have been in force unseen is explained where CloudTrail told every change of that time',
    history: history({
      spans: [
        span({ grant: grant('old'), since: at(-9000), end: { notBefore: at(-4000), notAfter: at(-100) } }),
        span({
          grant: undefined,
          since: at(-4000),
          seenAt: at(-4000),
          end: { notBefore: at(-4000), notAfter: at(-100) },
        }),
        span({ grant: grant('old'), since: at(-100) }),
      ],
      completeFrom: at(-30_000),
    }),
    records: [record('updated', -100, grant('old'))],
    spans: ['old -9000 -100', 'old -100 now'],
    completeFrom: -30_000,
  },
  {
    name: 'it stays unexplained where not even the change that was noticed is among the records',
    history: history({
      spans: [
        span({ grant: grant('old'), since: at(-9000), end: { notBefore: at(-4000), notAfter: at(-100) } }),
        span({
          grant: undefined,
          since: at(-4000),
          seenAt: at(-4000),
          end: { notBefore: at(-4000), notAfter: at(-100) },
        }),
        span({ grant: grant('old'), since: at(-100) }),
      ],
      completeFrom: at(-30_000),
    }),
    records: [record('created', -20_000, grant('old'))],
    spans: ['old -9000 -100', '? -4000 -100', 'old -100 now'],
    completeFrom: -30_000,
  },
  {
    name: 'it stays unexplained where CloudTrail has not told up to its end',
    history: history({
      spans: [
        span({
          grant: undefined,
          since: at(-4000),
          seenAt: at(-4000),
          end: { notBefore: at(-4000), notAfter: at(-100) },
        }),
        span({ grant: grant('old'), since: at(-100) }),
      ],
      completeFrom: at(-30_000),
    }),
    records: [record('updated', -100, grant('old'))],
    coverage: { from: at(-21_600), until: at(-500) },
    spans: ['? -4000 -100', 'old -100 now'],
    completeFrom: -30_000,
  },
  {
    name: 'without a whole telling single records add what they know and complete nothing',
    history: FIRST_READ,
    records: [record('created', -5000, grant('old')), record('updated', -100, grant('new'))],
    coverage: undefined,
    spans: ['old -5000 -99 recorded', 'new -100 now'],
    completeFrom: -100,
  },
  {
    name: 'a telling that ends before the first reading leaves a time out: nothing is completed',
    history: FIRST_READ,
    records: [record('created', -5000, grant('old'))],
    coverage: { from: at(-21_600), until: at(-1200) },
    spans: ['new -100 now'],
    completeFrom: -100,
  },
  {
    name: 'CloudTrail that does not tell of the change that a reading has seen does not tell all',
    history: FIRST_READ,
    records: [record('created', -5000, grant('old'), B)],
    spans: ['new -100 now'],
    completeFrom: -100,
  },
  {
    name: 'a record that names no association adds nothing',
    history: FIRST_READ,
    records: [{ ...record('deleted', -200, grant('old')), association: undefined }],
    coverage: undefined,
    spans: ['new -100 now'],
    completeFrom: -100,
  },
];

for (const { name, history: known, records, spans, completeFrom, ...row } of ROWS) {
  test(name, () => {
    const coverage = 'coverage' in row ? row.coverage : ALL;
    const told = recount(known, { coverage, records });
    assert.deepEqual(shown(told), spans);
    assert.equal(told.completeFrom, completeFrom === undefined ? undefined : at(completeFrom));
    assert.deepEqual(shown(recount(told, { coverage, records })), spans, 'a second telling changes nothing');
  });
}

test('without records the past is complete as far as CloudTrail told that there were none', () => {
  const none = history({ absentSince: at(-10), completeFrom: at(-10) });
  assert.equal(recount(none, { coverage: ALL, records: [] }).completeFrom, at(-21_600));
  assert.equal(recount(none, NOTHING_TOLD).completeFrom, at(-10));
  assert.equal(recount(history(), { coverage: ALL, records: [] }).completeFrom, undefined);
});

test('gaps are closed where CloudTrail has told all, and cut where it has told a part', () => {
  const gaps = [
    { from: at(-900), until: at(-800) },
    { from: at(-700), until: at(-500) },
    { from: at(-400), until: at(-300) },
    { from: at(-200), until: at(-100) },
  ];
  assert.deepEqual(gapsLeft(gaps, { from: at(-600), until: at(-150) }), [
    { from: at(-900), until: at(-800) },
    { from: at(-700), until: at(-600) },
    { from: at(-150), until: at(-100) },
  ]);
  assert.equal(gapsLeft(gaps, undefined), gaps);
});
