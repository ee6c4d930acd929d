/** docs/verdicts.md against the domain's closed lists, both ways. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_REASONS } from '../../src/adapters/kubernetes/event-note.ts';
import { EXPOSURE_STATES, exposureState } from '../../src/domain/exposure.ts';
import { OUTCOMES } from '../../src/domain/outcome.ts';
import { UNKNOWN_REASONS } from '../../src/domain/reading.ts';
import { MISSED_REASONS } from '../../src/domain/roster.ts';
import { STAGES } from '../../src/domain/revocation.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { VERDICTS } from '../../src/domain/verdict.ts';
import { codes, differences, headings, readText, rows, section } from './markdown.ts';

const PAGE = readText('docs/verdicts.md');

/** Every verdict of the code as `kind reason exposure`. */
const EXISTING = Object.entries(VERDICTS).flatMap(([kind, reasons]) =>
  reasons.map((reason) => {
    const state = exposureState({ kind, reason, until: undefined } as Verdict);
    return `${kind} ${reason} ${state ?? 'none'}`;
  }),
);

/** The same, as a page documents it. */
function documentedVerdicts(page: string): readonly string[] {
  const verdicts = section(page, 'Verdicts');
  return headings(verdicts, 3).flatMap((kind) =>
    rows(section(verdicts, kind)).map(([reason = '', exposure = '']) => {
      return `${kind} ${codes(reason).join(' ')} ${codes(exposure)[0] ?? exposure}`;
    }),
  );
}

function firstColumn(page: string, heading: string): readonly string[] {
  return rows(section(page, heading)).flatMap(([name]) => codes(name));
}

test('every verdict, reason and exposure state of a verdict is documented, and nothing else is', () => {
  assert.deepEqual(differences(documentedVerdicts(PAGE), EXISTING), []);
  assert.deepEqual(documentedVerdicts(PAGE), EXISTING, 'in the order of the code');
});

const LISTS = [
  { heading: 'Stages', existing: STAGES },
  { heading: 'Outcomes', existing: OUTCOMES },
  { heading: 'Missed pods', existing: MISSED_REASONS },
  { heading: 'Exposure states', existing: EXPOSURE_STATES },
  { heading: 'Why a reading is unknown', existing: UNKNOWN_REASONS },
] as const;

for (const { heading, existing } of LISTS) {
  test(`${heading}: every one is documented, and nothing else is`, () => {
    assert.deepEqual(firstColumn(PAGE, heading), [...existing]);
  });
}

test('every reason of an Event is documented, and nothing else is', () => {
  const others = EVENT_REASONS.filter(
    (reason) => /^Brake|Missed$/.test(reason) && PAGE.includes(`\`${reason}\``),
  );
  const documented = [...rows(section(PAGE, 'Outcomes')).flatMap(([, , event]) => codes(event)), ...others];
  assert.deepEqual(differences(documented, EVENT_REASONS), []);
});

test('the exposure states name the verdicts that are counted in them', () => {
  for (const [state, counted] of rows(section(PAGE, 'Exposure states'))) {
    const [kind, ...reasons] = codes(counted);
    const named = EXISTING.map((line) => line.split(' '))
      .filter(([existing, , of]) => existing === kind && of === codes(state)[0])
      .map(([, reason = '']) => reason);
    assert.ok(named.length > 0, `${state}: ${kind}`);
    if (reasons.length > 0) assert.deepEqual(reasons, named, state);
  }
});

test('every cell of the tables says something', () => {
  for (const row of rows(PAGE)) assert.ok(!row.includes(''), row.join(' | '));
});

test('the comparison can fail: planted lies are found', () => {
  const lies = [
    [/^\| `same-grant` .*\n/m, '', 'exists, but is not documented: keep same-grant none'],
    [
      /^\| `current` /m,
      '| `planted` | none | a | b |\n$&',
      'documented, but does not exist: keep planted none',
    ],
    [/^(\| `backing-off` \| )`blocked`/m, '$1`due`', 'documented, but does not exist: wait backing-off due'],
    [/^### exempt$/m, '### spared', 'documented, but does not exist: spared own-pod exempt'],
  ] as const;
  for (const [what, instead, finding] of lies) {
    const lying = PAGE.replace(what, instead);
    assert.notEqual(lying, PAGE, String(what));
    assert.ok(differences(documentedVerdicts(lying), EXISTING).includes(finding), finding);
  }
  const stages = firstColumn(PAGE.replace(/^\| `refuted` .*\n/m, ''), 'Stages');
  assert.deepEqual(differences(stages, STAGES), ['exists, but is not documented: refuted']);
});
