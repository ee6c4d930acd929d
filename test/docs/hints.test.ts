/** docs/hints.md against the domain's closed lists and the rule's pattern, both ways. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASSOCIATION_PATTERN } from '../../simulator/aws/eventbridge-pattern.ts';
import { EVENT_NAMES } from '../../src/adapters/aws/record.ts';
import { CHANNELS, HINT_RESULTS, REFUSALS } from '../../src/domain/hint.ts';
import { codes, readText, rows, section } from './markdown.ts';

const PAGE = readText('docs/hints.md');

function firstColumn(page: string, heading: string): readonly string[] {
  return rows(section(page, heading)).flatMap(([name]) => codes(name));
}

const LISTS = [
  { heading: 'Channels', existing: CHANNELS },
  { heading: 'What becomes of a record', existing: REFUSALS },
  { heading: 'What becomes of a hint', existing: HINT_RESULTS },
] as const;

for (const { heading, existing } of LISTS) {
  test(`${heading}: every one is documented, and nothing else is`, () => {
    assert.deepEqual(firstColumn(PAGE, heading), [...existing]);
    const planted = PAGE.replace(`| \`${existing[0]}\` `, '| `planted` ');
    assert.notDeepEqual(firstColumn(planted, heading), [...existing]);
  });
}

test('the documented pattern lets through what the daemon understands, and is the one that is simulated', () => {
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const pattern = JSON.parse(json) as { detail: { eventName: readonly string[] } };
  assert.deepEqual([...pattern.detail.eventName].toSorted(), [...EVENT_NAMES].toSorted());
  const simulated = JSON.parse(JSON.stringify(ASSOCIATION_PATTERN)) as typeof pattern;
  const sorted = (one: typeof pattern): unknown => ({
    ...one,
    detail: { ...one.detail, eventName: [...one.detail.eventName].toSorted() },
  });
  assert.deepEqual(sorted(pattern), sorted(simulated));
});
