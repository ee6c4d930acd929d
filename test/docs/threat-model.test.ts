/** docs/threat-model.md: each threat is held by tests that exist. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headings, readText, rows, section } from './markdown.ts';
import { documentedTests, foundInTests, misspelt, TITLE, unheld } from './named-tests.ts';

const PAGE = readText('docs/threat-model.md');
const TITLES = foundInTests(TITLE);

/** Threats of the table without a test below, and lists of tests for which there is no threat. */
function untested(page: string): readonly string[] {
  const threats = rows(section(page, 'Who can do what')).map(([number = '']) => number);
  const lists = headings(section(page, 'The tests'), 3);
  const held = lists.filter((number) => documentedTests(section(page, number)).length > 0);
  return [...new Set(threats).symmetricDifference(new Set(held))];
}

test('every test that docs/threat-model.md names exists, with exactly this title', () => {
  assert.ok(documentedTests(PAGE).length >= 16);
  assert.deepEqual(unheld(PAGE, TITLES), []);
});

test('every threat has a test, and every line of the lists is one that these tests read', () => {
  assert.ok(rows(section(PAGE, 'Who can do what')).length >= 16);
  assert.deepEqual(untested(PAGE), []);
  const lines = section(PAGE, 'The tests')
    .split('\n')
    .filter((line) => line.startsWith('- '));
  assert.equal(documentedTests(PAGE).length, lines.length);
});

test('the check can fail: a misspelt title and a threat without a test are found', () => {
  const [first = ''] = documentedTests(PAGE);
  assert.deepEqual(unheld(misspelt(PAGE), TITLES), [`${first} at all`]);
  assert.deepEqual(untested(PAGE.replace('### 13\n', '### 99\n')), ['13', '99']);
});
