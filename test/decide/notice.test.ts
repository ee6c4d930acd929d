/** What a List makes the daemon look at. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notice } from '../../src/decide/notice.ts';
import { notice } from '../../src/decide/notice.ts';
import type { AssociationId, Standing } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { History } from '../../src/domain/history.ts';
import { NO_HISTORY } from '../../src/domain/history.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import { association, at, endedHistory, history, span } from '../support/builders.ts';

const ID = associationId('a-0123456789abcdefg');
const OTHER = associationId('a-other000000000000');
const NOT_READ = unknown('not-read', '', at(0));
const NONE: Reading<Standing> = known({ kind: 'none' }, at(0));
const GRANTED: Reading<Standing> = known({ kind: 'granted', association: association() }, at(0));
const READ = history({ spans: [span()] });
const LISTED_ONLY = history({ spans: [span({ grant: undefined })] });

type Row = readonly [
  name: string,
  listed: readonly AssociationId[],
  past: History,
  standing: Reading<Standing>,
  hasHolders: boolean,
  expected: Notice,
];

const ROWS: readonly Row[] = [
  ['listed as before', [ID], READ, GRANTED, true, 'nothing'],
  ['listed for the first time', [ID], NO_HISTORY, NOT_READ, true, 'unread'],
  ['listed before, grant not read yet', [ID], LISTED_ONLY, NOT_READ, true, 'unread'],
  ['listed under another id', [OTHER], READ, GRANTED, true, 'unread'],
  ['listed under the old and a new id', [ID, OTHER], READ, GRANTED, true, 'unread'],
  ['listed again after an end', [OTHER], endedHistory(), NONE, true, 'unread'],
  ['listed as before, but read by another daemon only', [ID], READ, NOT_READ, true, 'unread'],
  ['gone', [], READ, GRANTED, true, 'absent'],
  ['gone, without holders', [], READ, GRANTED, false, 'absent'],
  ['gone before its grant was read', [], LISTED_ONLY, NOT_READ, false, 'absent'],
  ['never seen, with holders', [], NO_HISTORY, NOT_READ, true, 'absent'],
  ['never seen, without holders', [], NO_HISTORY, NOT_READ, false, 'nothing'],
  ['known to have none, with holders', [], endedHistory(), NONE, true, 'nothing'],
  ['said to be granted by a stale reading, no span in force', [], endedHistory(), GRANTED, true, 'absent'],
];

for (const [name, listed, past, standing, hasHolders, expected] of ROWS) {
  test(name, () => assert.equal(notice(listed, past, standing, hasHolders), expected));
}
