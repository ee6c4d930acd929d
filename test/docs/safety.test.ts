/** docs/safety.md names the tests that hold each invariant: they exist, and none of them is left out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headings, readText, section } from './markdown.ts';
import type { Titles } from './named-tests.ts';
import { documentedTests, found, foundInTests, misspelt, TITLE, unheld } from './named-tests.ts';

/** Any text that begins like the title of an invariant's test, whatever it is used for. */
const INVARIANT =
  /'(invariant \d+:(?:[^'\\\n]|\\.)*)'|"(invariant \d+:(?:[^"\\\n]|\\.)*)"|`(invariant \d+:(?:[^`\\]|\\.)*)`/g;

/** Invariants' tests that the section of their number does not name. */
function unnamed(page: string, invariants: Titles): readonly string[] {
  const named = new Set(
    headings(page, 2).flatMap((heading) => {
      const [, number] = /^Invariant (\d+)/.exec(heading) ?? [];
      return documentedTests(section(page, heading)).map((name) => `${number} ${name}`);
    }),
  );
  return [...invariants].filter((name) => {
    const [, number] = /: invariant (\d+):/.exec(name) ?? [];
    return !named.has(`${number} ${name}`);
  });
}

const PAGE = readText('docs/safety.md');
const TITLES = foundInTests(TITLE);
const INVARIANTS = foundInTests(INVARIANT);

test('every test that docs/safety.md names exists, with exactly this title', () => {
  assert.ok(TITLES.size > 100, `only ${TITLES.size} titles were found`);
  assert.deepEqual(unheld(PAGE, TITLES), []);
});

test('every test whose title begins with its invariant is named under it', () => {
  assert.ok(INVARIANTS.size > 15, `only ${INVARIANTS.size} tests of invariants were found`);
  assert.deepEqual(unnamed(PAGE, INVARIANTS), []);
});

test('all twelve invariants are there, each with at least one test', () => {
  const invariants = headings(PAGE, 2).filter((heading) => heading.startsWith('Invariant'));
  assert.deepEqual(
    invariants.map((heading) => Number(/\d+/.exec(heading)?.[0])),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
  for (const heading of invariants) {
    assert.ok(documentedTests(section(PAGE, heading)).length > 0, heading);
  }
});

test('every line of a list under an invariant is one that these tests read', () => {
  for (const heading of headings(PAGE, 2).filter((each) => each.startsWith('Invariant'))) {
    const text = section(PAGE, heading);
    const lines = text.split('\n').filter((line) => line.startsWith('- '));
    assert.equal(documentedTests(text).length, lines.length, heading);
  }
});

test('the check can fail: planted lies are found', () => {
  const [first = ''] = documentedTests(PAGE);
  assert.deepEqual(unheld(misspelt(PAGE), TITLES), [`${first} at all`]);

  const written = "test('invariant 3: it is\\'nt', x); test(`invariant 4: for ${why} and ${each.b}`, y);";
  const planted = new Set(found(INVARIANT, 'test/planted.test.ts', written));
  const expected = [
    "test/planted.test.ts: invariant 3: it is'nt",
    'test/planted.test.ts: invariant 4: for … and …',
  ];
  assert.deepEqual([...planted], expected);
  assert.deepEqual(unnamed(PAGE, planted), expected);
  assert.deepEqual([...found(TITLE, 'test/planted.test.ts', written)], expected);

  const moved = PAGE.replaceAll('Invariant 12', 'Invariant 13');
  assert.ok(unnamed(moved, INVARIANTS).some((name) => name.includes('invariant 12:')));
});
