/** The frame of the decision table's tests: facts that a row changes one part of. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HolderFacts } from '../../src/decide/case.ts';
import { judge } from '../../src/decide/judge.ts';
import type { Standing } from '../../src/domain/association.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Known } from '../../src/domain/reading.ts';
import { known } from '../../src/domain/reading.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { association, at, confirmed, endedHistory, holder, policy } from '../support/builders.ts';

export const NONE: Known<Standing> = known({ kind: 'none' }, at(15));

export function granted(more: Parameters<typeof association>[0] = {}): Known<Standing> {
  return known({ kind: 'granted', association: association(more) }, at(15));
}

/** The holder started long ago, its grant ended at 0 s, the settle time has passed, and nothing was tried. */
export const STALE: HolderFacts = {
  holder: holder(),
  standing: NONE,
  history: endedHistory(),
  revocation: confirmed(),
  attempt: undefined,
  records: [],
  gaps: [],
  coverage: undefined,
};

export type Row = {
  readonly name: string;
  readonly facts: Partial<HolderFacts>;
  readonly now?: Instant;
  readonly policy?: Partial<Policy>;
  readonly expected: Verdict;
};

/** One test for each row. */
export function testRows(rows: readonly Row[]): void {
  for (const { name, facts, now, expected, policy: choices } of rows) {
    test(name, () => {
      assert.deepEqual(judge({ ...STALE, ...facts }, policy(choices), now ?? at(15)), expected);
    });
  }
}
